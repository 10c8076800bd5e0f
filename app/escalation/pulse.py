"""Is the engine alive? Without its rounds no page goes out; the console says so on every page, and `/readyz` too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database, one_at_a_time
from app.escalation.models import Pulse

SILENT_AFTER: Final = timedelta(seconds=60)
"""Real time without a round after which pages are not to be relied on."""

_THE_ONLY = 1


@dataclass
class Round:
    """What one round did, in how many real seconds, and when there is something to do again (None: not in sight)."""

    at: datetime
    deeds: int = 0
    postponed: int = 0
    lateness: timedelta = timedelta()
    worst_lateness: timedelta = timedelta()
    seconds: float = 0.0
    next_at: datetime | None = None


def beat(db: Database, rounds: Sequence[Round], *, at: datetime) -> None:
    """Write down that the engine lives, and what its rounds since the last beat did. One row for all engines."""
    with db.transaction() as session:
        one_at_a_time(session, "engine.pulse")
        row = felt(session) or _the_first(session, at=at)
        row.at = at
        row.round_ms = max(_ms(played.seconds) for played in rounds)
        row.worst_lateness_ms = max(_ms(played.worst_lateness.total_seconds()) for played in rounds)
        row.deeds = sum(played.deeds for played in rounds)
        row.rounds_in_all += len(rounds)
        row.deeds_in_all += row.deeds
        row.postponed_in_all += sum(played.postponed for played in rounds)
        row.busy_ms_in_all += sum(_ms(played.seconds) for played in rounds)
        row.late_ms_in_all += sum(_ms(played.lateness.total_seconds()) for played in rounds)


def felt(session: Session) -> Pulse | None:
    """The engine's pulse as it was written last; None when there never was an engine."""
    return session.get(Pulse, _THE_ONLY)


def last_round(session: Session) -> datetime | None:
    """When the engine last played a round, or None when it never did."""
    return session.scalar(select(Pulse.at).where(Pulse.id == _THE_ONLY))


def is_silent(round_at: datetime | None, *, at: datetime, speed: float) -> bool:
    """Whether too long has passed since the last round. `speed` is the clock's: a fast one counts more seconds."""
    return round_at is None or at - round_at > SILENT_AFTER * speed


def _the_first(session: Session, *, at: datetime) -> Pulse:
    row = Pulse(id=_THE_ONLY, at=at, round_ms=0)
    session.add(row)
    session.flush()
    return row


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
