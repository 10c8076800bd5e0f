"""What the page shows: every phone with its call and its texts, and what the carrier posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from app.simulator.debugger import Alert, Posted
from app.simulator.exchange import Exchange
from app.simulator.hearing import Heard
from app.simulator.phones import Phone, Text

SHOWN: Final = 100
"""How many entries are shown at most."""

Json = dict[str, Any]


def phone(exchange: Exchange, shown: Phone) -> Json:
    """Everything the page shows of one phone."""
    with exchange.lock:
        leg = shown.leg
        return {
            "number": shown.number,
            "label": shown.label,
            "behaviour": shown.behaviour,
            "sounds_like": shown.sounds_like,
            "opted_out": exchange.messages.opt_outs.lines_without(shown.number),
            "state": "bridged" if shown.bridged_with else shown.state,
            "with": [exchange.phone(number).label or number for number in shown.bridged_with],
            "call": leg.sid if leg else "",
            "carrier": leg.brought_by if leg else "",
            "from": leg.sender if shown.ringing and leg else "",
            "answered": leg.answered if leg else False,
            "seconds": leg.seconds_talked if leg else 0,
            "ended": leg.status if leg and leg.over else "",
            "talk": _in_order(leg.heard, leg.said) if leg else [],
            "texts": _in_order(shown.inbox, shown.sent),
        }


def traffic(exchange: Exchange, *, after: int) -> list[Json]:
    """What was posted, and what was wrong, after the entry with this number; the newest at most."""
    return [_entry(each) for each in exchange.debugger.since(after)[-SHOWN:]]


def _entry(entry: Posted | Alert) -> Json:
    if isinstance(entry, Alert):
        return {"kind": "alert", **asdict(entry)}
    return {
        "kind": "webhook",
        "number": entry.number,
        "at": entry.at,
        "url": entry.url,
        "params": entry.params,
        "signed": "X-Twilio-Signature" in entry.headers,
        "token": entry.headers.get("I-Twilio-Idempotency-Token", ""),
        "status": entry.answer.status,
        "body": entry.answer.body,
    }


def _in_order(theirs: Sequence[Heard | Text], mine: Sequence[Heard | Text]) -> list[Json]:
    """Both sides of a conversation, as it went."""
    both = [(each, False) for each in theirs] + [(each, True) for each in mine]
    return [asdict(each) | {"mine": is_mine} for each, is_mine in sorted(both, key=lambda pair: pair[0].at)]
