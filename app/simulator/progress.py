"""Telling the customer how a call goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.numbers import rfc2822

if TYPE_CHECKING:
    from app.simulator.legs import Leg

NUMBER_NOT_IN_USE: Final = 13224
ONLY_THE_END: Final = frozenset({"completed"})


class StatusCallback:
    """Where the customer wants to hear of one call, and about what: initiated, ringing, answered, completed."""

    def __init__(self, url: str, events: frozenset[str] = ONLY_THE_END) -> None:
        self._url = url
        self._events = events
        self._told = 0

    def tell(self, leg: Leg, event: str) -> None:
        """Post what has happened, if it was asked for; numbered, because callbacks may arrive in any order."""
        if event in self._events:
            leg.exchange.webhooks.tell(self._url, self._params(leg), about=leg.sid, final=event == "completed")
            self._told += 1

    def _params(self, leg: Leg) -> dict[str, str]:
        told = leg.params() | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._told),
            "Timestamp": rfc2822(leg.exchange.timeline.now()) or "",
        }
        if leg.over:
            told |= {"CallDuration": str(leg.seconds_talked), "Duration": str(-(-leg.seconds_talked // 60))}
        if leg.status == "failed":
            told["ErrorCode"] = str(NUMBER_NOT_IN_USE)
        return told
