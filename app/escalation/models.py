"""Where a case stands on its ladders. One row a case; the engine reads nothing else to know what is due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person


class Escalation(Base):
    """The policy as it was when the case opened, how far it has come, and `next_at`; null means at rest.

    `counts_from` is where the untaken ladder starts: the opening (or, in doubt, the morning), or the moment the case
    came back; `climb` counts how often it has started.
    `hurried_at` is set when every page of the last step failed: the next fresh step is due then.
    `entered_at` is set where the approach was entered later than it came: no step could be taken before.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        CheckConstraint("ladder IN ('untaken', 'acute')", name="ladder"),
        Index(
            "ix_escalations_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_escalations_put_aside",
            "failures",
            sqlite_where=text("failures > 0"),
            postgresql_where=text("failures > 0"),
        ),
    )

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    policy: Mapped[str] = mapped_column(Text)
    ladder: Mapped[str] = mapped_column(String(12))
    counts_from: Mapped[datetime]
    climb: Mapped[int] = mapped_column(SmallInteger, default=1)
    position: Mapped[str] = mapped_column(Text, default="{}")
    next_at: Mapped[datetime | None]
    hurried_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    entered_at: Mapped[datetime | None]

    passes: Mapped[list[Pass]] = relationship(
        primaryjoin="foreign(Pass.case_id) == Escalation.case_id", order_by="Pass.at", viewonly=True
    )


class StepTaken(Base):
    """A step that was taken: when it was due, when it ran, how late that was, how many missed repeats it stands for."""

    __tablename__ = "escalation_steps"
    __table_args__ = (UniqueConstraint("case_id", "climb", "step"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    climb: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[str] = mapped_column(String(32))
    due_at: Mapped[datetime]
    ran_at: Mapped[datetime]
    missed: Mapped[int] = mapped_column(default=0)
    late_ms: Mapped[int] = mapped_column(BigInteger)


class Pass(Base):
    """Somebody handed a case on without having been in contact; they are not paged first for it again."""

    __tablename__ = "escalation_passes"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


class StaffMessage(Base):
    """A text or a key from a member of staff, by the carrier's id, so that a repeated webhook is obeyed once.

    `answer` is what a key was answered, to be said again; texts are answered through the outbox, once.
    """

    __tablename__ = "escalation_staff_messages"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(16))


class Pulse(Base):
    """The engine's latest rounds: one row, so that its silence can be seen, and its pace.

    `round_ms`, `worst_lateness_ms` and `deeds`: the longest round, the latest step and the number of steps since the
    beat before. What ends in `in_all` only grows: from it a monitoring system works out whatever it likes.
    """

    __tablename__ = "engine_pulse"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    round_ms: Mapped[int]
    worst_lateness_ms: Mapped[int] = mapped_column(default=0)
    deeds: Mapped[int] = mapped_column(default=0, server_default="0")
    rounds_in_all: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    deeds_in_all: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    postponed_in_all: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    busy_ms_in_all: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    late_ms_in_all: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class SeniorCall(Base):
    """Whoever had a case asked a senior for help with it, and `told_at`: when they heard whether that went out."""

    __tablename__ = "escalation_senior_calls"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    asked_by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
