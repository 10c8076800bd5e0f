"""Answering-machine detection: some seconds of silence, then a guess. This exchange guesses right, unless told not to.

Either it holds the call up until it knows (`AnsweredBy` then comes with the next webhook), or it listens apart
while the call goes on, and posts what it found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.simulator.posting import Trouble
from app.simulator.scripts import Part, Wait

if TYPE_CHECKING:
    from app.simulator.legs import Leg

LISTENING: Final = 3.0
GREETING: Final = 6.0
NOBODY_TO_TELL: Final = 21262


@dataclass(frozen=True)
class MachineDetection:
    """What the customer asked for."""

    to_the_end: bool = False
    """Whether to listen to a machine until its tone (`DetectMessageEnd`)."""
    gives_up_after: float = 30.0
    """Seconds after which it is `unknown` who answered."""
    apart: bool = False
    status_url: str = ""


def listen(leg: Leg) -> Part[None]:
    """Find out who answered, when the customer asked for it."""
    wanted = leg.detection
    if wanted is None or leg.phone is None:
        return
    found = leg.phone.sounds_like or _sound(leg, wanted)
    takes = _seconds(leg, wanted, found)
    if wanted.apart:
        leg.exchange.after(takes, lambda: _tell(leg, wanted, found, takes))
    else:
        yield Wait(seconds=takes)
        _know(leg, found, takes)


def _sound(leg: Leg, wanted: MachineDetection) -> str:
    behaviour = leg.phone.behaviour if leg.phone else "by hand"
    if behaviour == "voicemail":
        return "machine_end_beep" if wanted.to_the_end else "machine_start"
    return {"fax": "fax", "says nothing": "unknown"}.get(behaviour, "human")


def _seconds(leg: Leg, wanted: MachineDetection, found: str) -> float:
    if found == "unknown":
        return wanted.gives_up_after
    return GREETING if found.startswith("machine_end") else leg.exchange.latency(LISTENING)


def _know(leg: Leg, found: str, seconds: float) -> None:
    leg.answered_by, leg.detection_ms = found, round(seconds * 1000)


def _tell(leg: Leg, wanted: MachineDetection, found: str, seconds: float) -> None:
    if leg.over:
        return
    _know(leg, found, seconds)
    if wanted.status_url:
        told = {
            "AccountSid": leg.exchange.account.sid,
            "CallSid": leg.sid,
            "AnsweredBy": found,
            "MachineDetectionDuration": str(leg.detection_ms),
        }
        leg.exchange.webhooks.tell(wanted.status_url, told, about=leg.sid, final=False)
    else:
        leg.exchange.webhooks.record(
            Trouble(NOBODY_TO_TELL, "no amdStatusCallback to tell who answered", ""), about=leg.sid
        )
