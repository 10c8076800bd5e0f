"""What is read from one year into the next: dates, programmes, the promise; also where the first years are missing."""

from __future__ import annotations

from pathlib import Path

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.dates import Dates
from app.audit.verifier.entries import Told
from app.audit.verifier.programmes import Programmes
from app.audit.verifier.promise import Promise
from app.audit.verifier.report import Report
from app.audit.verifier.years import Years


class DatesOverYears:
    """The dates of one tree after another: each goes on from the latest of those before it."""

    def __init__(self) -> None:
        self._latest = 0
        self._dates = Dates()

    def begin(self) -> None:
        self._dates = Dates()
        if self._latest:
            self._dates.compare(Bundle(0, b"%d" % self._latest, (self._latest, self._latest), [], []))

    def compare(self, bundle: Bundle) -> None:
        _, latest = bundle.span or (0, 0)
        self._latest = max(self._latest, latest)
        self._dates.compare(bundle)

    @property
    def remarks(self) -> list[str]:
        return self._dates.remarks


class PromiseOverYears(Promise):
    """The promise, also of a log whose first years are not here: of cases that were opened in them nothing is said."""

    def __init__(self, report: Report, years: Years) -> None:
        super().__init__(report)
        self._years, self._later, self._unknown = years, False, set[str]()

    def compare(self, bundle: Bundle) -> None:
        self._later = self._later or self._years.begins_later
        super().compare(bundle)

    def _contact(self, leaf: int, entry: Told, facts: Told) -> None:
        if self._knows(entry):
            super()._contact(leaf, entry, facts)

    def _breached(self, leaf: int, entry: Told, facts: Told) -> None:
        if self._knows(entry):
            super()._breached(leaf, entry, facts)

    def _knows(self, entry: Told) -> bool:
        known = not self._later or entry["object"] in self._cases
        if not known:
            self._unknown.add(entry["object"])
        return known

    def finish(self, cases: Path | None) -> None:
        super().finish(cases)
        if self._unknown:
            self._report.remarks.append(
                f"{len(self._unknown)} cases were opened in a year that is not here: not judged"
            )


class ProgrammesOverYears(Programmes):
    """The programmes, also of a log whose first years are not here: what was in force then is taken from its first
    leaf."""

    def __init__(self, report: Report, years: Years) -> None:
        super().__init__(report)
        self._years = years

    def compare(self, bundle: Bundle) -> None:
        if self._years.begins_later:
            self._applied = max(self._applied, self._years.programme)
        super().compare(bundle)
