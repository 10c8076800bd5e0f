"""What a phone does by itself with calls and texts, unless somebody holds it in their hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.legs import Leg

Behaviour = Literal[
    "by hand",
    "answers",
    "says nothing",
    "rings out",
    "busy",
    "voicemail",
    "fax",
    "switched off",
    "out of coverage",
    "landline",
    "opted out",
]
"""What a phone does with calls and texts.

`by hand`: rings until somebody does something. `answers`: picks up at once. `says nothing`: picks up, as from a
pocket, and is silent. `rings out`: nobody picks up. `switched off`: texts are reported as lost. `out of coverage`:
texts wait and arrive when it is back. `landline`: takes calls, no texts. `opted out`: wants no texts from anyone.
"""
BEHAVIOURS: Final[tuple[str, ...]] = get_args(Behaviour)
UNREACHABLE: Final = frozenset({"switched off", "out of coverage"})
GREETING: Final = "You have reached a voicemail. Please leave a message after the tone."
TONES: Final = "(fax tones)"
VOICEMAIL_PICKS_UP: Final = 8.0
LISTENS: Final = 30.0
"""Seconds a machine, or a phone in a pocket, stays on the line."""
ANSWERS_AFTER: Final = 1.0
UNREACHABLE_AFTER: Final = 3.0


def take_call(exchange: Exchange, behaviour: Behaviour, leg: Leg) -> None:
    """The phone has begun to ring. Called with the lock held."""
    if deed := _DEEDS.get(behaviour):
        deed(exchange, leg)


def _answer(exchange: Exchange, leg: Leg) -> None:
    exchange.after_latency(ANSWERS_AFTER, leg.connect)


def _answer_by_mistake(exchange: Exchange, leg: Leg) -> None:
    exchange.after_latency(ANSWERS_AFTER, lambda: _pick_up(exchange, leg, ""))


def _greet(exchange: Exchange, leg: Leg) -> None:
    exchange.after(VOICEMAIL_PICKS_UP, lambda: _pick_up(exchange, leg, GREETING))


def _whistle(exchange: Exchange, leg: Leg) -> None:
    exchange.after_latency(ANSWERS_AFTER, lambda: _pick_up(exchange, leg, TONES))


def _pick_up(exchange: Exchange, leg: Leg, words: str) -> None:
    """Presses nothing, stays a while, hangs up. Whoever is connected meanwhile hears what it says."""
    leg.connect()
    for second in range(int(LISTENS) if words else 0):
        exchange.after(second, lambda: _speak(leg, words))
    exchange.after(LISTENS, leg.end)


def _speak(leg: Leg, words: str) -> None:
    for peer in leg.peers:
        if words not in (heard.text for heard in peer.heard):
            peer.hear(words, language="en-US")


_DEEDS: Final[Mapping[str, Callable[[Exchange, Leg], None]]] = {
    "answers": _answer,
    "says nothing": _answer_by_mistake,
    "voicemail": _greet,
    "fax": _whistle,
}
"""The others leave it ringing."""
