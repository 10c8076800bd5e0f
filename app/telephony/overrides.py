"""How the carrier is to wait for us: connection overrides, written behind the `#` of every address we hand out.

Without them Twilio waits 15 seconds, asks once more only when it cannot connect, and sets out from Virginia; a caller
hears nothing meanwhile. The fragment is not part of what is signed, and never reaches us.
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

EDGES: Final = ("dublin", "frankfurt")
"""Where Twilio sets out from to reach us, the first one first, unless TWILIO_EDGE names others."""

CONNECT_MS, READ_MS, TOTAL_MS = 1500, 4000, 9000
"""To connect, to answer, and for all attempts together; half of what a caller would bear in silence."""

RETRIES: Final = 1
AFTER: Final = ("ct", "rt", "5xx")
"""Asked again when we could not be connected to, did not answer, or failed. Our doors may be asked twice."""


def with_overrides(url: str, edges: Sequence[str] = ()) -> str:
    """The address as it is handed to the carrier. One that has a fragment already is left alone."""
    return url if "#" in url else f"{url}#{_written(tuple(edges or EDGES))}"


@cache
def _written(edges: tuple[str, ...]) -> str:
    wanted = {
        "ct": CONNECT_MS,
        "rt": READ_MS,
        "tt": TOTAL_MS,
        "rc": RETRIES,
        "rp": ",".join(AFTER),
        "e": ",".join(edges),
    }
    return "&".join(f"{name}={value}" for name, value in wanted.items())
