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


CHANNELS = ("sms", "call", "push", "email", "webhook")
"""What a notification can go out by, in the order in which one is tried when another failed."""

TELEPHONE = ("sms", "call")
"""The channels that a telephone company carries. It says what became of each; of the others nobody does for certain."""

THE_PAGE = "sms.page"
"""The wording of a page about a case, by whatever channel: several to one person may go out as one."""

THE_CANARY = "sms.canary"
"""The wording of a page about a canary (`app/canary.py`): never in one message with the others."""

THE_SENIOR_CALL = "sms.senior"
"""The wording of a page to a senior, about a case that a colleague has and wants help with."""

THE_CO_HANDLING = "sms.co_handler"
"""The wording of a word to whoever was brought in to work on a colleague's case."""

THE_MAIL = "sms.mailbox"
"""The wording of a page about a case in whose mailbox the person did something."""

THE_MAIL_ALARM = "alarm.mailbox"
"""The same when it was with a receipt that is given away under duress: it is rung as well, and asks for no key."""

CARRIERS = ("twilio", "elks")
"""The telephone companies there are, the first one first. The name stands in rows and in the log."""

FIRST_CARRIER, SECOND_CARRIER = CARRIERS

_CHANNELS = ", ".join(map(repr, CHANNELS))
_STATES = ", ".join(repr(state.value) for state in State)
_CARRIERS = ", ".join(map(repr, CARRIERS))


ON_ITS_WAY = "state IN ('pending', 'sending')"
"""The condition of the index by which the outbox is read, in SQL."""


class Notification(Base):
    """Something told to a member of staff. Carries names of sentences and harmless values, never a secret.

    `in_doubt`: a try whose answer was lost may have been carried out. `tries_in_a_fault`: those of its tries that were
    refused because the account was. `looked_up_at`: when the carrier was last asked what became of it.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(f"channel IN ({_CHANNELS})", name="channel"),
        CheckConstraint("(state = 'sending') = (sending_until IS NOT NULL)", name="sending_has_deadline"),
        CheckConstraint("state NOT IN ('accepted', 'delivered') OR accepted_at IS NOT NULL", name="accepted_is_dated"),
        CheckConstraint("state <> 'failed' OR trouble IS NOT NULL", name="failed_has_reason"),
        Index(
            "ix_notifications_to_send",
            "priority",
            "not_before",
            sqlite_where=text(ON_ITS_WAY),
            postgresql_where=text(ON_ITS_WAY),
        ),
        Index(
            "ix_notifications_of_one_person",
            "person_id",
            "channel",
            "priority",
            "not_before",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
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


class Together(Base):
    """The nth try of a page went out in another page's text, letter or call: one message named both."""

    __tablename__ = "notification_bundles"

    page_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    within_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), index=True)
    at: Mapped[datetime]


class PageLink(Base):
    """A link that a page carries, by its digest (SHA-256 in hex), and when it was followed."""

    __tablename__ = "notification_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    page_id: Mapped[Ref] = mapped_column(ForeignKey("notifications.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
