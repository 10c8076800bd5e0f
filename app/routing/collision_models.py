"""People who must not meet, as coded tags on cases; what somebody decided in spite of one; where and when one is met.

Clear is what is compared without a key: a tag's mark, made with a key that is in no database, from a code that only the
collision owner can read. What a code stands for is sealed. A place is a code word: no address of one is kept anywhere.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.routing.models import one_of
from app.routing.papers import Fact, Paper
from app.staff.models import Person


class What(StrEnum):
    """What two who must not meet could meet by."""

    UNIT = "unit"
    HOUSE = "house"
    PLACE = "place"


class How(StrEnum):
    """How it ended: both are back and well, or it did not take place."""

    SAFE = "safe"
    CALLED_OFF = "called_off"


class CollisionTag(Paper):
    """One side of a conflict that this person is on (`collisions.Tagged`)."""

    __tablename__ = "routing_collision_tags"

    mark: Mapped[str] = mapped_column(String(32), index=True)
    side: Mapped[str] = mapped_column(String(32))


class CollisionOverride(Paper):
    """Somebody wants to go on in spite of a possible collision (`collisions.Because`)."""

    __tablename__ = "routing_collision_overrides"
    __table_args__ = (CheckConstraint(one_of("what", What), name="what"),)

    what: Mapped[str] = mapped_column(String(8))
    about: Mapped[str] = mapped_column(String(64))

    second: Mapped[CollisionSecond | None] = relationship()


class CollisionSecond(Base):
    """What the second person said, who sees both sides or asks whoever does."""

    __tablename__ = "routing_collision_seconds"

    override_id: Mapped[Ref] = mapped_column(ForeignKey("routing_collision_overrides.id"), primary_key=True)
    agreed: Mapped[bool]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class MeetingPlace(Base):
    """A place that was looked over and approved, by its code word."""

    __tablename__ = "meeting_places"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(24), unique=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    closed: Mapped[PlaceClosed | None] = relationship()


class PlaceClosed(Base):
    """It is used no more: too many know it, or somebody was seen there."""

    __tablename__ = "meeting_places_closed"

    place_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_places.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


class Meeting(Fact):
    """Two of the staff meet a person. Whoever booked it has to say by `check_in_by` that all are well."""

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("first_id <> second_id", name="two_people"),
        CheckConstraint("check_in_by > starts", name="checked_after"),
    )

    place_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_places.id"), index=True)
    starts: Mapped[datetime]
    check_in_by: Mapped[datetime] = mapped_column(index=True)
    first_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    second_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))

    place: Mapped[MeetingPlace] = relationship()
    first: Mapped[Person] = relationship(foreign_keys=[first_id])
    second: Mapped[Person] = relationship(foreign_keys=[second_id])
    check_in: Mapped[CheckIn | None] = relationship()
    alarm: Mapped[MeetingAlarm | None] = relationship()


class CheckIn(Base):
    """One of the two said how it ended."""

    __tablename__ = "meeting_check_ins"
    __table_args__ = (CheckConstraint(one_of("how", How), name="how"),)

    meeting_id: Mapped[Ref] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    how: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]


class MeetingAlarm(Base):
    """Nobody checked in by the time; whoever is to hear of it was told."""

    __tablename__ = "meeting_alarms"

    meeting_id: Mapped[Ref] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    at: Mapped[datetime]
