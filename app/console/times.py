"""How times are written: as Swedes write them, in the programme's time zone. Rounded down, so that nobody believes in
a minute that is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time

from app.console.wording import say

_LOCALES = {"en": "en_GB"}
"""English is written with the day before the month, and twenty-four hours."""

_SECONDS_MATTER = timedelta(minutes=10)
_DAYS_MATTER = timedelta(hours=48)


@dataclass(frozen=True)
class Times:
    """Writes moments and durations for one reader, at one moment."""

    language: str
    zone: ZoneInfo
    now: datetime

    def moment(self, at: datetime) -> str:
        """`14:05` today, `i går 23:10`, else `tors 22 jan. 14:05`."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        clock = self.clock(at)
        match (local.date() - today).days:
            case 0:
                return clock
            case -1:
                return say(self.language, "time.yesterday", time=clock)
            case 1:
                return say(self.language, "time.tomorrow", time=clock)
        return str(format_datetime(local, "EEE d MMM HH:mm", locale=self._locale))

    def clock(self, at: datetime) -> str:
        """The time of day alone: `14:05`."""
        return str(format_time(at.astimezone(self.zone), "HH:mm", locale=self._locale))

    def day(self, day: date) -> str:
        """A local day: `ons 7 jan.`."""
        return str(format_date(day, "EEE d MMM", locale=self._locale))

    def through(self, end: datetime) -> str:
        """The last local day of what lasts until a moment: what ends at midnight lasts through the day before."""
        return self.day((end.astimezone(self.zone) - timedelta(microseconds=1)).date())

    def month(self, day: date) -> str:
        """The month a local day is in: `januari 2026`."""
        return str(format_date(day, "LLLL y", locale=self._locale))

    def exactly(self, at: datetime) -> str:
        """Date and time to the second, for the auditor: `2026-01-05 14:05:09`."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"

    def typed(self, at: datetime) -> str:
        """As a field for a local date and time holds it: `2026-01-05T14:05`."""
        return f"{at.astimezone(self.zone):%Y-%m-%dT%H:%M}"

    def left(self, due: datetime) -> str:
        """`3 h 12 min kvar`, or `12 min över tiden`."""
        key = "time.over" if self.now >= due else "time.left"
        return say(self.language, key, left=length(abs(due - self.now)))

    @property
    def _locale(self) -> str:
        return _LOCALES.get(self.language, self.language)


def length(span: timedelta, *, in_seconds: bool = True) -> str:
    """`2 d 4 h`, `3 h 12 min`, `42 min`, and under ten minutes `9 min 5 s`. `assets/countdown.js` writes the same."""
    seconds = int(span.total_seconds())
    minutes, hours = seconds // 60, seconds // 3600
    if span >= _DAYS_MATTER:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    if span >= _SECONDS_MATTER or not in_seconds:
        return f"{minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"
