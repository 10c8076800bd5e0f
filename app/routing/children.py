"""The child track: protected at once, reported to the right board, and each accompanying child a row of its own.

The duty to report (19 kap. 1 § SoL 2025:400) hangs on no consent, no secrecy and no wish to stay unknown. What was not
done has a reason. That a check was made and a report was or was not, and when, is clear: it is chased without a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from pydantic import Field
from sqlalchemy.orm import Mapped, Session

from app.routing import papers
from app.routing.answers import Age
from app.routing.disclosures import SECRECY
from app.routing.kept import Kept
from app.routing.models import Alarm
from app.routing.papers import Keys, Paper
from app.routing.screening import raise_alarm
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST = 4_000
"""Characters of what is written of a child."""


class Custody(StrEnum):
    """Who has the child, as far as anybody knows."""

    PERSON = "person"
    SHARED = "shared"
    SOMEBODY_ELSE = "somebody_else"
    UNKNOWN = "unknown"


class Safe(StrEnum):
    """What the immediate check found (20 kap. 1 § SoL)."""

    SAFE_NOW = "safe_now"
    AT_RISK = "at_risk"
    NOT_KNOWN = "not_known"


class Child(Kept):
    """An accompanying child, never by name: it gets decisions of its own (D12)."""

    age: Age
    guardian: Custody = Custody.UNKNOWN
    needs: str = Field(default="", max_length=LONGEST)


class Checked(Kept):
    """The immediate protection check: what it found, and what was done."""

    found: Safe
    done: str = Field(min_length=1, max_length=LONGEST)


class Concern(Kept):
    """A report of concern to the child's board, or why none was made."""

    board: str = Field(default="", max_length=200)
    seen: str = Field(default="", max_length=LONGEST)
    why_not: str = Field(default="", max_length=LONGEST)
    provision: str
    secrecy: str = SECRECY


class ChildRow(Paper):
    """One child (`Child`)."""

    __tablename__ = "routing_children"


class ProtectionCheck(Paper):
    """One check (`Checked`)."""

    __tablename__ = "routing_protection_checks"


class ConcernReport(Paper):
    """One report (`Concern`), or the reason why there is none."""

    __tablename__ = "routing_concern_reports"

    made: Mapped[bool]


def note_child(session: Session, subject: Subject, child: Child, *, by: Person, at: datetime, source: str) -> None:
    """An accompanying child; the child track stands from now on, whatever was answered."""
    if papers.keep(session, ChildRow, subject, child, by=by, at=at, source=source):
        subject.log(session, "child.noted", by=by.alias, at=at)
        raise_alarm(session, subject, Alarm.CHILD_TRACK, by=by, at=at)


def check(session: Session, subject: Subject, checked: Checked, *, by: Person, at: datetime, source: str) -> None:
    """The immediate protection check was made."""
    if papers.keep(session, ProtectionCheck, subject, checked, by=by, at=at, source=source):
        subject.log(session, "child.checked", by=by.alias, at=at)


def report(session: Session, subject: Subject, concern: Concern, *, by: Person, at: datetime, source: str) -> None:
    """The report was made, or was not, with the reason."""
    made = not concern.why_not
    if papers.keep(session, ConcernReport, subject, concern, by=by, at=at, source=source, made=made):
        subject.log(session, "child.reported" if made else "child.not_reported", by=by.alias, at=at)


def children_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[ChildRow, Child]]:
    """The accompanying children."""
    return [(row, papers.read(row, Child, keys)) for row in papers.of(session, ChildRow, cases)]


def checks_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[ProtectionCheck, Checked]]:
    """The checks that were made."""
    return [(row, papers.read(row, Checked, keys)) for row in papers.of(session, ProtectionCheck, cases)]


def concerns_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[ConcernReport, Concern]]:
    """The reports, and the reasons why there were none."""
    return [(row, papers.read(row, Concern, keys)) for row in papers.of(session, ConcernReport, cases)]


def left_undone(session: Session, cases: Sequence[str]) -> tuple[str, ...]:
    """What the child track still wants, without a key: `check`, `report`."""
    check_made, reported = papers.of(session, ProtectionCheck, cases), papers.of(session, ConcernReport, cases)
    return (*([] if check_made else ["check"]), *([] if reported else ["report"]))
