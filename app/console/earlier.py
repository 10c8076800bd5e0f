"""When something was that is only written down now: told for an approach that was itself entered afterwards.

The true moment is kept, never later than now or before the person came; where several cases are one, before the last
of them came. Whether the promise was kept follows from when it was told: once the time is out, nothing that is told
makes it kept (decision 0043).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.cases.entries import entries_of
from app.cases.models import Case
from app.cases.queries import joined_into
from app.console.forms import Chosen
from app.oncall.turns import instant
from app.programme.apply import current
from app.rows import session_of

_EARLIEST: Final = 2000
_LATEST: Final = 2200


def made_at(case: Case, chosen: Chosen, *, at: datetime) -> tuple[Chosen, datetime | None]:
    """The moment that was typed, in UTC; None where none was. A mistake is added for one that cannot be."""
    session = session_of(case)
    if not chosen.when or not entries_of(session, case):
        return chosen, None
    made = _instant(chosen.when, current(session).zone)
    came_last = max(one.opened_at for one in (case, *joined_into(session, case)))  # that one too was to be contacted
    if made is None or not came_last <= made <= at:
        return replace(chosen, mistakes={**chosen.mistakes, "when": "mistake.made_at"}), None
    return chosen, made


def _instant(typed: str, zone: ZoneInfo) -> datetime | None:
    try:
        wall = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return None if wall.tzinfo or not _EARLIEST <= wall.year <= _LATEST else instant(wall, zone)
