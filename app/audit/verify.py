"""`dygnet audit verify`: the same checks as the single file that ships in the export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.audit import verify_log
from app.audit.verify_log import Progress, Report

__all__ = ["Progress", "Report", "verify"]


def verify(
    folder: Path,
    vkey: str | Sequence[str] | None = None,
    *,
    held: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Report:
    """Check an exported folder against the verifier keys the reader trusts, and checkpoints `held` from before.

    Without a key the folder's own is used, and the report says so.
    """
    keys = [vkey] if isinstance(vkey, str) else list(vkey or ())
    report = verify_log.verify(folder, keys, held, progress)
    if not _same_verifier(folder):
        report.wrong("verify_log.py: not the verifier that belongs to this version; do not run it")
    return report


def _same_verifier(folder: Path) -> bool:
    copy = folder / "verify_log.py"
    return copy.is_file() and copy.read_bytes() == Path(verify_log.__file__).read_bytes()
