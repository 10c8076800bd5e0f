"""Log control as the engine keeps it: what is new in the log every second, the sample once a month is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.clock import Clock
from app.control import draw, watch
from app.control.watch import Keys
from app.db import Database


@dataclass(frozen=True)
class LogControl:
    """One for each engine; of several, whoever locks the row looks. `index_keys` tell baits from other cases."""

    db: Database
    clock: Clock
    index_keys: Keys = field(repr=False)

    def look(self) -> None:
        """What was read since the last look, and was it unusual?"""
        watch.look(self.db, self.index_keys, at=self.clock.now())

    def draw(self) -> None:
        """Is a month over, and was anything drawn from it yet?"""
        draw.draw(self.db, at=self.clock.now())
