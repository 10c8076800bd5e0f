"""A text to a person: which approved wording, by whom, under which permission, and what became of it.

The words themselves stand in a catalogue and the number in the case's sealed contents; here is neither.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.cases.facts import one_of
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.queries import going_on
from app.db import Base, Id, Ref
from app.staff.models import Person
from app.telephony.stop_words import OPTED_OUT


class Fate(StrEnum):
    """What can become of a text; each is written once."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


class PersonText(Base):
    """One text, written before it is sent. `valid_until` never passes the end of the safe hours."""

    __tablename__ = "case_texts"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    wording: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    valid_until: Mapped[datetime]

    by: Mapped[Person] = relationship()
    fates: Mapped[list[TextFate]] = relationship(order_by="TextFate.at")

    @property
    def fate(self) -> str:
        """What is known of it: the last word, and `sent` while the carrier has said nothing."""
        known = {fate.what for fate in self.fates}
        return next((what.value for what in reversed(Fate) if what in known), "sent")

    @property
    def code(self) -> int | None:
        """The carrier's code, where it failed with one."""
        return next((fate.code for fate in self.fates if fate.what == Fate.FAILED), None)


class TextFate(Base):
    """One thing the carrier said about a text. Told again it changes nothing."""

    __tablename__ = "case_text_fates"
    __table_args__ = (CheckConstraint(one_of("what", tuple(Fate)), name="what"),)

    text_id: Mapped[Ref] = mapped_column(ForeignKey("case_texts.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime]
    ref: Mapped[str | None] = mapped_column(String(40))
    code: Mapped[int | None]


def write(
    session: Session, case: Case, permit: Permit, *, wording: str, language: str, by: Person, at: datetime
) -> PersonText:
    """Write a text down, under a permission; it is sent afterwards, outside the transaction."""
    latest = permit.arrives_by
    text = PersonText(case_id=case.id, by_id=by.id, at=at, wording=wording, language=language, valid_until=latest)
    session.add(text)
    session.flush()
    case.log("message.queued", by=by.alias, at=at, wording=wording, channel="sms")
    return text


def became(
    session: Session, text_id: str, what: Fate, *, at: datetime, ref: str | None = None, code: int | None = None
) -> None:
    """Note what the carrier says of a text, once. A telephone that opted out ends the permission to text it."""
    text = session.scalar(select(PersonText).where(PersonText.id == text_id).with_for_update())
    if text is None or any(fate.what == what for fate in text.fates):
        return
    text.fates.append(TextFate(what=what.value, at=at, ref=ref, code=code))
    case = going_on(session, text.case_id)
    case.log(f"message.{what.value}", by="carrier", at=at, channel="sms", code=code)
    if code == OPTED_OUT:
        case.withdraw("sms", by="carrier", at=at, because="opted_out")
