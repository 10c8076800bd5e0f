"""Is the engine alive? Without its rounds no page goes out; the console says so on every page, and `/readyz` too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update
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
        done = {
            "now": at,
            "longest": max(_ms(played.seconds) for played in rounds),
            "latest": max(_ms(played.worst_lateness.total_seconds()) for played in rounds),
            "deeds_now": sum(played.deeds for played in rounds),
            "rounds": len(rounds),
            "postponed": sum(played.postponed for played in rounds),
            "busy": sum(_ms(played.seconds) for played in rounds),
            "late": sum(_ms(played.lateness.total_seconds()) for played in rounds),
        }
        if session.connection().execute(_BEAT, done).rowcount == 0:
            session.add(Pulse(id=_THE_ONLY, at=at, round_ms=0))
            session.flush()
            session.connection().execute(_BEAT, done)


_BEAT: Final = (
    update(Pulse.__table__)  # type: ignore[arg-type]
    .where(Pulse.id == _THE_ONLY)
    .values(
        at=bindparam("now"),
        round_ms=bindparam("longest"),
        worst_lateness_ms=bindparam("latest"),
        deeds=bindparam("deeds_now"),
        rounds_in_all=Pulse.rounds_in_all + bindparam("rounds"),
        deeds_in_all=Pulse.deeds_in_all + bindparam("deeds_now"),
        postponed_in_all=Pulse.postponed_in_all + bindparam("postponed"),
        busy_ms_in_all=Pulse.busy_ms_in_all + bindparam("busy"),
        late_ms_in_all=Pulse.late_ms_in_all + bindparam("late"),
    )
)
"""After every round, and therefore written out once."""


def felt(session: Session) -> Pulse | None:
    """The engine's pulse as it was written last; None when there never was an engine."""
    return session.get(Pulse, _THE_ONLY)


def last_round(session: Session) -> datetime | None:
    """When the engine last played a round, or None when it never did."""
    return session.scalar(select(Pulse.at).where(Pulse.id == _THE_ONLY))


def is_silent(round_at: datetime | None, *, at: datetime, speed: float) -> bool:
    """Whether too long has passed since the last round. `speed` is the clock's: a fast one counts more seconds."""
    return round_at is None or at - round_at > SILENT_AFTER * speed


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
