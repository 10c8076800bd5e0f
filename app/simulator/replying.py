"""What the customer's webhook answers to a text: usually nothing, perhaps a reply; on trouble the fallback is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.simulator.documents import there
from app.simulator.posting import Answer, Params, Trouble
from app.simulator.texts import Message
from app.simulator.twiml import MESSAGING, BadTwiml, Verb, read

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange, Line

Reply = Callable[[str, str, str], None]
"""Sends an automatic reply: (to, words, where its receipts are told)."""


def tell_of(exchange: Exchange, message: Message, line: Line, told: Params, reply: Reply) -> None:
    """Post an arrived text to the line's webhook, and carry out what it answers."""

    def answered(url: str, outcome: Answer | Trouble) -> Trouble | None:
        return outcome if isinstance(outcome, Trouble) else _carry_out(exchange, message, url, outcome, reply)

    def first(outcome: Answer | Trouble) -> None:
        trouble = answered(line.sms_url, outcome)
        if trouble is not None and line.sms_fallback_url:
            wrong = {"ErrorCode": str(trouble.code), "ErrorUrl": trouble.url}
            exchange.webhooks.ask(line.sms_fallback_url, {**told, **wrong}, about=message.sid, then=second)

    def second(outcome: Answer | Trouble) -> None:
        answered(line.sms_fallback_url, outcome)

    exchange.webhooks.ask(line.sms_url, told, about=message.sid, then=first)


def _carry_out(exchange: Exchange, message: Message, url: str, answer: Answer, reply: Reply) -> Trouble | None:
    if not answer.body.strip():
        return None
    try:
        verbs = read(answer.content_type, answer.body, MESSAGING)
    except BadTwiml as bad:
        trouble = Trouble(bad.code, bad.text, url)
        exchange.webhooks.record(trouble, about=message.sid)
        return trouble
    with exchange.lock:
        for verb in verbs:
            _send(message, url, verb, reply)
    return None


def _send(message: Message, url: str, verb: Verb, reply: Reply) -> None:
    body = "\n".join(child.text for child in verb.children) or verb.text
    receipts = verb.attributes.get("statusCallback", "")
    reply(verb.attributes.get("to", message.sender), body, there(url, receipts) if receipts else "")
