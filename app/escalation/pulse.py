"""Is the engine alive? Without its rounds no page goes out; the console says so on every page, and `/readyz` too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.escalation.models import Pulse

SILENT_AFTER: Final = timedelta(seconds=60)
"""Real time without a round after which pages are not to be relied on."""


def last_round(session: Session) -> datetime | None:
    """When the engine last played a round, or None when it never did."""
    return session.scalar(select(Pulse.at).where(Pulse.id == 1))


def is_silent(round_at: datetime | None, *, at: datetime, speed: float) -> bool:
    """Whether too long has passed since the last round. `speed` is the clock's: a fast one counts more seconds."""
    return round_at is None or at - round_at > SILENT_AFTER * speed
