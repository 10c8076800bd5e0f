"""Lengths of time as ISO 8601 writes them: `PT24H`, `PT5M`, `P7D`.

Years and months are refused: they have no fixed length, and no deadline may depend on which month it is.
"""

from __future__ import annotations

import re
from datetime import timedelta

_ISO = re.compile(
    r"P(?=.)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?", re.ASCII
)
LONGEST = timedelta(days=3660)
"""Nothing in a routine lasts longer; what is written here can be read back, and added to any moment."""

_FROM_DAYS_ON = timedelta(days=2)


def parse(text: str) -> timedelta:
    """The duration; ValueError when it is not one."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("is not a duration; write it as PT5M, PT24H or P7D")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > LONGEST:
        raise ValueError(f"must be at most {iso(LONGEST)}")
    return duration


def iso(duration: timedelta) -> str:
    """The same in ISO 8601: a single day is `PT24H`, as people say it of a deadline; two and more are `P2D`."""
    if duration >= _FROM_DAYS_ON and not duration.seconds:
        return f"P{duration.days}D"
    hours, rest = divmod(int(duration.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0S")
