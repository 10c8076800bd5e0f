"""One notification: to one person, by one channel, about one step. Its states are pinned by CHECK constraints."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person


class State(StrEnum):
    """Where a notification is on its way; `rank` keeps an older receipt from winning over a newer."""

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


SETTLED = (State.DELIVERED, State.FAILED)


class Priority(IntEnum):
    """What goes first when much waits."""

    FIRST_PAGE = 0
    PAGE = 1
    ANSWER = 2


CHANNELS = ("sms", "call")
"""What can be delivered today; `push`, `email` and `webhook` in a programme file reach nobody yet."""

_STATES = ", ".join(repr(state.value) for state in State)


class Notification(Base):
    """A text or a call to a member of staff. Carries names of sentences and harmless values, never a secret."""

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("channel IN ('sms', 'call', 'email')", name="channel"),
        CheckConstraint("(state = 'sending') = (sending_until IS NOT NULL)", name="sending_has_deadline"),
        CheckConstraint("state NOT IN ('accepted', 'delivered') OR accepted_at IS NOT NULL", name="accepted_is_dated"),
        CheckConstraint("state <> 'failed' OR trouble IS NOT NULL", name="failed_has_reason"),
        Index(
            "ix_notifications_to_send",
            "priority",
            "not_before",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(120), unique=True)
    case_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("cases.id"), index=True)
    step_id: Mapped[str | None] = mapped_column(String(32), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    wording: Mapped[str] = mapped_column(String(40))
    values: Mapped[str] = mapped_column(String(1000), default="{}")
    priority: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    valid_until: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default=State.PENDING.value)
    sending_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    carrier_ref: Mapped[str | None] = mapped_column(String(40), index=True)
    carrier_status: Mapped[str | None] = mapped_column(String(20))
    accepted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(24))
    code: Mapped[int | None]
    acknowledged_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
