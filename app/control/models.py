"""What log control keeps: readings, what was unusual about them, samples, and what reviewers found. No personal data
of anybody outside: a case is its pseudonym, a reader their alias, as in the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.control.words import FINDINGS, STEPS, WHYS
from app.db import Base

_BIG = BigInteger().with_variant(Integer, "sqlite")


class ControlProgress(Base):
    """The one row that says which place of the log is looked at next."""

    __tablename__ = "control_progress"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_leaf: Mapped[int] = mapped_column(_BIG)


class ControlReading(Base):
    """Something secret about a case was read: the place of the leaf that says so, and what it says."""

    __tablename__ = "control_readings"

    leaf: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(40), index=True)
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(64))
    because: Mapped[str] = mapped_column(String(64))

    hits: Mapped[list[ControlHit]] = relationship(order_by="ControlHit.why")
    review: Mapped[ControlReview | None] = relationship()


class ControlHit(Base):
    """Why a reading is to be reviewed: a rule that it met, or that it was drawn. Found once, never edited."""

    __tablename__ = "control_hits"
    __table_args__ = (CheckConstraint(one_of("why", WHYS), name="why"),)

    leaf: Mapped[int] = mapped_column(_BIG, ForeignKey("control_readings.leaf"), primary_key=True)
    why: Mapped[str] = mapped_column(String(24), primary_key=True)
    at: Mapped[datetime]
    due_at: Mapped[datetime]


class ControlSample(Base):
    """A month was drawn from: how many readings it had, and how many of them were drawn."""

    __tablename__ = "control_samples"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    at: Mapped[datetime]
    out_of: Mapped[int]
    drawn: Mapped[int]


class ControlReview(Base):
    """A reviewer looked at a reading and said what they found, and what follows. The first word stands."""

    __tablename__ = "control_reviews"
    __table_args__ = (
        CheckConstraint(one_of("finding", FINDINGS), name="finding"),
        CheckConstraint(one_of("step", STEPS), name="step"),
    )

    leaf: Mapped[int] = mapped_column(_BIG, ForeignKey("control_readings.leaf"), primary_key=True)
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    finding: Mapped[str] = mapped_column(String(24))
    step: Mapped[str] = mapped_column(String(24))
