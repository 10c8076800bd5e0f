"""Screening, decisions and offers as rows. Papers (`papers.py`) are sealed; the columns here are what is not.

Clear, because it is counted or chased without a key: that a conversation was held and how many; that a child is
concerned; that a person may only be contacted in the strictest way; which unit was asked, and what it answered. Not
clear: any answer, any route by its kind (one is for witnesses), any reason, and which other steps were raised.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.routing.papers import Fact, Paper
from app.staff.models import Person


class Alarm(StrEnum):
    """The steps that are seen without a key: somebody must act on them who may not open the case."""

    CHILD_TRACK = "child_track"
    STRICTEST_CONTACT = "strictest_contact"


class NoReason(StrEnum):
    """Why a unit says no."""

    NOT_OURS = "not_ours"
    FULL = "full"
    CONFLICT = "conflict"
    OTHER = "other"


class Word(StrEnum):
    """By whose word a unit's answer is known: its own in the console, or the handler's who has it by voice."""

    UNIT = "unit"
    HANDLER = "handler"


def one_of(column: str, values: type[StrEnum]) -> str:
    """The SQL of a CHECK that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(each.value) for each in values)})"


class Conversation(Fact):
    """One of the three to five conversations in which a screening becomes whole (A11)."""

    __tablename__ = "routing_conversations"
    __table_args__ = (UniqueConstraint("case_id", "nth"),)


class Screened(Paper):
    """The whole form as it stood when somebody saved it (`answers.Answers`); the newest is what is known."""

    __tablename__ = "routing_answers"

    conversation_id: Mapped[Ref] = mapped_column(ForeignKey("routing_conversations.id"))
    form: Mapped[int]


class StepRaised(Base):
    """An answer called for one of the steps that are seen without a key; from its first time on."""

    __tablename__ = "routing_steps_raised"
    __table_args__ = (CheckConstraint(one_of("step", Alarm), name="step"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(24), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


class StepSettled(Paper):
    """Somebody said what became of a step (`screening.Settled`)."""

    __tablename__ = "routing_steps_settled"


class Decision(Paper):
    """A person decided on routes, with reasons and the versions of the rules (`deciding.Decided`)."""

    __tablename__ = "routing_decisions"

    lines: Mapped[list[LineUnit]] = relationship(order_by="LineUnit.nth")


class LineUnit(Base):
    """Whom a decided route goes to, and who is next when they say no: worked out once, while the answers were open."""

    __tablename__ = "routing_lines"

    decision_id: Mapped[Ref] = mapped_column(ForeignKey("routing_decisions.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Which of the decided routes."""

    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(String(64))


class Lead(Fact):
    """Which of the decided routes leads. Units see it that may open nothing."""

    __tablename__ = "routing_leads"

    decision_id: Mapped[Ref] = mapped_column(ForeignKey("routing_decisions.id"), unique=True)
    place: Mapped[int]

    decision: Mapped[Decision] = relationship()


class Offer(Base):
    """A unit is asked to take a route on. The case's clock knows nothing of it."""

    __tablename__ = "routing_offers"
    __table_args__ = (UniqueConstraint("decision_id", "place", "nth"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    decision_id: Mapped[Ref] = mapped_column(ForeignKey("routing_decisions.id"))
    place: Mapped[int]
    nth: Mapped[int]
    unit: Mapped[str] = mapped_column(String(64), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    decision: Mapped[Decision] = relationship()
    answer: Mapped[OfferAnswer | None] = relationship()

    @property
    def may_be_declined(self) -> bool:
        """The last in line cannot say no: somebody always owns a person."""
        return any(after.place == self.place and after.nth > self.nth for after in self.decision.lines)


class OfferAnswer(Base):
    """What the unit said, and by whose word."""

    __tablename__ = "routing_offer_answers"
    __table_args__ = (
        CheckConstraint(one_of("because", NoReason), name="because"),
        CheckConstraint(one_of("word", Word), name="word"),
        CheckConstraint("accepted = (because IS NULL)", name="declined_with_a_reason"),
    )

    offer_id: Mapped[Ref] = mapped_column(ForeignKey("routing_offers.id"), primary_key=True)
    accepted: Mapped[bool]
    because: Mapped[str | None] = mapped_column(String(16))
    word: Mapped[str] = mapped_column(String(8))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
