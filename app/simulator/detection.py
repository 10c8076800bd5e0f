"""Answering-machine detection: some seconds of silence, then a guess. This exchange guesses right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.scripts import Part, Wait

if TYPE_CHECKING:
    from app.simulator.legs import Leg

LISTENING: Final = 3.0
GREETING: Final = 6.0


def detect(leg: Leg) -> Part[None]:
    """Find out who answered, when the customer asked for it; `AnsweredBy` is told from then on."""
    if not leg.machine_detection or leg.phone is None:
        return
    is_machine = leg.phone.behaviour == "voicemail"
    to_the_end = leg.machine_detection == "DetectMessageEnd"
    yield Wait(seconds=GREETING if is_machine and to_the_end else leg.exchange.latency(LISTENING))
    machine = "machine_end_beep" if to_the_end else "machine_start"
    leg.answered_by = machine if is_machine else "human"
