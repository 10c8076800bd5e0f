"""What forgetting keeps: holds, receipts, batches and stones. A case is its row's id; no person outside is named."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.cases.models import Case
from app.db import Base, Id, Ref
from app.programme.retention import Recipient, RetentionClass
from app.staff.models import Person

HOLD_REASONS = ("appeal", "lawsuit", "police_inquiry", "supervision", "person_asked", "archive")
"""Why something must not be forgotten yet: an appeal, a lawsuit, an inquiry of the police, IVO or JO look into it, the
person asked for it, the archive wants it."""

HOLD_WORDS = ("asked", "agreed", "refused", "lift_asked", "lift_agreed", "lift_refused")
HOWS = ("sealed", "printed")
_CLASSES = tuple(each.value for each in RetentionClass)


class LegalHold(Base):
    """A case must not be forgotten. What was said of the hold are its words; the last one counts."""

    __tablename__ = "retention_holds"
    __table_args__ = (CheckConstraint(one_of("because", HOLD_REASONS), name="because"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    because: Mapped[str] = mapped_column(String(24))

    case: Mapped[Case] = relationship()
    words: Mapped[list[HoldWord]] = relationship(order_by="HoldWord.nth")

    @property
    def last(self) -> HoldWord:
        """The last word."""
        return self.words[-1]

    @property
    def is_in_force(self) -> bool:
        """From the first word on, until a second person refuses it, or agrees to lift it."""
        return self.last.word not in ("refused", "lift_agreed")

    @property
    def waits_for_a_second(self) -> bool:
        """Whether somebody else has to speak."""
        return self.last.word in ("asked", "lift_asked")


class HoldWord(Base):
    """Somebody said something of a hold."""

    __tablename__ = "retention_hold_words"
    __table_args__ = (CheckConstraint(one_of("word", HOLD_WORDS), name="word"),)

    hold_id: Mapped[Ref] = mapped_column(ForeignKey("retention_holds.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Receipt(Base):
    """Another house has received what there was of a case, by the word of whoever handed it over. `digest`: SHA-256 of
    what was handed over, in hex, so that the two can be laid beside each other."""

    __tablename__ = "retention_receipts"
    __table_args__ = (
        CheckConstraint(one_of("recipient", tuple(each.value for each in Recipient)), name="recipient"),
        CheckConstraint(one_of("how", HOWS), name="how"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(16))
    how: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


class Batch(Base):
    """Cases that somebody wants forgotten. Nothing is until somebody else agrees."""

    __tablename__ = "retention_batches"

    id: Mapped[Id]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    lines: Mapped[list[BatchLine]] = relationship(order_by="BatchLine.case_id")
    second: Mapped[BatchSecond | None] = relationship()
    end: Mapped[BatchEnd | None] = relationship()


class BatchLine(Base):
    """One case of a batch, and the class by which its time was over."""

    __tablename__ = "retention_batch_lines"
    __table_args__ = (CheckConstraint(one_of("name", _CLASSES), name="name"),)

    batch_id: Mapped[Ref] = mapped_column(ForeignKey("retention_batches.id"), primary_key=True)
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16))

    case: Mapped[Case] = relationship()


class BatchSecond(Base):
    """What the second person said of a batch."""

    __tablename__ = "retention_seconds"

    batch_id: Mapped[Ref] = mapped_column(ForeignKey("retention_batches.id"), primary_key=True)
    agreed: Mapped[bool]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class BatchEnd(Base):
    """The batch was carried out: so many cases were forgotten, and so many were not, for something had come between."""

    __tablename__ = "retention_batch_ends"

    batch_id: Mapped[Ref] = mapped_column(ForeignKey("retention_batches.id"), primary_key=True)
    forgotten: Mapped[int]
    left: Mapped[int]
    at: Mapped[datetime]


class DetailsGone(Base):
    """The telephone numbers of a case were destroyed, before the case itself."""

    __tablename__ = "retention_details_gone"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]


class Stone(Base):
    """All that is left: a case was here, and was forgotten, by which class and when."""

    __tablename__ = "retention_stones"
    __table_args__ = (CheckConstraint(one_of("name", _CLASSES), name="name"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
