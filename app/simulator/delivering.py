"""The way of a text out of the exchange: queue, network, phone; each step told to the customer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.simulator.texts import Message

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

SWITCHED_OFF, UNKNOWN, LANDLINE, TOO_OLD = 30003, 30005, 30006, 30036
WAITING, SENDING, DELIVERING = 0.3, 0.4, 0.8
"""Seconds in the queue, on the way out, and until the receipt."""
NETWORK_TRIES: Final = 24 * 3600
"""Seconds the phone's network keeps trying to reach a phone without coverage."""


class Delivery:
    """Texts on their way. Called with the switchboard's lock held."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._held: list[Message] = []

    def queue(self, message: Message) -> Message:
        waits = self._exchange.latency(WAITING) + self._exchange.faults.message_delay
        too_old = waits > message.valid_for
        self._exchange.after(min(waits, message.valid_for), lambda: self._set_out(message, too_old=too_old))
        return message

    def phone_is_back(self, phone: Phone) -> None:
        """The phone has coverage again: what waited for it arrives, late."""
        waited = [message for message in self._held if message.to == phone.number]
        self._held = [message for message in self._held if message not in waited]
        for message in waited:
            self._exchange.after_latency(DELIVERING, partial(self._deliver, message))

    def _set_out(self, message: Message, *, too_old: bool) -> None:
        if too_old:
            self._become(message, "failed", TOO_OLD)
            return
        self._become(message, "sending")
        self._exchange.after_latency(SENDING, lambda: self._sent(message))

    def _sent(self, message: Message) -> None:
        message.sent_at = self._exchange.timeline.now()
        self._become(message, "sent")
        self._exchange.after_latency(DELIVERING, lambda: self._deliver(message))

    def _deliver(self, message: Message) -> None:
        phone = self._exchange.subscriber(message.to)
        if phone is None:
            self._become(message, "undelivered", UNKNOWN)
        elif phone.behaviour == "switched off":
            self._become(message, "undelivered", SWITCHED_OFF)
        elif phone.behaviour == "landline":
            self._become(message, "undelivered", LANDLINE)
        elif phone.behaviour == "out of coverage":
            self._hold(message)
        else:
            phone.takes(message.sender, message.body)
            self._become(message, "delivered")

    def _hold(self, message: Message) -> None:
        self._held.append(message)
        self._exchange.after(NETWORK_TRIES, lambda: self._give_up(message))

    def _give_up(self, message: Message) -> None:
        if message in self._held:
            self._held.remove(message)
            self._become(message, "undelivered", SWITCHED_OFF)

    def _become(self, message: Message, status: str, error_code: int | None = None) -> None:
        message.status, message.error_code = status, error_code
        message.updated_at = self._exchange.timeline.now()
        if message.status_url:
            told = message.receipt(self._exchange.account.sid)
            self._exchange.webhooks.tell(message.status_url, told, about=message.sid, final=message.final)
        if message.final:
            message.retain()
