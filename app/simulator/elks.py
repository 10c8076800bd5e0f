"""A second carrier on the same telephone network: it speaks 46elks' wire, and rings and texts the same phones.

One customer account with a user name and a password, numbers sold to it, texts and calls out, texts in. Its bad days
are its own (`faults`): either carrier can be down while the other is not. Not sold here: calls in, MMS, recording,
connecting two phones. Read on in `elks_calls`, `elks_posting`, `elks_rest`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.simulator.elks_calls import ElksLeg, stamp
from app.simulator.elks_posting import ElksPostman
from app.simulator.faults import Faults
from app.simulator.numbers import is_e164, is_fixed

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

NAME: Final = "46elks"
ON_ITS_WAY, DELIVERING = 0.5, 0.8
"""Seconds until a text has left, and until its receipt."""
NETWORK_TRIES: Final = 24 * 3600
"""Seconds a network keeps trying to reach a phone before the text has failed."""


class NotDone(Exception):
    """Refused: the HTTP status, and the bare text that stands in the body."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True)
class ElksAccount:
    """The customer. `credits` are in its currency; without any, nothing is sent."""

    username: str
    password: str = field(repr=False)
    credits: float = 100.0


@dataclass
class ElksText:
    """A text as the carrier's records have it; its words only where the customer did not ask to have them left out."""

    id: str
    sender: str
    to: str
    message: str
    created: datetime
    status: str = "created"
    receipts_url: str = ""

    def __repr__(self) -> str:
        return f"<ElksText {self.status}>"


class Elks:
    """The carrier. Called with the exchange's lock held, except where a method says otherwise."""

    def __init__(self, exchange: Exchange, account: ElksAccount) -> None:
        self.exchange = exchange
        self.account = account
        self.faults = exchange.carriers[NAME] = Faults()
        self.numbers: dict[str, str] = {}
        """Each number sold, and where its texts are announced."""
        self.texts: dict[str, ElksText] = {}
        self.calls: dict[str, ElksLeg] = {}
        self.postman = ElksPostman(exchange, self.faults)

    def sell_number(self, number: str, *, sms_url: str = "") -> None:
        """Give the customer a number; selling it again changes its address. Takes the lock itself."""
        with self.exchange.lock:
            self.numbers[number] = sms_url
            self.exchange.other_numbers[number] = lambda phone, body: self._arrive(phone, number, body)

    def send(self, *, to: str, sender: str, message: str, receipts_url: str, is_logged: bool) -> ElksText:
        """Send a text. Raises `NotDone`."""
        self._check(to, sender)
        if not message:
            raise NotDone(400, "Missing key message")
        kept = message if is_logged else ""
        text = ElksText(f"s{secrets.token_hex(16)}", sender, to, kept, self.exchange.timeline.now())
        text.receipts_url = receipts_url
        self.texts[text.id] = text
        waits = self.exchange.latency(ON_ITS_WAY) + self.faults.message_delay
        self.exchange.after(waits, lambda: self._set_out(text, message))
        return text

    def call(self, *, to: str, sender: str, start_url: str, hangup_url: str, rings_for: float) -> ElksLeg:
        """Ring a phone; what `start_url` answers is carried out when it is picked up. Raises `NotDone`."""
        self._check(to, sender)
        if not start_url.startswith(("http://", "https://")):
            raise NotDone(400, "Invalid voice_start")
        leg = ElksLeg(self, sender=sender, to=to, start_url=start_url, hangup_url=hangup_url)
        leg.brought_by = NAME
        self.calls[leg.sid] = leg
        self.exchange.after(0, lambda: None if leg.over else leg.ring(for_seconds=rings_for))
        return leg

    def _check(self, to: str, sender: str) -> None:
        if not is_e164(to):
            raise NotDone(400, "Invalid to number")
        if sender not in self.numbers:
            raise NotDone(403, "Sender number is not yours")
        if self.account.credits <= 0:
            raise NotDone(403, "Not enough credits")

    def _set_out(self, text: ElksText, message: str) -> None:
        self._become(text, "sent")
        self.exchange.after_latency(DELIVERING, lambda: self._deliver(text, message))

    def _deliver(self, text: ElksText, message: str) -> None:
        phone = self.exchange.subscriber(text.to)
        if phone is None or phone.behaviour == "landline" or is_fixed(text.to):
            self._become(text, "failed")
        elif phone.behaviour in ("switched off", "out of coverage"):
            self.exchange.after(NETWORK_TRIES, lambda: self._become(text, "failed"))
        else:
            phone.takes(text.sender, message, brought_by=NAME)
            self._become(text, "delivered")

    def _become(self, text: ElksText, status: str) -> None:
        text.status = status
        told = {"id": text.id, "status": status}
        if status == "delivered":
            told["delivered"] = stamp(self.exchange.timeline.now())
        self.postman.tell(text.receipts_url, told)

    def _arrive(self, phone: Phone, number: str, body: str) -> None:
        told = {
            "direction": "incoming",
            "id": f"s{secrets.token_hex(16)}",
            "from": phone.number,
            "to": number,
            "created": stamp(self.exchange.timeline.now()),
            "message": body,
        }
        self.postman.tell(self.numbers[number], told)
