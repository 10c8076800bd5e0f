"""The files that a whole export and an excerpt have in common: keys, views, the verifier and how to use it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TextIO

from sqlalchemy.orm import Session

from app.audit import views
from app.audit.handovers import handovers, keys_named
from app.audit.note import BadNote, VerifierKey
from app.audit.trees import Tree
from app.audit.verifier.single_file import NAME, single_file
from app.errors import BadInput

_VIEWS: Final = (("events.jsonl", views.ocsf), ("events.csv", views.csv_row), ("events.cef", views.cef))
_README: Final = Path(__file__).with_name("export_readme.txt")

EARLIER: Final = "earlier"
"""Below the folder of the present tree: a folder like it for each closed one, by its year."""

SELECTION: Final = "selection.json"
"""What was asked for, in part of a log."""

ONE_YEAR: Final = "year.json"
"""That one whole year was asked for, and which."""


def require_new(folder: Path) -> None:
    """BadInput unless the folder is new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: export into a new folder")


def folder_of(folder: Path, tree: Tree) -> Path:
    """Where a tree lies in the export of several."""
    return folder if tree.size is None else folder / EARLIER / str(tree.year)


def write(path: Path, content: str | bytes) -> None:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def write_keys(session: Session, folder: Path, vkeys: Sequence[str], tree: Tree, former: Sequence[str] = ()) -> None:
    """The keys that sign now, those that did before, and what each pair of them signed: under the tree's origin, as
    their signatures name it, and under the line's name, as they were given to whoever checks them."""
    notes = handovers(session)
    given = [*vkeys, *(line for note in reversed(notes) for line in reversed(keys_named(note))), *former]
    named = dict.fromkeys([*(_renamed(line, tree) for line in given), *given])
    write(folder / "log.vkey", "".join(f"{line}\n" for line in named))
    for number, note in enumerate(notes, start=1):
        write(folder / "handovers" / f"{number}.note", note)


def _renamed(line: str, tree: Tree) -> str:
    """The line's verifier key under the origin of one of its trees."""
    try:
        key = VerifierKey.parse(line)
    except BadNote:
        return line  # somebody has been at what was handed over: the verifier says so
    return str(VerifierKey(tree.origin(key.name), key.public))


def write_how_to(folder: Path) -> None:
    """The verifier, and what to do with it."""
    write(folder / NAME, single_file())
    shutil.copyfile(_README, folder / "README.txt")


class Views:
    """The derived views, row by row."""

    def __init__(self, files: Sequence[TextIO]) -> None:
        self._files = files

    def add(self, body: bytes, leaf_index: int, leaf_hash: str) -> None:
        """A row in each; none for an entry that was tampered with beyond reading, whose leaf the verifier names."""
        try:
            entry = json.loads(body)
            rows = [row(entry, leaf_index, leaf_hash) for _, row in _VIEWS]
            "".join(rows).encode()  # JSON can name halves of letters, which no file can hold
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return
        for file, row in zip(self._files, rows, strict=True):
            file.write(row)


@contextmanager
def open_views(folder: Path) -> Iterator[Views]:
    """The views' files, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_files:
        yield Views([open_files.enter_context(_view(folder / name)) for name, _ in _VIEWS])


def _view(path: Path) -> TextIO:
    """A file for a view; the CSV begins with a byte order mark and its header, which spreadsheets ask for."""
    is_csv = path.suffix == ".csv"
    file = path.open("w", encoding="utf-8-sig" if is_csv else "utf-8", newline="")
    if is_csv:
        file.write(views.CSV_HEADER)
    return file
