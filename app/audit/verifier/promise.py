"""The promise itself, worked out anew from the entries alone: each case's due moment, steps, first contact, breach.

Nothing that the log says about keeping the promise is taken for true: what it says is held against what follows from
the moments at which things happened. A broken promise is no fault of the log; a log that says otherwise is.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.audit.verifier.bundles import Bundle
from app.audit.verifier.entries import UNREADABLE, Told, moment
from app.audit.verifier.report import Report
from app.audit.verifier.rows import no_formula
from app.audit.verifier.witnesses import moment_named

WITHIN = 24 * 3_600_000
LATE_AFTER = 60_000
MOST_TOLD = 1000
CASES_HEADER = "case opened_leaf opened_at due_at first_contact_at contact_leaf hours_to_contact in_time breach_leaf"
CASES_HEADER += " reason steps late_steps worst_lateness_s merged_into canary"


@dataclass(slots=True)
class CaseTold:
    """What the log tells of one case. Moments in milliseconds since 1970."""

    leaf: str
    opened: int
    due: int
    contact: int | None = None
    contact_leaf: str = ""
    breach_leaf: str = ""
    reason: str = ""
    steps: int = 0
    late_steps: int = 0
    worst: int = 0
    merged_into: str = ""
    canary: bool = False

    def in_time(self, now: int) -> bool | None:
        """Whether the promise was kept; None while it is not known yet."""
        if self.contact is not None:
            return self.contact <= self.due
        return None if now < self.due else False


class Promise:
    """Every case of the log, entry by entry."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._cases: dict[str, CaseTold] = {}
        self._now = 0
        self._steps = self._late = self._worst = 0
        self._deeds = {
            "case.opened": self._opened,
            "contact.first": self._contact,
            "case.breached": self._breached,
            "case.breach_explained": self._explained,
            "case.merged": self._merged,
            "case.parted": self._parted,
            "step.taken": self._step,
            "canary.sent": self._canary,
        }

    def compare(self, bundle: Bundle) -> None:
        _, latest = bundle.span or (0, 0)
        self._now = max(self._now, latest)
        for leaf, entry in bundle.of(*self._deeds):
            try:
                self._deeds[entry["action"]](leaf, entry, entry["facts"])
            except (*UNREADABLE, AttributeError):
                self._report.wrong_leaf(leaf, f"{entry['action']} does not say what it has to")

    def finish(self, cases: Path | None) -> None:
        """Say how the promise was kept, and list every breach."""
        real = [case for case in self._cases.items() if not case[1].canary and not case[1].merged_into]
        for name, case in real:
            if case.in_time(self._now) is False:
                self._tell(f"BREACH   case {name}: {self._breach(case)}")
        kept = sum(case.in_time(self._now) is True for _, case in real)
        broken = sum(case.in_time(self._now) is False for _, case in real)
        self._report.checked.append(
            f"the promise, worked out from the entries: {len(real)} cases, {kept} in contact within 24 hours, "
            f"{broken} not, {len(real) - kept - broken} with time left"
        )
        self._report.checked.append(
            f"{self._steps} steps against their moments: {self._late} late by over a minute, the worst by "
            f"{self._worst / 1000:.1f} s"
        )
        if cases:
            self._write(cases)

    def _opened(self, leaf: int, entry: Told, facts: Any) -> None:
        opened, due = entry["milliseconds"], moment(facts["due_at"])
        self._cases[entry["object"]] = CaseTold(self._report.named(leaf), opened, min(due, opened + WITHIN))
        if due > opened + WITHIN:
            self._report.wrong_leaf(leaf, "the due moment is later than 24 hours after the first approach")

    def _contact(self, leaf: int, entry: Told, facts: Any) -> None:
        case = self._cases.get(entry["object"])
        if case is None or case.contact is not None:
            self._report.wrong_leaf(leaf, "a first contact of a case that was never opened, or had one before")
            return
        case.contact, case.contact_leaf = entry["milliseconds"], self._report.named(leaf)
        if bool(facts["in_time"]) != (case.contact < case.due) and case.contact != case.due:
            self._report.wrong_leaf(leaf, "says otherwise whether the contact was in time than its moment does")

    def _breached(self, leaf: int, entry: Told, facts: Any) -> None:
        case = self._cases.get(entry["object"])
        if case is None or moment(facts["due_at"]) != case.due:
            self._report.wrong_leaf(leaf, "a breach with another due moment than the case was opened with")
        elif entry["milliseconds"] < case.due or (case.contact is not None and case.contact < case.due):
            self._report.wrong_leaf(leaf, "a breach of a promise that was kept")
        if case:
            case.breach_leaf = self._report.named(leaf)

    def _explained(self, leaf: int, entry: Told, _: Any) -> None:
        if case := self._cases.get(entry["object"]):
            case.reason = str(entry["purpose"])

    def _merged(self, leaf: int, entry: Told, facts: Any) -> None:
        case, other = self._cases.get(entry["object"]), self._cases.get(str(facts["into"]))
        if case is None or other is None:
            return
        case.merged_into = str(facts["into"])
        if other.due > case.due:
            self._report.wrong_leaf(leaf, "a case was joined into one with a later due moment")

    def _parted(self, _leaf: int, entry: Told, _: Any) -> None:
        if case := self._cases.get(entry["object"]):
            case.merged_into = ""

    def _step(self, leaf: int, entry: Told, facts: Any) -> None:
        lateness = max(0, entry["milliseconds"] - moment(facts["due_at"]))
        self._steps += 1
        self._worst = max(self._worst, lateness)
        case = self._cases.get(entry["object"])
        if case:
            case.steps, case.worst = case.steps + 1, max(case.worst, lateness)
        if lateness > LATE_AFTER:
            self._late += 1
            if case:
                case.late_steps += 1
            named = f"leaf {self._report.named(leaf)}: step {facts['step']} of case {entry['object']}"
            self._tell(f"LATE     {named}: due {facts['due_at']}, taken {lateness / 1000:.0f} s later")

    def _canary(self, leaf: int, entry: Told, _: Any) -> None:
        if case := self._cases.get(entry["object"]):
            case.canary = True

    def _breach(self, case: CaseTold) -> str:
        due = f"opened in leaf {case.leaf}, due {moment_named(case.due)}"
        if case.contact is None:
            contact = "no contact when the log ends"
        else:
            late = timedelta(milliseconds=case.contact - case.due)
            contact = f"first contact {late} late, in leaf {case.contact_leaf}"
        said = f"recorded in leaf {case.breach_leaf}" if case.breach_leaf else "not recorded as a breach"
        return f"{due}; {contact}; {said}; {case.reason or 'no reason given'}"

    def _tell(self, line: str) -> None:
        if len(self._report.promise) < MOST_TOLD:
            self._report.promise.append(line)
        elif len(self._report.promise) == MOST_TOLD:
            self._report.promise.append("and more: see --cases FILE")

    def _write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(CASES_HEADER.split())
            for name, case in self._cases.items():
                rows.writerow(cells(name, case, self._now))


class NoTable(ValueError):
    """The table cannot be written; the words say where, and why not."""


def begin_table(path: Path) -> None:
    """Have the table that `--cases` writes begin, before hours are spent on a log. NoTable when it cannot be written;
    of an older one nothing stays that could be taken for this one's."""
    try:
        path.write_bytes(b"")
    except OSError as problem:
        raise NoTable(f"{path} cannot be written: {problem.strerror}") from None


def cells(name: str, case: CaseTold, now: int) -> list[object]:
    """A case as a row of the table that `--cases` writes."""
    hours = "" if case.contact is None else f"{(case.contact - case.opened) / 3_600_000:.2f}"
    contact = ("", "") if case.contact is None else (moment_named(case.contact), case.contact_leaf)
    kept = {True: "yes", False: "no", None: "open"}[case.in_time(now)]
    opened = (no_formula(name), case.leaf, moment_named(case.opened), moment_named(case.due))
    steps = (case.steps, case.late_steps, f"{case.worst / 1000:.1f}")
    rest = (no_formula(case.reason), *steps, no_formula(case.merged_into), "yes" if case.canary else "")
    return [*opened, *contact, hours, kept, case.breach_leaf, *rest]
