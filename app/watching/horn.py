"""The alarm itself: a text and a call to each in the chain, all at once, by the carrier's account and nothing else.

What is heard goes along with the order to call, so that no door of ours has to answer. A text that the first carrier
does not take goes by the second, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from app.catalogue import Catalogue
from app.logs import Log
from app.settings import Settings
from app.telephony import twiml
from app.telephony.carrier import CarrierError
from app.telephony.second import second_carrier
from app.telephony.twilio import carrier_for
from app.telephony.wire import insist_on_dialable
from app.watching.chain import Chain, Link

SENTENCES: Final = Catalogue(Path(__file__).parent / "languages")
RING_FOR: Final = timedelta(seconds=40)
LASTS: Final = timedelta(hours=1)
"""A text that arrives later than this says nothing that is still true."""

_log = Log("watch")


@dataclass(frozen=True)
class Blast:
    """One try to tell somebody. `outcome`: `accepted`, or what the carrier made of it."""

    link: Link
    channel: str
    outcome: str

    @property
    def is_out(self) -> bool:
        """Whether a carrier took it."""
        return self.outcome == "accepted"


class Horn:
    """The way out. Misconfigured without an account at the first carrier."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wire = carrier_for(settings, sender="").wire

    def wake(self, chain: Chain, key: str, *, minutes: int) -> list[Blast]:
        """Text and ring everybody. One who cannot be told delays nobody."""
        return self._to_everybody(chain, lambda link: [self._text(chain, link, key, minutes), self._ring(chain, link)])

    def calm(self, chain: Chain) -> list[Blast]:
        """Text everybody that it is over; nobody is rung for that."""
        return self._to_everybody(chain, lambda link: [self._text(chain, link, "over", 0)])

    def _to_everybody(self, chain: Chain, tell: Callable[[Link], Sequence[Blast]]) -> list[Blast]:
        with ThreadPoolExecutor(len(chain.links)) as hands:
            return [blast for told in hands.map(tell, chain.links) for blast in told]

    def _ring(self, chain: Chain, link: Link) -> Blast:
        language = SENTENCES.nearest(link.language)
        words = twiml.say(SENTENCES.say(language, "voice"), language)
        heard = twiml.document(words, twiml.pause(1), words, twiml.hangup())
        ring_for = int(RING_FOR.total_seconds())
        return _tried(
            link,
            "call",
            lambda: self._wire.ask(
                lambda client: client.calls.create(to=link.number, from_=chain.line, twiml=heard, timeout=ring_for)
            ),
        )

    def _text(self, chain: Chain, link: Link, key: str, minutes: int) -> Blast:
        body = SENTENCES.say(link.language, key, minutes=minutes)
        lasts = int(LASTS.total_seconds())
        first = _tried(
            link,
            "sms",
            lambda: self._wire.ask(
                lambda client: client.messages.create(
                    to=link.number, from_=chain.line, body=body, validity_period=lasts
                )
            ),
        )
        return first if first.is_out else self._by_the_second(chain, link, body) or first

    def _by_the_second(self, chain: Chain, link: Link, body: str) -> Blast | None:
        second = second_carrier(self._settings, sender=chain.line)
        if second is None:
            return None
        send = second.text
        return _tried(link, "sms", lambda: send(to=link.number, body=body, status_url="", valid_for=LASTS))


def _tried(link: Link, channel: str, do: Callable[[], object]) -> Blast:
    """Whatever goes wrong is said in the log, and is no reason not to try the next."""
    try:
        insist_on_dialable(link.number)
        do()
    except CarrierError as problem:
        _log.error("an alarm was not taken", staff=link.alias, channel=channel, code=problem.code)
        return Blast(link, channel, problem.trouble.value)
    except Exception as problem:  # noqa: BLE001 - the others have to be told all the same
        _log.error("an alarm could not be given", problem=problem, staff=link.alias, channel=channel)
        return Blast(link, channel, "failed")
    _log.info("an alarm is on its way", staff=link.alias, channel=channel)
    return Blast(link, channel, "accepted")
