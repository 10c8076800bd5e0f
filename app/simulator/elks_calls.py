"""A call over the second carrier's wire: its form fields, its end, and the JSON actions it follows."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.simulator.legs import Leg
from app.simulator.posting import Postman, Trouble
from app.simulator.progress import StatusCallback
from app.simulator.scripts import Ask, HangUp, Key, Part, Script, Wait, fetch

if TYPE_CHECKING:
    from app.simulator.elks import Elks

SOUND_SECONDS: Final = 4.0
NOTHING_KEYED: Final = {"result": "failed", "why": "noinput"}
STATE: Final = {"completed": "success", "busy": "busy"}
"""How a call that ended in some way is written down; every other way is `failed`."""

Action = Mapping[str, Any]


class ElksLeg(Leg):
    """A leg that this wire asked for. What is heard, and the keys, are those of any other."""

    def __init__(self, elks: Elks, *, sender: str, to: str, start_url: str, hangup_url: str) -> None:
        super().__init__(
            elks.exchange,
            direction="outbound-api",
            sender=sender,
            to=to,
            phone=elks.exchange.subscriber(to),
            callback=WhenHangup(elks, hangup_url),
            on_answer=lambda leg: _follow(leg, Ask(start_url, {"result": "newoutgoing"})),
        )
        self._elks = elks
        self.sid = f"c{secrets.token_hex(16)}"

    @property
    def postman(self) -> Postman:
        return self._elks.postman

    def params(self) -> dict[str, str]:
        return {"callid": self.sid, "direction": "outgoing", "from": self.sender, "to": self.to}


class WhenHangup(StatusCallback):
    """Tells the customer of the end of a call, and of nothing before."""

    def __init__(self, elks: Elks, url: str) -> None:
        super().__init__(url)
        self._elks = elks
        self._address = url

    def tell(self, leg: Leg, event: str) -> None:
        if event != "completed":
            return
        told = {
            "id": leg.sid,
            "direction": "outgoing",
            "created": stamp(leg.created_at),
            "from": leg.sender,
            "to": leg.to,
            "state": STATE.get(leg.status, "failed"),
        }
        if leg.answered_at:
            told |= {"start": stamp(leg.answered_at), "duration": str(leg.seconds_talked), "cost": "2500"}
        self._elks.postman.tell(self._address, told)


def _follow(leg: Leg, ask: Ask) -> Script:
    """Carry out what the customer answers, and what it answers to that; nothing more to do ends the call."""
    following: Ask | None = ask
    while following is not None:
        outcome = yield from fetch(following)
        following = yield from _carry_out(leg, {} if isinstance(outcome, Trouble) else _read(outcome.body))
    raise HangUp


def _carry_out(leg: Leg, action: Action) -> Part[Ask | None]:
    if "ivr" in action:
        told = yield from _ivr(leg, action)
    elif "play" in action:
        yield from _sound(leg, action["play"], (Key,) if action.get("skippable", True) else ())
        told = {"result": "success"}
    else:
        raise HangUp
    chosen = action.get(told["result"], action.get("next"))
    if isinstance(chosen, Mapping):
        return (yield from _carry_out(leg, chosen))
    return Ask(chosen, told) if isinstance(chosen, str) else None


def _ivr(leg: Leg, action: Action) -> Part[dict[str, str]]:
    """Play and listen, a few times over; a key stops the sound. Gives what is told of it."""
    timeout = action.get("timeout", 10)
    patience = timeout if timeout in range(1, 31) else 10
    leg.wants_keys = True
    try:
        for _ in range(action.get("repeat", 3)):
            event = yield from _sound(leg, action["ivr"], (Key,))
            digits = yield from _keyed(event, action.get("digits", 1), patience)
            if digits:
                return {"result": digits}
    finally:
        leg.wants_keys = False
    return dict(NOTHING_KEYED)


def _keyed(event: Key | None, most: int, patience: float) -> Part[str]:
    digits = ""
    while True:
        pressed = event or (yield Wait((Key,), patience))
        event = None
        if not isinstance(pressed, Key) or pressed.digit == "#":
            return digits
        digits += pressed.digit
        if len(digits) >= most:
            return digits


def _sound(leg: Leg, url: str, stopped_by: tuple[type, ...]) -> Part[Key | None]:
    leg.hear(url.rpartition("/")[2], sound=url)
    event = yield Wait(stopped_by, leg.exchange.latency(SOUND_SECONDS))
    return event if isinstance(event, Key) else None


def _read(body: str) -> Action:
    """A call action; anything that is not one ends the call."""
    try:
        action = json.loads(body)
    except ValueError:
        return {}
    return action if isinstance(action, dict) else {}


def stamp(moment: datetime) -> str:
    """A moment as this wire spells it: UTC, without saying so."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")
