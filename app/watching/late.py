"""What can be late, and from when on it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

LATE_AFTER: Final = timedelta(seconds=60)
"""Longer than anything that is alive needs for what is due: rounds come every second, a claim lasts a minute."""


class What(StrEnum):
    """The gravest first: only one is named in an alarm."""

    DATABASE = "database"
    """It cannot be read, so that nobody can say what is due."""

    ENGINE = "engine"
    """No round was played."""

    STEP = "step"
    """A case's next step is due and was not taken."""

    PUT_ASIDE = "put_aside"
    """A case's step fails again and again: nobody is paged for it."""

    PAGE = "page"
    """A page may go out and was not handed over."""


@dataclass(frozen=True)
class Late:
    """So many of these are late, the oldest by so much of the clock's time; None where nobody wrote down since when."""

    what: What
    count: int = 1
    by: timedelta | None = None


def gravest(late: list[Late]) -> What:
    """What an alarm about all of these names."""
    return min((each.what for each in late), key=list(What).index)
