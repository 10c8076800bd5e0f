"""Changes to the roster that people made, on top of the programme's rotations. Each is a fact; undoing one is another.

Nothing here reaches back: a change counts from the moment it was made, whatever it says about the time before.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person

_A_TIER = "tier IN ('on-call', 'backup')"


class Override(Base):
    """A person stands in for a tier from `starts` until `ends`, made by whom (an alias) and why (a few words)."""

    __tablename__ = "oncall_overrides"
    __table_args__ = (
        CheckConstraint(_A_TIER, name="tier_is_known"),
        CheckConstraint("ends > starts", name="ends_after_start"),
    )

    id: Mapped[Id]
    tier: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(32))
    because: Mapped[str] = mapped_column(String(200))

    person: Mapped[Person] = relationship()
    lifted: Mapped[Lifted | None] = relationship()


class Lifted(Base):
    """An override no longer counts, from `at` on."""

    __tablename__ = "oncall_overrides_lifted"

    override_id: Mapped[Ref] = mapped_column(ForeignKey("oncall_overrides.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class Offer(Base):
    """Somebody would like a colleague to take their turn in a tier from `starts` until `ends`. Until somebody does, it
    stays theirs. Over when it was taken or withdrawn, and when `ends` has passed."""

    __tablename__ = "oncall_offers"
    __table_args__ = (
        CheckConstraint(_A_TIER, name="tier_is_known"),
        CheckConstraint("ends > starts", name="ends_after_start"),
    )

    id: Mapped[Id]
    tier: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
    taking: Mapped[Taking | None] = relationship(back_populates="offer")
    withdrawal: Mapped[Withdrawal | None] = relationship()


class Taking(Base):
    """A colleague took the offer: from `at` on the turn is theirs. One for each offer, so that of two one is first."""

    __tablename__ = "oncall_takings"

    offer_id: Mapped[Ref] = mapped_column(ForeignKey("oncall_offers.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    offer: Mapped[Offer] = relationship("app.oncall.models.Offer", back_populates="taking")
    person: Mapped[Person] = relationship()


class Withdrawal(Base):
    """Whoever made the offer keeps their turn after all."""

    __tablename__ = "oncall_withdrawals"

    offer_id: Mapped[Ref] = mapped_column(ForeignKey("oncall_offers.id"), primary_key=True)
    at: Mapped[datetime]


class Leave(Base):
    """A person is away from `starts` until `ends`. Why is nobody's business and is not kept."""

    __tablename__ = "oncall_leaves"
    __table_args__ = (CheckConstraint("ends > starts", name="ends_after_start"),)

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(32))

    person: Mapped[Person] = relationship()
    back: Mapped[Return | None] = relationship()


class Return(Base):
    """Somebody who was to be away is here after all, from `at` on."""

    __tablename__ = "oncall_returns"

    leave_id: Mapped[Ref] = mapped_column(ForeignKey("oncall_leaves.id"), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class Feed(Base):
    """An address at which somebody's calendar fetches their turns, from `given_at` until `ended_at`.

    The address itself is a secret of 256 bits and is not kept: only its SHA-256, which is enough to know it again.
    """

    __tablename__ = "oncall_feeds"

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class GapNotice(Base):
    """The coordinator was told, this many hours ahead, that too few can be reached from `starts` until `ends`.

    `over_at`: when that was first seen to be mended. What comes after it is another gap, and told anew.
    """

    __tablename__ = "oncall_gap_notices"
    __table_args__ = (
        CheckConstraint("lead_hours IN (72, 24)", name="lead_is_known"),
        CheckConstraint("ends > starts", name="ends_after_start"),
    )

    id: Mapped[Id]
    lead_hours: Mapped[int] = mapped_column(SmallInteger)
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    found_at: Mapped[datetime]
    over_at: Mapped[datetime | None]
