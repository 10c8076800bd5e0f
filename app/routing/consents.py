"""Consents: whom the person lets be told what, until when, and that they took it back. Not a basis under the GDPR.

That there is a consent and until when is clear, so that one that runs out can be chased; to whom and what is sealed.
A consent never opens anything by itself: it is one of the bases of a disclosure (`grounds.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import rows
from app.db import Base, Ref
from app.programme.knowledge_words import ConsentTo
from app.routing import papers
from app.routing.answers import Age, Consent
from app.routing.kept import Kept
from app.routing.papers import Keys, Paper
from app.routing.subject import Subject
from app.staff.models import Person

ALONE_FROM: Final = 15
GUARDIANS_BELOW: Final = 12
"""In years: from the first on a child consents alone, below the second a guardian does (21 kap. 1 § SoL)."""

LONGEST: Final = timedelta(days=366)
"""A consent is asked for anew after a year at the latest."""


class Scope(StrEnum):
    """What may be told. A disclosure names the same words for what leaves."""

    CONTACT = "contact"
    SITUATION = "situation"
    THREAT = "threat"
    NEEDS = "needs"
    HOUSING = "housing"
    CHILDREN = "children"
    PLACE = "place"
    TRANSPORT = "transport"
    WHEREABOUTS = "whereabouts"


class How(StrEnum):
    """How it was given."""

    ORAL = "oral"
    WRITTEN = "written"


class Whose(StrEnum):
    """Who gave it. Under 12 a guardian does; from 15 on nobody but the person (21 kap. 1 § SoL)."""

    PERSON = "person"
    GUARDIAN = "guardian"


class Given(Kept):
    """What was said. `whose` besides the person's own is the guardian's for a child."""

    to: ConsentTo
    answer: Consent = Consent.GIVEN
    scope: tuple[Scope, ...] = Field(min_length=1)
    how: How
    whose: Whose = Whose.PERSON


class ConsentPaper(Paper):
    """One consent (`Given`), and the moment until which it counts."""

    __tablename__ = "routing_consents"

    until: Mapped[datetime]

    withdrawal: Mapped[ConsentWithdrawal | None] = relationship()

    def counts(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return at < self.until and (self.withdrawal is None or at < self.withdrawal.at)


class ConsentWithdrawal(Base):
    """The person took it back."""

    __tablename__ = "routing_consent_withdrawals"

    consent_id: Mapped[Ref] = mapped_column(ForeignKey("routing_consents.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


def whose_consent(age: Age) -> tuple[Whose, ...]:
    """Whose consent counts at that age: under 12 the guardian's, from 15 the person's own, between them either.

    21 kap. 1 § SoL (2025:400). Nobody's guardian is told by us that they called.
    """
    if not age.known or age.youngest >= ALONE_FROM:
        return (Whose.PERSON,)
    return (Whose.GUARDIAN,) if age.oldest < GUARDIANS_BELOW else (Whose.PERSON, Whose.GUARDIAN)


def give(
    session: Session, subject: Subject, given: Given, *, until: datetime, by: Person, at: datetime, source: str
) -> None:
    """Write down a consent, or that somebody refused one."""
    if papers.keep(session, ConsentPaper, subject, given, by=by, at=at, source=source, until=until):
        subject.log(session, "consent.given", by=by.alias, at=at, answer=given.answer.value, until=until.isoformat())


def withdraw(session: Session, subject: Subject, paper: ConsentPaper, *, by: Person, at: datetime) -> None:
    """Take it back, from this moment on. What has left already has left."""
    said = {"consent_id": paper.id, "by_id": by.id, "at": at}
    if rows.write_if_new(session, ConsentWithdrawal, unique="consent_id", **said):
        subject.log(session, "consent.withdrawn", by=by.alias, at=at)


def consents_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[ConsentPaper, Given]]:
    """Every consent, the oldest first."""
    return [(row, papers.read(row, Given, keys)) for row in papers.of(session, ConsentPaper, cases)]


def standing_consents(consents: Sequence[tuple[ConsentPaper, Given]], *, at: datetime) -> dict[ConsentTo, Consent]:
    """What became of each consent, as a proposal wants to know it: the last word counts."""
    return {given.to: _became(paper, given, at) for paper, given in consents}


def covered(consents: Sequence[tuple[ConsentPaper, Given]], to: ConsentTo, *, at: datetime) -> frozenset[Scope]:
    """What may be told to them by the consent that was written down last."""
    last = next((one for one in reversed(consents) if one[1].to == to), None)
    if last is None or _became(*last, at) != Consent.GIVEN:
        return frozenset()
    return frozenset(last[1].scope)


def _became(paper: ConsentPaper, given: Given, at: datetime) -> Consent:
    if given.answer == Consent.GIVEN and not paper.counts(at):
        return Consent.WITHDRAWN
    return given.answer
