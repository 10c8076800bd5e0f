"""The files of the folder, some of which may not be there, or be nothing that can be read."""

from __future__ import annotations

from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether it is a file; where nobody may look there is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def content(path: str) -> bytes:
    """All of a file, with no more ado than there must be: there are two for every 256 leaves. OSError as `open`."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a path of strings is made faster
        return file.read()


def not_read(problem: OSError) -> str:
    """What to say of a file that could not be read."""
    return "missing" if isinstance(problem, FileNotFoundError) else "cannot be read"
