"""How much of a month is reviewed though no rule met it, and which month is over. Pure; the drawing is `draw.py`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Chance = Callable[[Sequence[int], int], list[int]]
"""Takes so many of some things, each as likely as any other."""

LEAST, MOST, SHARE = 5, 40, 0.05
"""Of a quiet month everything up to five; of a busy one a twentieth, and no more than a person reads with care."""

_ANY_DAY_BEFORE: Final = timedelta(days=1)


def size(out_of: int) -> int:
    """How many of so many readings are drawn."""
    return min(out_of, max(LEAST, min(MOST, math.ceil(out_of * SHARE))))


def drawn(leaves: Sequence[int], *, chance: Chance) -> list[int]:
    """These of them, each as likely as any other, in their order."""
    return sorted(chance(leaves, size(len(leaves))))


def month_over(at: datetime, zone: ZoneInfo) -> tuple[str, datetime, datetime]:
    """The last month that is over in a time zone: its name (`2026-01`), and between which moments it was."""
    ends = at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins = (ends - _ANY_DAY_BEFORE).replace(day=1)
    return f"{begins:%Y-%m}", begins, ends
