"""The ways out: each carrier by its name, with the addresses at which it tells us about a notification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.notifications.models import FIRST_CARRIER, SECOND_CARRIER
from app.telephony.carrier import Carrier
from app.telephony.records import Records
from app.telephony.second import BELOW
from app.telephony.tags import Tags


@dataclass(frozen=True)
class Way:
    """A carrier; `receipts` and `answers` give the address for the notification with an id.

    `records`: what it keeps of what it sent, where it can be asked.
    """

    name: str
    carrier: Carrier
    receipts: Callable[[str], str]
    answers: Callable[[str], str]
    records: Records | None = None


def first_way(carrier: Carrier, public_url: str, records: Records | None = None) -> Way:
    """The carrier whose requests are signed."""
    return Way(
        FIRST_CARRIER,
        carrier,
        receipts=lambda page_id: f"{public_url}/carrier/receipts/{page_id}",
        answers=lambda page_id: f"{public_url}/carrier/page/{page_id}",
        records=records,
    )


def second_way(carrier: Carrier, public_url: str, tags: Tags) -> Way:
    """The carrier that does not sign: its addresses carry a tag."""
    return Way(
        SECOND_CARRIER,
        carrier,
        receipts=lambda page_id: f"{public_url}{BELOW}/{tags.tagged(f'receipts/{page_id}')}",
        answers=lambda page_id: f"{public_url}{BELOW}/{tags.tagged(f'page/{page_id}')}",
    )
