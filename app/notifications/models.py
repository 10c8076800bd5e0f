"""One notification: to one person, by one channel, about one step. Its states are pinned by CHECK constraints."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, false, text
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

CARRIERS = ("twilio", "elks")
"""The telephone companies there are, the first one first. The name stands in rows and in the log."""

FIRST_CARRIER, SECOND_CARRIER = CARRIERS

_STATES = ", ".join(repr(state.value) for state in State)
_CARRIERS = ", ".join(map(repr, CARRIERS))


class Notification(Base):
    """A text or a call to a member of staff. Carries names of sentences and harmless values, never a secret.

    `in_doubt`: a try whose answer was lost may have been carried out. `tries_in_a_fault`: those of its tries that were
    refused because the account was. `looked_up_at`: when the carrier was last asked what became of it.
    """

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
        Index(
            "ix_notifications_unsettled",
            "accepted_at",
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
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
    tries: Mapped[int] = mapped_column(default=0)
    tries_in_a_fault: Mapped[int] = mapped_column(default=0, server_default="0")
    in_doubt: Mapped[bool] = mapped_column(default=False, server_default=false())
    carrier_ref: Mapped[str | None] = mapped_column(String(40), index=True)
    carrier_status: Mapped[str | None] = mapped_column(String(20))
    accepted_at: Mapped[datetime | None]
    looked_up_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str | None] = mapped_column(String(24))
    code: Mapped[int | None]
    acknowledged_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Try(Base):
    """A notification was handed to a carrier for the nth time, and which other one stood ready should this one fail."""

    __tablename__ = "notification_tries"
    __table_args__ = (
        CheckConstraint(f"carrier IN ({_CARRIERS})", name="carrier"),
        CheckConstraint(f"spare IN ({_CARRIERS}) AND spare <> carrier", name="spare"),
    )

    notification_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    carrier: Mapped[str] = mapped_column(String(8))
    spare: Mapped[str | None] = mapped_column(String(8))
    at: Mapped[datetime]


class Detour(Base):
    """A page that its carrier refused or lost, and the notification that another carrier was given in its place."""

    __tablename__ = "notification_detours"
    __table_args__ = (CheckConstraint(f"carrier IN ({_CARRIERS})", name="carrier"),)

    page_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), primary_key=True)
    instead_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), unique=True)
    carrier: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
