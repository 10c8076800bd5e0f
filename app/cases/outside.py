"""The only way from this house to a person's telephone: everything here takes a permit.

It is built where numbers are opened, in the console, and holds the carrier so that nothing else there has to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.cases.contents import Number
from app.cases.outreach import Permit
from app.errors import DygnetError
from app.telephony.carrier import Switch

RING_FOR: Final = timedelta(seconds=25)
"""Short of where most voicemails begin."""

TEXT_WAITS: Final = timedelta(hours=1)
"""A text that cannot be delivered for so long is better not delivered; never past the end of the safe hours."""


class NotPermitted(DygnetError):
    """Somebody was about to be called or texted without leave. Nothing was sent."""

    status = 409


@dataclass(frozen=True)
class Outside:
    """Calls and texts to people outside. `speed`: how many seconds of the permit pass in one of the carrier's."""

    carrier: Switch = field(repr=False)
    speed: float = 1.0

    def call(self, number: Number, permit: Permit, *, answer_url: str, status_url: str, at: datetime) -> str:
        """Ring the person; the carrier listens first who answers. Its reference. May raise `CarrierError`."""
        _insist(number, permit, "call", at=at)
        return self.carrier.call_warily(to=number.e164, answer_url=answer_url, status_url=status_url, ring_for=RING_FOR)

    def text(self, number: Number, permit: Permit, *, body: str, status_url: str, at: datetime) -> str:
        """Text the person. The carrier's reference. May raise `CarrierError`."""
        _insist(number, permit, "sms", at=at)
        valid_for = min(TEXT_WAITS, permit.arrives_by - at) / self.speed
        return self.carrier.text(to=number.e164, body=body, status_url=status_url, valid_for=valid_for)


def _insist(number: Number, permit: Permit, channel: str, *, at: datetime) -> None:
    if permit.channel != channel or permit.about != number.content_id or not permit.holds(at):
        raise NotPermitted("The person may not be sought this way now. Nothing was sent.")
