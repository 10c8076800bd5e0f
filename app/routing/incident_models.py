"""What happened at meeting places, and who opened a place again.

Clear is what a place is shut by: which, what kind, when. What there is to tell is sealed to the case it is told in. A
place is no case: what happened there stays known when a person is forgotten, and says of nobody that they were there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.routing.collision_models import MeetingPlace
from app.routing.models import one_of
from app.routing.papers import Paper
from app.staff.models import Person


class OpenedBecause(StrEnum):
    """Why a place may be used again: a code, since a place has no key that words could be sealed to."""

    LOOKED_OVER = "looked_over"
    POLICE = "police"
    NOT_THERE = "not_there"


class PlaceIncident(Base):
    """Something happened there. `nth` of its place, from 1; `kind` is a code of the programme's at the time."""

    __tablename__ = "meeting_place_incidents"
    __table_args__ = (UniqueConstraint("place_id", "nth"),)

    id: Mapped[Id]
    place_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_places.id"), index=True)
    nth: Mapped[int]
    kind: Mapped[str] = mapped_column(String(48))
    happened_at: Mapped[datetime]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(80), unique=True)

    by: Mapped[Person] = relationship()
    place: Mapped[MeetingPlace] = relationship()


class IncidentTold(Paper):
    """What somebody had to tell of it (`incidents.Told`), sealed to the case they were there for."""

    __tablename__ = "meeting_incident_words"

    incident_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_place_incidents.id"), index=True)

    incident: Mapped[PlaceIncident] = relationship()


class PlaceOpening(Base):
    """Somebody wants a place open again. `upto` is the last incident they knew of: a later one keeps it shut."""

    __tablename__ = "meeting_place_openings"
    __table_args__ = (CheckConstraint(one_of("because", OpenedBecause), name="because"),)

    id: Mapped[Id]
    place_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_places.id"), index=True)
    upto: Mapped[int]
    because: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    second: Mapped[PlaceOpeningSecond | None] = relationship(lazy="joined")


class PlaceOpeningSecond(Base):
    """What somebody else said to that."""

    __tablename__ = "meeting_place_opening_seconds"

    opening_id: Mapped[Ref] = mapped_column(ForeignKey("meeting_place_openings.id"), primary_key=True)
    agreed: Mapped[bool]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
