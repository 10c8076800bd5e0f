"""What left the house: to whom, on which basis with its conditions, why, and exactly which words.

Nothing leaves by itself.

Whoever decided it tells the receiver; this is the record, with the provision that marks it. Place, transport and
whereabouts want a second person before they may be told, by voice: their words are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import Field
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app import rows
from app.db import Base, Ref
from app.errors import BadInput
from app.programme.knowledge import Knowledge
from app.routing import papers
from app.routing.grounds import TWO_PEOPLE, Wanted, provision
from app.routing.kept import Kept
from app.routing.papers import Keys, Paper
from app.routing.subject import Subject
from app.staff.models import Person

SECRECY: Final = "26 kap. 1 § offentlighets- och sekretesslagen (2009:400)"
"""The provision that every page and paper of a case is marked with (OSL 5 kap. 5 §)."""

LONGEST_FIELD = 2_000


class Told(Kept):
    """One disclosure. A field that takes two people is named, and its words are left empty."""

    receiver: str
    basis: str
    provision: str
    conditions: tuple[str, ...]
    because: str = Field(min_length=1, max_length=LONGEST_FIELD)
    fields: dict[str, str]
    secrecy: str = SECRECY

    @property
    def wanted(self) -> Wanted:
        """What it was asked as, without the words that are kept nowhere."""
        ticked = frozenset(self.conditions)
        return Wanted(self.receiver, self.basis, ticked, fields=self.fields, because=self.because)


class Disclosure(Paper):
    """One disclosure (`Told`). That it takes two people is clear: the second has no key before they are asked."""

    __tablename__ = "routing_disclosures"

    needs_second: Mapped[bool]

    second: Mapped[DisclosureSecond | None] = relationship()

    @property
    def may_be_told(self) -> bool:
        """Whether it may leave, or has left."""
        return not self.needs_second or (self.second is not None and self.second.agreed)


class DisclosureSecond(Base):
    """What the second person said."""

    __tablename__ = "routing_disclosure_seconds"

    disclosure_id: Mapped[Ref] = mapped_column(ForeignKey("routing_disclosures.id"), primary_key=True)
    agreed: Mapped[bool]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


def disclose(
    session: Session, subject: Subject, wanted: Wanted, knowledge: Knowledge, *, by: Person, at: datetime, source: str
) -> Disclosure | None:
    """Write down what nothing speaks against (`grounds.obstacles`); None when this very one is written down already."""
    told = Told(
        receiver=wanted.receiver,
        basis=wanted.basis,
        provision=provision(knowledge, wanted.basis),
        conditions=tuple(sorted(wanted.ticked)),
        because=wanted.because,
        fields={name: "" if name in TWO_PEOPLE else words for name, words in wanted.fields.items()},
    )
    second = wanted.needs_second
    kept = papers.keep(session, Disclosure, subject, told, by=by, at=at, source=source, needs_second=second)
    if kept:
        count, basis = len(wanted.fields), wanted.basis
        subject.log(session, "disclosure.decided", by=by.alias, at=at, basis=basis, fields=count, needs_second=second)
    return kept


def second(
    session: Session, subject: Subject, disclosure: Disclosure, *, agreed: bool, by: Person, at: datetime
) -> None:
    """Somebody else says yes or no. BadInput for whoever decided it first, and when it was said already."""
    if by.id == disclosure.by_id:
        raise BadInput("Two people: somebody else has to agree.")
    said = {"disclosure_id": disclosure.id, "agreed": agreed, "by_id": by.id, "at": at}
    if not disclosure.needs_second or not rows.write_if_new(session, DisclosureSecond, unique="disclosure_id", **said):
        raise BadInput("Nobody is asked about this any more.")
    subject.log(session, "disclosure.seconded", by=by.alias, at=at, agreed=agreed)


def disclosures_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[Disclosure, Told]]:
    """Everything that left or is to leave, the oldest first."""
    return [(row, papers.read(row, Told, keys)) for row in papers.of(session, Disclosure, cases)]


def awaiting_second(session: Session, cases: Sequence[str]) -> list[Disclosure]:
    """What a second person has not spoken on."""
    return [row for row in papers.of(session, Disclosure, cases) if row.needs_second and row.second is None]
