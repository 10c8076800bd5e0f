"""The whole check, in the order an auditor would do it, and the command that runs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.audit.verifier.carried import DatesOverYears, ProgrammesOverYears, PromiseOverYears
from app.audit.verifier.excerpts import check_excerpt, is_excerpt
from app.audit.verifier.handovers import Handovers
from app.audit.verifier.leaves import Progress, Reader, check_leaves
from app.audit.verifier.promise import NoTable, begin_table
from app.audit.verifier.reading import is_there
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import (
    FOLDERS_KEYS,
    Checkpoint,
    Key,
    among_ours,
    kept_checkpoints,
    lines_of,
    origin_named,
    read_checkpoint,
    said_checkpoint,
    trusted_keys,
    without_year,
)
from app.audit.verifier.stamps import AUTHORITY, NO_STAMP, Stamps
from app.audit.verifier.tiles import check_for_strangers
from app.audit.verifier.views import all_views
from app.audit.verifier.witnesses import Outside, Seen, Witnesses
from app.audit.verifier.years import (
    EARLIER,
    Years,
    is_one_year,
    misplaced,
    named_for_a_year,
    year_asked_for,
    year_named,
    years_of,
)


@dataclass(frozen=True)
class Brought:
    """What the reader has from elsewhere, and trusts: keys of the log, checkpoints from before (`held` as files, `said`
    as lines), keys of witnesses, the certificate of the time stamping authority."""

    keys: Sequence[str] = ()
    held: Sequence[Path] = ()
    said: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    authority: Path | None = None


@dataclass(frozen=True)
class Year:
    """A tree as it lies in a folder: what it is called beside others (nothing, when alone), and its checkpoint."""

    name: str
    folder: Path
    head: Checkpoint


def verify(
    folder: Path, brought: Brought | None = None, progress: Progress | None = None, cases: Path | None = None
) -> Report:
    """Check the folder against what the reader brought; write what became of each case to `cases`, if it is given."""
    report, brought = Report(), brought or Brought()
    folders, strangers = years_of(folder)
    handovers = Handovers(folders, report)
    trusted = handovers.follow(trusted_keys(folder, brought.keys, report))
    found = _heads(folders, trusted, report)
    report.size = sum(year.head.size for year in found)
    signed = report.ok
    for stranger in strangers:
        report.wrong(stranger)
    if lines_of(folder / FOLDERS_KEYS) is None:
        report.wrong(f"{FOLDERS_KEYS}: cannot be read")
    if found:
        for what in misplaced(folders, [year.head for year in found], [key.name for key in trusted]):
            report.wrong(what)
    if not signed:
        if found:
            report.remarks.append("the leaves were not checked: nothing that is signed says how many there are")
        return report
    alone, asked = is_one_year(folder), year_asked_for(folder)
    check = _Check(brought, trusted, report, alone=alone, asked=asked, several=len(found) > 1)
    done = 0
    for year in found:
        counted = partial(_counted, progress, done, report.size) if progress else None
        with report.about(year.name):
            kept, seen = check.signatures(year, found)
            if is_excerpt(year.folder):
                outside = Outside(seen, report)
                check_excerpt(year.folder, year.head, kept, outside, all_views(year.folder, report), report, counted)
            else:
                check.leaves(year, kept, [handovers, Outside(seen, report)], counted)
        done += year.head.size
    check.finish(folder, found, handovers, cases)
    return report


def _counted(progress: Progress, before: int, size: int, done: int, _: int) -> None:
    progress(before + done, size)


def _heads(folders: Sequence[Path], trusted: list[Key], report: Report) -> list[Year]:
    """The checkpoint of each tree; nothing, where one is missing or is none."""
    found = []
    for folder in folders:
        name = year_named(folder, origin_named(folder / "checkpoint")) if len(folders) > 1 else ""
        with report.about(name):
            head = read_checkpoint(folder / "checkpoint", "checkpoint", trusted, report)
            if head is None:
                return []
            report.checked.append(f"signature of the checkpoint: {head.origin}, {head.size} leaves")
        found.append(Year(name, folder, head))
    return found


class _Check:
    """What is carried from one tree to the next."""

    def __init__(
        self, brought: Brought, trusted: list[Key], report: Report, *, alone: bool, asked: str, several: bool
    ) -> None:
        self._brought, self._trusted, self._report, self._several = brought, trusted, report, several
        self._years = Years(report, alone=alone, asked=asked)
        self._alone = alone
        self._dates = DatesOverYears()
        self._programmes = ProgrammesOverYears(report, self._years)
        self._promise = PromiseOverYears(report, self._years)
        self._seen_by: set[str] = set()
        self._wholes = 0

    def signatures(self, year: Year, found: Sequence[Year]) -> tuple[list[Checkpoint], list[Seen]]:
        """The kept checkpoints of a tree, with what outsiders signed, and when they saw how much of it."""
        head, trusted, report = year.head, self._trusted, self._report
        held = [path for path in self._brought.held if self._is_for(year, found, origin_named(path), path.name)]
        said = [line for line in self._brought.said if self._is_for(year, found, line.partition(" ")[0], line)]
        kept = kept_checkpoints(year.folder, held, head, trusted, report)
        kept += among_ours([one for line in said if (one := said_checkpoint(line, report))], head, report)
        insist = not self._several
        witnesses = Witnesses(year.folder, self._brought.witnesses, report, insist=insist)
        stamps = Stamps(year.folder, self._brought.authority, report, insist=insist)
        kept += among_ours(witnesses.read(trusted), head, report)
        stamps.read(kept)
        witnesses.finish(head.size)
        seen = witnesses.seen + stamps.seen
        self._seen_by |= {one.who for one in seen}
        return kept, seen

    def _is_for(self, year: Year, found: Sequence[Year], origin: str, what: str) -> bool:
        """Whether what the reader brought is of this tree; what is of none is held against the last, unless another
        year of its line was left out on purpose."""
        elsewhere = origin != year.head.origin and without_year(origin) == without_year(year.head.origin)
        if self._alone and elsewhere:
            self._report.remarks.append(f"{what}: of another year, which is not here: held against nothing")
            return False
        return origin == year.head.origin or (year is found[-1] and origin not in {one.head.origin for one in found})

    def leaves(self, year: Year, kept: list[Checkpoint], more: list[Reader], progress: Progress | None) -> None:
        """Every leaf of a whole tree, by all who read what the entries say."""
        head, report = year.head, self._report
        self._wholes += 1
        check_for_strangers(year.folder, head.size, report)
        self._years.begin(year.name or head.origin, head)
        self._dates.begin()
        readers: list[Reader] = [self._years, *more, self._dates, self._programmes, self._promise]
        check_leaves(year.folder, head, kept, readers, report, progress)
        self._years.end(named_for_a_year=named_for_a_year(head.origin, [key.name for key in self._trusted]))
        report.remarks += self._dates.remarks

    def finish(self, folder: Path, found: Sequence[Year], handovers: Handovers, cases: Path | None) -> None:
        """What only all of them show."""
        report = self._report
        if self._several:
            self._insist_on_who_was_brought()
        if not self._wholes:
            if cases:
                report.remarks.append(f"{cases}: nothing is in it: only whole years tell what became of each case")
            return
        if self._wholes < len(found):
            report.wrong(f"{EARLIER}: parts of a log beside whole years")
        self._years.finish()
        handovers.finish(folder, whole=not self._alone)
        self._programmes.finish()
        self._promise.finish(cases)

    def _insist_on_who_was_brought(self) -> None:
        for line in self._brought.witnesses:
            name = line.partition("+")[0]
            if name not in self._seen_by:
                self._report.wrong(f"the witness {name} signed nothing in any year")
        if self._brought.authority and AUTHORITY not in self._seen_by:
            self._report.wrong(f"checkpoints: {NO_STAMP}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Say what was checked and what is wrong; the exit status."""
    parser = argparse.ArgumentParser(description="Check an exported Dygnet audit log, offline.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--key", action="append", default=[], help="the verifier key you were given: name+id+key")
    parser.add_argument("--held", action="append", default=[], type=Path, help="a checkpoint you kept from before")
    parser.add_argument("--said", action="append", default=[], help="a checkpoint you wrote down: origin size root")
    parser.add_argument("--witness", action="append", default=[], help="a witness's key you were given: name+id+key")
    parser.add_argument("--tsa", type=Path, help="the certificate, in PEM, of the time stamping authority")
    parser.add_argument("--cases", type=Path, help="write what became of each case to this file, as CSV")
    chosen = parser.parse_args(arguments)
    if not is_there(chosen.folder / "checkpoint"):
        sys.stderr.write(f"{chosen.folder} is not an exported log: it has no checkpoint\n")
        return 2
    try:
        if chosen.cases:
            begin_table(chosen.cases)
    except NoTable as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    brought = Brought(chosen.key, chosen.held, chosen.said, chosen.witness, chosen.tsa)
    report = verify(chosen.folder, brought, cases=chosen.cases)
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
