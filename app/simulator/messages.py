"""Texts: from phones to the customer's lines, and from the customer to phones.

Opting out: a phone that texts STOP (or END, QUIT, ...) to a line gets nothing more from that line: the customer is
refused with 21610 until the phone texts START. The carrier's own English reply is off for this account, as with
Advanced Opt-Out; the customer's webhook is told all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.documents import there
from app.simulator.numbers import is_e164, new_sid
from app.simulator.posting import Answer, Trouble
from app.simulator.refusals import Refused
from app.simulator.texts import A_LONG_TIME, Message
from app.simulator.twiml import MESSAGING, BadTwiml, Verb, read

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange, Line
    from app.simulator.phones import Phone

STOP: Final = frozenset({"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"})
START: Final = frozenset({"START", "YES", "UNSTOP"})
LONGEST: Final = 1600
SWITCHED_OFF, UNKNOWN, TOO_OLD = 30003, 30005, 30036
WAITING, SENDING, DELIVERING = 0.3, 0.4, 0.8
"""Seconds in the queue, on the way out, and until the receipt."""


class Messages:
    """The text exchange. Called with the switchboard's lock held."""

    def __init__(self, exchange: Exchange) -> None:
        self.kept: dict[str, Message] = {}
        self._exchange = exchange
        self._opted_out: set[tuple[str, str]] = set()

    def send(self, *, to: str, sender: str, body: str, status_url: str = "", valid_for: float = A_LONG_TIME) -> Message:
        """Send a text for the customer. Raises `Refused`."""
        self._check(to, sender, body)
        message = self._keep("outbound-api", sender, to, body, "queued")
        message.status_url, message.valid_for = status_url, valid_for
        return self._queue(message)

    def arrive(self, phone: Phone, to: str, body: str) -> None:
        """A phone sends a text, to a line of the customer's or to another phone."""
        line = self._exchange.lines.get(to)
        if line is None:
            if other := self._exchange.subscriber(to):
                other.takes(phone.number, body)
            return
        self._heed_opt_out(line, phone, body)
        message = self._keep("inbound", phone.number, to, body, "received")
        told = message.arrival(self._exchange.account.sid)
        self._exchange.webhooks.ask(
            line.sms_url, told, about=message.sid, then=lambda outcome: self._answered(message, line, outcome)
        )

    def find(self, sid: str) -> Message:
        """Raises `Refused` (20404) when there is none."""
        if sid not in self.kept:
            raise Refused(20404)
        return self.kept[sid]

    def delete(self, sid: str) -> None:
        """Forget a finished text. Raises `Refused`."""
        if not self.find(sid).final:
            raise Refused(20009)
        del self.kept[sid]

    def _check(self, to: str, sender: str, body: str) -> None:
        if not sender:
            raise Refused(21603)
        if not is_e164(to):
            raise Refused(21211)
        if sender not in self._exchange.lines:
            raise Refused(21606)
        if not body:
            raise Refused(21602)
        if len(body) > LONGEST:
            raise Refused(21617)
        phone = self._exchange.subscriber(to)
        if (sender, to) in self._opted_out or (phone is not None and phone.behaviour == "opted out"):
            raise Refused(21610)

    def _heed_opt_out(self, line: Line, phone: Phone, body: str) -> None:
        word = body.strip().upper()
        if word in STOP:
            self._opted_out.add((line.number, phone.number))
            if self._exchange.account.english_opt_out_reply:
                phone.takes(line.number, "You have been unsubscribed. Reply START to subscribe again.")
        elif word in START:
            self._opted_out.discard((line.number, phone.number))

    def _keep(self, direction: str, sender: str, to: str, body: str, status: str) -> Message:
        now = self._exchange.timeline.now()
        message = Message(new_sid("SM"), direction, sender, to, body, status, now, now)
        self.kept[message.sid] = message
        return message

    def _queue(self, message: Message) -> Message:
        waits = self._exchange.latency(WAITING) + self._exchange.faults.message_delay
        self._exchange.after(
            min(waits, message.valid_for), lambda: self._set_out(message, too_old=waits > message.valid_for)
        )
        return message

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
        else:
            phone.takes(message.sender, message.body)
            self._become(message, "delivered")

    def _become(self, message: Message, status: str, error_code: int | None = None) -> None:
        message.status, message.error_code = status, error_code
        message.updated_at = self._exchange.timeline.now()
        if message.status_url:
            told = message.receipt(self._exchange.account.sid)
            self._exchange.webhooks.tell(message.status_url, told, about=message.sid, final=message.final)

    def _answered(self, message: Message, line: Line, outcome: Answer | Trouble, *, fallen_back: bool = False) -> None:
        """The customer's answer to a text: usually nothing, perhaps a reply; on trouble the fallback is asked."""
        trouble = outcome if isinstance(outcome, Trouble) else self._carry_out(message, line, outcome)
        if trouble is None or fallen_back or not line.sms_fallback_url:
            return
        told = message.arrival(self._exchange.account.sid)
        told |= {"ErrorCode": str(trouble.code), "ErrorUrl": trouble.url}
        self._exchange.webhooks.ask(
            line.sms_fallback_url,
            told,
            about=message.sid,
            then=lambda second: self._answered(message, line, second, fallen_back=True),
        )

    def _carry_out(self, message: Message, line: Line, answer: Answer) -> Trouble | None:
        if not answer.body.strip():
            return None
        try:
            verbs = read(answer.content_type, answer.body, MESSAGING)
        except BadTwiml as bad:
            trouble = Trouble(bad.code, bad.text, line.sms_url)
            self._exchange.webhooks.record(trouble, about=message.sid)
            return trouble
        with self._exchange.lock:
            for verb in verbs:
                self._reply(message, line, verb)
        return None

    def _reply(self, message: Message, line: Line, verb: Verb) -> None:
        body = "\n".join(child.text for child in verb.children) or verb.text
        to = verb.attributes.get("to", message.sender)
        reply = self._keep("outbound-reply", line.number, to, body, "queued")
        if "statusCallback" in verb.attributes:
            reply.status_url = there(line.sms_url, verb.attributes["statusCallback"])
        self._queue(reply)
