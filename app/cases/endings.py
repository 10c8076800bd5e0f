"""How a call ended, worked out from what it came to. Pure; nothing here is stored.

Webhooks get lost and overtake one another, so that a key may be heard of after the end: the answer then changes,
because the facts have.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import Final

MOMENTS: Final = ("keyed", "cannot_speak", "unanswered", "call", "sms", "voicemail", "callback", "no_callback", "over")
"""What a call may come to, each once: a first key, an answer about each way of contact, a last word, its end."""

LONGEST_WAIT: Final = timedelta(hours=1)
"""After this nobody waits on the telephone any more, also when the carrier never told us that they hung up."""


class Ending(StrEnum):
    """With a handler; with a last word about calling back, yes or no; with keys pressed and no last word; or with
    nothing pressed at all."""

    CONNECTED = "connected"
    CALLBACK = "callback"
    DECLINED = "declined"
    ABANDONED = "abandoned"
    SILENT = "silent"


def ending(came_to: Collection[str], *, spoke: bool, lasted: timedelta) -> Ending | None:
    """How a call ended that came to these moments; None while it goes on. `spoke`: with a handler."""
    if "over" not in came_to and lasted < LONGEST_WAIT:
        return None
    if spoke:
        return Ending.CONNECTED
    if "callback" in came_to:
        return Ending.CALLBACK
    if "no_callback" in came_to:
        return Ending.DECLINED
    return Ending.ABANDONED if "keyed" in came_to else Ending.SILENT
