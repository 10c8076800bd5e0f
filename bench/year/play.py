"""The year from its first day to the morning after, and the last look at everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bench.year.life import Life
from bench.year.one_thread import in_one_thread
from bench.year.watcher import Broken
from tests.quick import in_no_time

THE_MORNING_AFTER: Final = timedelta(hours=3)
"""In which nobody new comes and nothing breaks: what was missed in the last hours is found."""


def play(life: Life, *, tell: Callable[[Life, datetime], None] = lambda _life, _now: None) -> None:
    """Live it. `Broken` when a promise is."""
    with in_one_thread(), in_no_time():
        _live(life, tell)
        life.watcher.look_at_everything()
    for told in life.handlers.given_away:
        raise Broken(f"staff were told more than they may be: {told}")


def _live(life: Life, tell: Callable[[Life, datetime], None]) -> None:
    for now in life.live():
        tell(life, now)
    life.house.exchange.faults.clear()
    if life.house.engine is None:
        life.house.engine = life.house.an_engine()
    life.ends += THE_MORNING_AFTER
    for now in life.live():
        tell(life, now)
