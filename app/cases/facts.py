"""The facts about a case, each a row with who and when. Nothing here is ever edited into something else."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.endings import MOMENTS, Ending, ending
from app.cases.permission_times import PermissionTimes
from app.cases.permissions import Hours, Wish
from app.db import Base, Id, Ref
from app.staff.models import Person
from app.vault.sealed import Sealed, SealedBox

CHANNELS = ("phone", "sms", "form", "by_hand")
ROLES = ("self", "relative", "professional", "unknown")
CONTENT_KINDS = ("caller_number", "callback_number", "message")
ATTEMPT_OUTCOMES = ("reached", "no_answer", "busy", "voicemail", "wrong_person", "not_safe_now")
CONTACT_CHANNELS = ("call", "sms", "mailbox", "visit")
CLOSED_WITH_CONTACT = ("advice", "handed_over", "closed")
CLOSED_WITHOUT_CONTACT = (
    "no_way_to_reach",
    "unsafe_to_contact",
    "withdrew",
    "silent_call",
    "abandoned_call",
    "test_call",
    "wrong_number",
)
HANDED_BACK = "handed_back"
"""How a case ends that another house sent, and that was not taken over."""

HOLD_WAYS = ("page", "sms", "call", "console")
PERMISSION_LASTS = timedelta(days=30)
"""How long a permission to contact holds without being confirmed again (safety.md section 1)."""


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a CHECK that a column holds one of a closed list of short words."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


class Approach(Base):
    """One call, text, form or visit. The first opens the case; later ones join it."""

    __tablename__ = "case_approaches"
    __table_args__ = (
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("role", ROLES), name="role"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(16), default="unknown")
    language: Mapped[str] = mapped_column(String(8))
    withheld: Mapped[bool] = mapped_column(default=False)
    entered_by: Mapped[str | None] = mapped_column(String(40))

    connection: Mapped[Connection | None] = relationship()
    moments: Mapped[list[Moment]] = relationship(order_by="Moment.at")

    @property
    def cannot_speak(self) -> bool:
        """Whether the caller said by key that they cannot speak."""
        return any(moment.what == "cannot_speak" for moment in self.moments)

    def ended_as(self, at: datetime) -> Ending | None:
        """How the call ended, as far as is known at a moment; None while it goes on, and for what was no call."""
        came_to = {moment.what for moment in self.moments}
        spoke = self.connection is not None and self.connection.spoke
        return ending(came_to, spoke=spoke, lasted=at - self.at) if self.channel == "phone" else None


class Moment(Base):
    """Something that a call came to, and when; it comes to each thing once."""

    __tablename__ = "case_approach_moments"
    __table_args__ = (CheckConstraint(one_of("what", MOMENTS), name="what"),)

    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_approaches.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    at: Mapped[datetime]


class Content(Base):
    """Something secret about a case, sealed to the case's own key."""

    __tablename__ = "case_contents"
    __table_args__ = (CheckConstraint(one_of("kind", CONTENT_KINDS), name="kind"),)

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_approaches.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    box: Mapped[Sealed] = mapped_column(SealedBox)


class Grant(Base):
    """The case's private key, sealed to one key that may read the case. No grants left: nobody can."""

    __tablename__ = "case_grants"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    reader: Mapped[str] = mapped_column(String(32), primary_key=True)
    box: Mapped[Sealed] = mapped_column(SealedBox)


class Assignment(Base):
    """Who is responsible from a moment on, and why."""

    __tablename__ = "case_assignments"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(40))

    person: Mapped[Person] = relationship()


class Hold(Base):
    """A handler took the case. Taken is not contacted."""

    __tablename__ = "case_holds"
    __table_args__ = (
        CheckConstraint(one_of("via", HOLD_WAYS), name="via"),
        Index(
            "ix_case_holds_one_at_a_time",
            "case_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    at: Mapped[datetime]
    via: Mapped[str] = mapped_column(String(16))
    released_at: Mapped[datetime | None]
    released_because: Mapped[str | None] = mapped_column(String(40))

    person: Mapped[Person] = relationship()
    kept: Mapped[Kept | None] = relationship()

    def covers(self, at: datetime) -> bool:
        """Whether it was in force at a moment."""
        return self.at <= at and (self.released_at is None or at <= self.released_at)


class Kept(Base):
    """Whoever holds the case keeps it when their shift ends, by their own word."""

    __tablename__ = "case_holds_kept"

    hold_id: Mapped[Ref] = mapped_column(ForeignKey("case_holds.id"), primary_key=True)
    at: Mapped[datetime]


class Connection(Base):
    """Who got the caller on the line: one handler for one call, whoever pressed 1 first."""

    __tablename__ = "case_connections"

    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_approaches.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    ref: Mapped[str | None] = mapped_column(String(40))
    """The carrier's reference to the handler's leg, by which the call can be brought into a room of its own."""

    end: Mapped[ConnectionEnd | None] = relationship()

    @property
    def spoke(self) -> bool:
        """Whether the two were joined, as far as we know."""
        return self.end is None or self.end.spoke


class ConnectionEnd(Base):
    """The handler and the caller are no longer on the line. `spoke`: whether they were ever joined, by the carrier's
    word; who presses 1 and loses the line before that has not spoken."""

    __tablename__ = "case_connection_ends"

    approach_id: Mapped[Ref] = mapped_column(ForeignKey("case_connections.approach_id"), primary_key=True)
    at: Mapped[datetime]
    spoke: Mapped[bool]


class ContactAttempt(Base):
    """Somebody tried to make contact, and how it went."""

    __tablename__ = "case_attempts"
    __table_args__ = (
        CheckConstraint(one_of("outcome", ATTEMPT_OUTCOMES), name="outcome"),
        CheckConstraint(one_of("channel", CONTACT_CHANNELS), name="channel"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(20))

    by: Mapped[Person] = relationship()


class FirstContact(Base):
    """The promise kept: who, when, how, and by whose word."""

    __tablename__ = "case_first_contacts"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(16))
    word: Mapped[str] = mapped_column(String(16))

    by: Mapped[Person] = relationship()


class Closure(Base):
    """The case is over: by whom, when, how, and with which outcome code."""

    __tablename__ = "case_closures"
    __table_args__ = (CheckConstraint(one_of("outcome", CLOSED_WITH_CONTACT), name="outcome"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(24))


class Join(Base):
    """This case goes on as part of an older one."""

    __tablename__ = "case_joins"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    into_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class Danger(Base):
    """Somebody is in danger now, by the caller's or a handler's word."""

    __tablename__ = "case_dangers"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class Permission(Base):
    """What the person said about being contacted one way, at which hours, on which number, and until when."""

    __tablename__ = "case_permissions"
    __table_args__ = (
        CheckConstraint(one_of("channel", ("call", "sms", "voicemail")), name="channel"),
        CheckConstraint(one_of("hours", tuple(Hours)), name="hours"),
    )

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    content_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("case_contents.id"))
    channel: Mapped[str] = mapped_column(String(16))
    allowed: Mapped[bool]
    hours: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[datetime]

    times: Mapped[PermissionTimes | None] = relationship(lazy="joined")

    @property
    def wish(self) -> Wish:
        return Wish(
            channel=self.channel,
            allowed=self.allowed,
            hours=Hours(self.hours),
            said_at=self.at,
            expires_at=self.expires_at,
            about=self.content_id,
            only=self.times.only if self.times else None,
        )
