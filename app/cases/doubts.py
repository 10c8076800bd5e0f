"""Doubt whether a person sent a form, or a machine. A case all the same, with the same clock: a human reads each.

What doubt changes is one thing: at night nobody is woken for it. Where a life may be in danger it changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from app import rows
from app.cases.facts import one_of
from app.cases.permissions import SPANS, Hours, within
from app.db import Base, Ref
from app.rows import session_of

if TYPE_CHECKING:
    from app.cases.models import Case

Why = Literal["trap", "haste"]
"""`trap`: the field was filled in that no person sees. `haste`: the form came back faster than anybody reads, or was
never opened."""

REASONS: Final = ("trap", "haste")


class Doubt(Base):
    """Why it is doubtful that a person opened this case. Says nothing about who sent it."""

    __tablename__ = "case_doubts"
    __table_args__ = (CheckConstraint(one_of("because", REASONS), name="because"),)

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(8))


def note(case: Case, because: Why, *, at: datetime) -> None:
    """Write it down, in the transaction that opens the case."""
    doubt = rows.write(session_of(case), Doubt, case_id=case.id, at=at, because=because)
    set_committed_value(case, "doubt", doubt)
    case.log("case.doubted", by="engine", at=at, because=because)


def someone_is_awake(at: datetime, zone: ZoneInfo, *, until: datetime) -> datetime:
    """The moment from which a doubtful case may disturb somebody: at once by day, at the end of the night otherwise.

    Never later than half of the time there is `until` the deadline.
    """
    local = at.astimezone(zone)
    if not within(Hours.NIGHT, local):
        return at
    morning = local.replace(hour=SPANS[Hours.NIGHT][1].hour, minute=0, second=0, microsecond=0, fold=0)
    if morning <= local:
        morning += timedelta(days=1)  # by the clocks on the wall: the night is an hour longer or shorter twice a year
    return min(morning.astimezone(at.tzinfo), at + (until - at) / 2)
