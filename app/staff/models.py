"""A member of staff and the sealed ways to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.vault.sealed import Sealed, SealedBox


class EndpointKind(StrEnum):
    """Somewhere on the net where a person is reached: a browser that asked for pushes, or an address of a system's."""

    PUSH = "push"
    WEBHOOK = "webhook"


class ChannelKind(StrEnum):
    """What a channel's box holds: an E.164 number, or an e-mail address."""

    PHONE = "phone"
    EMAIL = "email"


class Person(Base):
    """A member of staff, known to others only by `alias`. The row stays when they leave: old deeds name it."""

    __tablename__ = "staff_people"

    id: Mapped[Id]
    alias: Mapped[str] = mapped_column(String(32), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    channels: Mapped[list[Channel]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Channel.kind.desc()"
    )

    @property
    def is_active(self) -> bool:
        """On the staff: the programme in force names them."""
        return self.left_at is None

    @property
    def has_telephone(self) -> bool:
        """Whether there is a number to ring and text."""
        return self.channel(ChannelKind.PHONE) is not None

    def channel(self, kind: ChannelKind) -> Channel | None:
        """Their channel of this kind, still sealed."""
        return next((channel for channel in self.channels if channel.kind == kind), None)


@dataclass(frozen=True)
class Colleague:
    """A member of staff as remembered: to choose from, without a session. Who writes about them asks for the Person."""

    id: str
    alias: str
    has_telephone: bool
    roles: tuple[str, ...] = ()


class Channel(Base):
    """One way to reach a person, sealed to the duty key and bound to this very row."""

    __tablename__ = "staff_channels"
    __table_args__ = (
        CheckConstraint("kind IN ('phone', 'email')", name="kind_is_known"),
        UniqueConstraint("person_id", "kind"),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    kind: Mapped[str] = mapped_column(String(8))
    box: Mapped[Sealed] = mapped_column(SealedBox)
    since: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="channels")


class Endpoint(Base):
    """One browser or one webhook of a person's: JSON, sealed to the duty key and bound to this very row.

    A person may have several browsers. `mark` is a digest of what is in the box, which nobody can guess, so that the
    same one is known again. `over_at`: when it was taken back, or found gone; then box and mark are emptied.
    """

    __tablename__ = "staff_endpoints"
    __table_args__ = (CheckConstraint("kind IN ('push', 'webhook')", name="kind_is_known"),)

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    box: Mapped[Sealed | None] = mapped_column(SealedBox)
    mark: Mapped[str | None] = mapped_column(String(64), index=True)
    since: Mapped[datetime]
    over_at: Mapped[datetime | None]


class Wish(Base):
    """A channel by which a person wants to be paged as well. It takes none of the ladder's away."""

    __tablename__ = "staff_wishes"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'call', 'push', 'email', 'webhook')", name="channel_is_known"),
    )

    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    since: Mapped[datetime]
