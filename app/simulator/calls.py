"""Calls into the customer's lines, and calls the customer asks for over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.simulator.detection import MachineDetection, listen
from app.simulator.documents import follow, recite
from app.simulator.legs import Leg
from app.simulator.numbers import is_e164
from app.simulator.progress import StatusCallback
from app.simulator.refusals import Refused
from app.simulator.scripts import Ask, Script

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

RINGS_FOR = 60.0
"""Seconds a called phone rings unless the customer asks for less or more."""


@dataclass(frozen=True)
class CallOrder:
    """What the customer asked for: `Calls.create`."""

    to: str
    sender: str
    url: str
    timeout: float = RINGS_FOR
    status_url: str = ""
    status_events: frozenset[str] = frozenset({"completed"})
    fallback_url: str = ""
    detection: MachineDetection | None = None
    twiml: str = ""
    """What the call is to do, given along with the order; then no address is asked."""


class Calls:
    """The trunk lines. Called with the switchboard's lock held."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._next_slot = 0.0
        """When the queue lets the next call out; seconds on the timeline."""

    def arrive(self, phone: Phone, number: str, *, sender: str, forwarded_from: str = "") -> Leg:
        """A phone calls one of the customer's lines. Raises `KeyError` when there is no such line."""
        line = self._exchange.lines[number]
        leg = Leg(
            self._exchange,
            direction="inbound",
            forwarded_from=forwarded_from,
            sender=sender,
            to=number,
            phone=phone,
            callback=StatusCallback(line.status_url) if line.status_url else None,
            fallback_url=line.voice_fallback_url,
        )
        self._exchange.legs[leg.sid] = leg
        leg.play(follow(leg, Ask(line.voice_url)))
        return leg

    def place(self, order: CallOrder) -> Leg:
        """Call somebody for the customer. Raises `Refused`."""
        self._check(order)
        leg = Leg(
            self._exchange,
            direction="outbound-api",
            sender=order.sender,
            to=order.to,
            phone=self._exchange.subscriber(order.to),
            callback=StatusCallback(order.status_url, order.status_events) if order.status_url else None,
            fallback_url=order.fallback_url,
            detection=order.detection,
            on_answer=_then_follow(order),
        )
        self._exchange.legs[leg.sid] = leg
        self._exchange.after(self._wait_in_queue(), lambda: None if leg.over else leg.ring(for_seconds=order.timeout))
        return leg

    def _wait_in_queue(self) -> float:
        """Seconds until a call asked for now begins: the account places one a second, the others queue."""
        now = self._exchange.timeline.seconds()
        slot = max(now, self._next_slot)
        self._next_slot = slot + self._exchange.seconds_between_calls
        return slot - now

    def find(self, sid: str) -> Leg:
        """Raises `Refused` (20404) when there is none."""
        leg = self._exchange.legs.get(sid)
        if leg is None or leg.deleted:
            raise Refused(20404)
        return leg

    def redirect(self, leg: Leg, url: str, *, fallback_url: str = "") -> None:
        """Take a call away from what it is doing, to another document. Raises `Refused`.

        A leg that a Dial made is on its own from then on: the one who dialled goes on to the Dial's action. When
        the one who dialled is led away, the legs they dialled end.
        """
        if not url.startswith(("http://", "https://")):
            raise Refused(21205)
        if leg.over or not leg.answered:
            raise Refused(21220)
        leg.fallback_url = fallback_url or leg.fallback_url
        leg.leave_parent()
        leg.play(follow(leg, Ask(url)))

    def delete(self, sid: str) -> None:
        """Forget a finished call. Raises `Refused`."""
        leg = self.find(sid)
        if not leg.over or self._exchange.still_settles(leg.ended_at):
            raise Refused(20009)
        leg.deleted = True

    def _check(self, order: CallOrder) -> None:
        if not order.to:
            raise Refused(21201)
        if not is_e164(order.to):
            raise Refused(21211)
        if order.sender not in self._exchange.lines:
            raise Refused(21210)
        if not order.twiml and not order.url.startswith(("http://", "https://")):
            raise Refused(21205)


def _then_follow(order: CallOrder) -> Callable[[Leg], Script]:
    def answered(leg: Leg) -> Script:
        yield from listen(leg)
        yield from recite(leg, order.twiml) if order.twiml else follow(leg, Ask(order.url))

    return answered
