"""What is told of a call in every webhook about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.numbers import country

if TYPE_CHECKING:
    from app.simulator.legs import Leg

API_VERSION: Final = "2010-04-01"


def about(leg: Leg) -> dict[str, str]:
    """The fields, the blank ones included."""
    told = {
        "AccountSid": leg.exchange.account.sid,
        "ApiVersion": API_VERSION,
        "CallSid": leg.sid,
        "CallStatus": leg.status,
        "Direction": leg.direction,
    }
    for name, number in (("From", leg.sender), ("Caller", leg.sender), ("To", leg.to), ("Called", leg.to)):
        told |= place(name, number)
    if leg.parent is not None:
        told["ParentCallSid"] = leg.parent.sid
    if leg.forwarded_from:
        told |= {"ForwardedFrom": leg.forwarded_from, "CalledVia": leg.forwarded_from}
    if leg.answered_by:
        told |= {"AnsweredBy": leg.answered_by, "MachineDetectionDuration": str(leg.detection_ms)}
    return told


def place(name: str, number: str) -> dict[str, str]:
    """A number under a name, and where it is, as far as anybody knows."""
    return {
        name: number,
        f"{name}City": "",
        f"{name}State": "",
        f"{name}Zip": "",
        f"{name}Country": country(number),
    }
