"""`dygnet audit verify`: the same checks as the single file that ships in the export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.audit.verifier import verification
from app.audit.verifier.leaves import Progress
from app.audit.verifier.promise import NoTable, begin_table
from app.audit.verifier.report import Report
from app.audit.verifier.single_file import NAME, single_file
from app.audit.verifier.verification import Brought
from app.audit.verifier.years import years_of
from app.errors import BadInput

__all__ = ["Progress", "Report", "verify"]


def verify(
    folder: Path,
    vkey: str | Sequence[str] | None = None,
    *,
    held: Sequence[Path] = (),
    said: Sequence[str] = (),
    witnesses: Sequence[str] = (),
    authority: Path | None = None,
    cases: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check an exported folder against the verifier keys the reader trusts, checkpoints `held` from before or `said` as
    lines, the keys of `witnesses` and the certificate of the time stamping `authority`; `cases` is written, as CSV.

    Where the reader brings none the folder's own are used, and the report says so. BadInput when `cases` is no place
    for a file.
    """
    try:
        if cases:
            begin_table(cases)
    except NoTable as problem:
        raise BadInput(str(problem)) from None
    keys = [vkey] if isinstance(vkey, str) else list(vkey or ())
    brought = Brought(keys, held, said, witnesses, authority)
    report = verification.verify(folder, brought, progress, cases)
    for one in years_of(folder)[0]:
        if not _same_verifier(one):
            where = NAME if one == folder else f"{one.relative_to(folder)}/{NAME}"
            report.wrong(f"{where}: not the verifier that belongs to this version; do not run it")
    return report


def _same_verifier(folder: Path) -> bool:
    try:
        return (folder / NAME).read_bytes() == single_file().encode()
    except OSError:
        return False
