"""What a telephone hears next from 46elks: its call actions, as JSON, in the three this house uses.

An action is followed by the one at `next`; without a `next` the call ends. There is no voice that reads a text aloud,
so whatever is heard is a sound by its address. Nothing is recorded.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

Action = dict[str, str | int | bool]

TIMES: Final = 2
"""How often a question is heard before the call ends without an answer."""

_SECONDS: Final = range(1, 31)
"""What `timeout` may be; anything else would be taken for ten seconds."""


def ask(sound: str, *, then: str, timeout: timedelta) -> Action:
    """Play a question and post the one key that was pressed to `then`, as `result`; or that there was none."""
    seconds = round(timeout.total_seconds())
    if seconds not in _SECONDS:
        raise ValueError(f"{seconds} s is not within {_SECONDS.start} to {_SECONDS.stop - 1} s")
    return {"ivr": sound, "digits": 1, "timeout": seconds, "repeat": TIMES, "next": then}


def play(sound: str) -> Action:
    """Play a sound to its end, and end the call."""
    return {"play": sound, "skippable": False}


def hangup() -> Action:
    """End the call; `reject` is the only word that an answered one takes."""
    return {"hangup": "reject"}
