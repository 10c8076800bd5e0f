"""Words with which somebody says that no more texts are to come.

The carrier heeds its own, alone in a text, whatever we think of them: from then on it refuses our texts to that
telephone (21610) until it sends START. https://www.twilio.com/docs/api/errors/21610
"""

from __future__ import annotations

import re
from typing import Final

CARRIERS: Final = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())

OPTED_OUT: Final = 21610
"""The carrier's code for a telephone that answered STOP: nothing more reaches it."""

_OURS: Final = frozenset("STOPP SLUTA SLUT AVSLUTA AVBRYT توقف أوقف قف JOOJI".split())
"""What people write who do not know the carrier's words: Swedish, Arabic, Somali."""

_EDGES = re.compile(r"^[\s.!?,؟،\"']+|[\s.!?,؟،\"']+$")


def heeded_by_the_carrier(text: str) -> bool:
    """Whether the carrier takes this for a stop: one of its words and nothing else."""
    return text.strip().upper() in CARRIERS


def asks_to_stop(text: str) -> bool:
    """Whether somebody who texts this wants no more texts. Better once too often: they may say otherwise any time."""
    return _EDGES.sub("", text).upper() in CARRIERS | _OURS
