"""Texts: from phones to the customer's lines, and from the customer to phones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.simulator.delivering import Delivery
from app.simulator.numbers import is_e164, is_fixed, new_sid
from app.simulator.opting_out import OptOuts
from app.simulator.refusals import Refused
from app.simulator.replying import tell_of
from app.simulator.texts import A_LONG_TIME, Media, Message, Picture

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

LONGEST: Final = 1600


@dataclass(frozen=True)
class Retention:
    """What is to be kept of a text when it is over. Other than everything only where the account has redaction."""

    content: str = "retain"
    address: str = "retain"

    @property
    def is_usual(self) -> bool:
        return self == Retention()


class Messages:
    """The text exchange. Called with the switchboard's lock held."""

    def __init__(self, exchange: Exchange) -> None:
        self.kept: dict[str, Message] = {}
        """Every text there was; the deleted ones are empty, and REST does not show them."""
        self.delivery = Delivery(exchange)
        self._exchange = exchange
        self.opt_outs = OptOuts(exchange.account)

    def send(
        self,
        *,
        to: str,
        sender: str,
        body: str,
        status_url: str = "",
        valid_for: float = A_LONG_TIME,
        retention: Retention = Retention(),
    ) -> Message:
        """Send a text for the customer. Raises `Refused`."""
        self._check(to, sender, body)
        if not retention.is_usual and not self._exchange.account.message_redaction:
            raise Refused(30029)
        message = self._keep("outbound-api", sender, to, body, "queued")
        message.status_url, message.valid_for = status_url, valid_for
        message.forgets_body, message.hides_numbers = retention.content == "discard", retention.address == "obfuscate"
        return self.delivery.queue(message)

    def arrive(self, phone: Phone, to: str, body: str, pictures: Sequence[Picture] = ()) -> None:
        """A phone sends a text, to a line of the customer's or to another phone."""
        line = self._exchange.lines.get(to)
        if to in self._exchange.other_numbers:
            self._exchange.other_numbers[to](phone, body)
            return
        if line is None:
            if other := self._exchange.subscriber(to):
                other.takes(phone.number, body)
            return
        heeded = self.opt_outs.heed(line.number, phone, body)
        message = self._keep("inbound", phone.number, to, body, "received", pictures)
        told = message.arrival(self._exchange.account.sid, self._exchange.rest_url) | heeded
        tell_of(self._exchange, message, line, told, lambda *reply: self._reply(line.number, *reply))

    def find(self, sid: str) -> Message:
        """Raises `Refused` (20404) when there is none."""
        message = self.kept.get(sid)
        if message is None or message.deleted:
            raise Refused(20404)
        return message

    def find_media(self, sid: str, media_sid: str) -> Media:
        """A picture that came with a text. Raises `Refused` (20404) when there is none."""
        for media in self.find(sid).media:
            if media.sid == media_sid and not media.deleted:
                return media
        raise Refused(20404)

    def redact(self, sid: str, body: str) -> Message:
        """Blank the words of a finished text. Raises `Refused`."""
        message = self._finished(sid)
        if body:
            raise Refused(20001)
        message.body = ""
        return message

    def delete(self, sid: str) -> None:
        """Forget a finished text, with its pictures. Raises `Refused`."""
        self._finished(sid).forget()

    def delete_media(self, sid: str, media_sid: str) -> None:
        """Forget one picture. Raises `Refused`."""
        media = self.find_media(sid, media_sid)
        media.deleted, media.content = True, b""

    def _finished(self, sid: str) -> Message:
        message = self.find(sid)
        if not message.final or self._exchange.still_settles(message.updated_at):
            raise Refused(20009)
        return message

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
        if is_fixed(to):
            raise Refused(21614)
        phone = self._exchange.subscriber(to)
        if self.opt_outs.holds(sender, to) or (phone is not None and phone.behaviour == "opted out"):
            raise Refused(21610)

    def _keep(
        self, direction: str, sender: str, to: str, body: str, status: str, pictures: Sequence[Picture] = ()
    ) -> Message:
        now = self._exchange.timeline.now()
        message = Message(new_sid("MM" if pictures else "SM"), direction, sender, to, body, status, now, now)
        message.media = [Media(new_sid("ME"), each.content_type, each.content, now) for each in pictures]
        self.kept[message.sid] = message
        return message

    def _reply(self, line: str, to: str, body: str, status_url: str) -> None:
        reply = self._keep("outbound-reply", line, to, body, "queued")
        reply.status_url = status_url
        self.delivery.queue(reply)
