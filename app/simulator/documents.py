"""Following TwiML from document to document, as one call does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from app.simulator.posting import Trouble
from app.simulator.scripts import Ask, HangUp, Part, Script, Wait, fetch
from app.simulator.twiml import BadTwiml, Verb, read

if TYPE_CHECKING:
    from app.simulator.legs import Leg

Player = Callable[["Leg", Verb, str], Part[Ask | None]]
"""Carries out one verb on a leg; `str` is the URL of the document. Gives the next document, or None to go on."""
VERBS: Final[dict[str, Player]] = {}
APOLOGY: Final = "An application error has occurred. Goodbye."


class Failed(Exception):
    """A document could not be had or understood."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


def verb(name: str) -> Callable[[Player], Player]:
    """Make a function the player of a verb."""

    def remember(player: Player) -> Player:
        VERBS[name] = player
        return player

    return remember


def follow(leg: Leg, ask: Ask) -> Script:
    """Carry out a document and those it leads to; when one fails, the fallback; when that fails, an apology."""
    try:
        yield from documents(leg, ask)
    except Failed as failure:
        yield from _fall_back(leg, failure.trouble)


def recite(leg: Leg, twiml: str) -> Script:
    """Carry out a document that came with the order to call, and those it leads to."""
    try:
        following = yield from carry_out(leg, _understood(leg, "text/xml", twiml, url=""), "")
        if following is not None:
            yield from documents(leg, following)
    except Failed as failure:
        yield from _fall_back(leg, failure.trouble)


def documents(leg: Leg, ask: Ask) -> Script:
    """Carry out a document and those it leads to. Raises `Failed`, and `HangUp` when one of them ends the call."""
    following: Ask | None = ask
    while following is not None:
        here = following.url
        verbs = yield from _fetch(leg, following)
        following = yield from carry_out(leg, verbs, here)


def carry_out(leg: Leg, verbs: tuple[Verb, ...], here: str) -> Part[Ask | None]:
    """Verb after verb, until one leads elsewhere."""
    for each in verbs:
        following = yield from VERBS[each.name](leg, each, here)
        if following is not None:
            return following
    return None


def there(here: str, url: str) -> str:
    """An address in a document, seen from the document."""
    return urljoin(here.partition("#")[0], url)


def _fetch(leg: Leg, ask: Ask) -> Part[tuple[Verb, ...]]:
    if leg.goes_round_in_circles():
        raise failed(leg, Trouble(0, "document after document without time passing: a loop", ask.url))
    outcome = yield from fetch(ask)
    if isinstance(outcome, Trouble):
        raise Failed(outcome)
    return _understood(leg, outcome.content_type, outcome.body, url=ask.url)


def _understood(leg: Leg, content_type: str, body: str, *, url: str) -> tuple[Verb, ...]:
    try:
        return read(content_type, body)
    except BadTwiml as bad:
        raise failed(leg, Trouble(bad.code, bad.text, url)) from bad


def failed(leg: Leg, trouble: Trouble) -> Failed:
    """A mistake in a document, written into the debugger, ready to raise."""
    leg.exchange.webhooks.record(trouble, about=leg.sid)
    return Failed(trouble)


def _fall_back(leg: Leg, trouble: Trouble) -> Script:
    if leg.fallback_url:
        told = {"ErrorCode": str(trouble.code), "ErrorUrl": trouble.url}
        try:
            return (yield from documents(leg, Ask(leg.fallback_url, told)))
        except Failed:
            pass
    leg.connect()
    leg.hear(APOLOGY, language="en-US")
    yield Wait(seconds=leg.exchange.speaking_time(APOLOGY))
    raise HangUp("failed")
