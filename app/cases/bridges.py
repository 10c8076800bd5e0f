"""A bridge: a room at the carrier in which a handler and a person speak, and the telephones that were rung for it.

What happens on a telephone is a fact about its leg, written once however often the carrier tells it. No number
stands here: a leg is known by its own random id, in the addresses the carrier is given, and by the carrier's
reference to the call.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.db import Base, Id, Ref
from app.staff.models import Person


class Role(StrEnum):
    """Whose telephone a leg is."""

    HANDLER = "handler"
    PERSON = "person"
    COLLEAGUE = "colleague"


class What(StrEnum):
    """What can happen on a leg. The first group is what we do, the second what the carrier tells."""

    CALLED = "called"
    REFUSED = "refused"
    LED_IN = "led_in"
    LED_OUT = "led_out"
    HUNG_UP = "hung_up"

    READY = "ready"
    MACHINE = "machine"
    OVER = "over"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


ENDS: Final = frozenset({What.REFUSED, What.OVER, What.BUSY, What.NO_ANSWER, What.FAILED})
"""After these nobody is on this leg any more."""

OURS: Final = frozenset({What.CALLED, What.REFUSED, What.LED_IN, What.LED_OUT, What.HUNG_UP})
"""What we do; everything else the carrier tells us."""

A_CALL_LASTS: Final = timedelta(hours=2)
"""After this long a call whose end nobody told us of counts as over, unless people are in it."""

NO_CALL_LASTS_LONGER: Final = timedelta(days=1)
"""The carrier itself ends every call by then. Whose end got lost is asked about long before (`open_ends`)."""


class Bridge(Base):
    """One room. `approach_id`: the call that came in and was moved here; None when we called the person."""

    __tablename__ = "case_bridges"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    room: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(16))
    approach_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("case_approaches.id"), unique=True)
    voicemail: Mapped[bool] = mapped_column(default=False)

    by: Mapped[Person] = relationship()
    legs: Mapped[list[Leg]] = relationship(order_by="Leg.at", back_populates="bridge")
    outcome: Mapped[BridgeOutcome | None] = relationship()

    def leg_of(self, role: Role) -> Leg:
        """The handler's leg, or the person's. KeyError before there is one."""
        return {leg.role: leg for leg in self.legs if leg.role != Role.COLLEAGUE}[role]

    @property
    def staff(self) -> list[Leg]:
        """The legs of the handler, colleagues and interpreters."""
        return [leg for leg in self.legs if leg.role != Role.PERSON]


class Leg(Base):
    """One telephone that belongs to a bridge. `ref` is the carrier's reference to the call, once there is one."""

    __tablename__ = "case_bridge_legs"
    __table_args__ = (CheckConstraint(one_of("role", tuple(Role)), name="role"),)

    id: Mapped[Id]
    bridge_id: Mapped[Ref] = mapped_column(ForeignKey("case_bridges.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    person_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    ref: Mapped[str | None] = mapped_column(String(40))

    bridge: Mapped[Bridge] = relationship(back_populates="legs")
    person: Mapped[Person | None] = relationship()
    facts: Mapped[list[LegFact]] = relationship(order_by="LegFact.at")

    def has(self, *what: What) -> bool:
        """Whether one of these has happened on it."""
        return any(fact.what in what for fact in self.facts)

    def when(self, what: What) -> datetime | None:
        """The moment at which this happened."""
        return next((fact.at for fact in self.facts if fact.what == what), None)

    @property
    def ended(self) -> bool:
        """Whether nobody is on it any more."""
        return self.has(*ENDS)

    @property
    def is_in(self) -> bool:
        """Whether whoever has this telephone is in the room."""
        return self.has(What.READY) and not self.ended


class LegFact(Base):
    """One thing that happened on a leg, and when. Told again it changes nothing."""

    __tablename__ = "case_bridge_facts"
    __table_args__ = (CheckConstraint(one_of("what", tuple(What)), name="what"),)

    leg_id: Mapped[Ref] = mapped_column(ForeignKey("case_bridge_legs.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    at: Mapped[datetime]


class BridgeOutcome(Base):
    """How a bridge went, in somebody's word, once: the attempt that was recorded for it."""

    __tablename__ = "case_bridge_outcomes"

    bridge_id: Mapped[Ref] = mapped_column(ForeignKey("case_bridges.id"), primary_key=True)
    attempt_id: Mapped[Ref] = mapped_column(ForeignKey("case_attempts.id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
