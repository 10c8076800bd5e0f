"""The second carrier as the settings describe it: its adapter, and the tags on the addresses it is given."""

from __future__ import annotations

from collections.abc import Callable

from app.settings import Settings
from app.telephony.elks import ElksCarrier
from app.telephony.tags import Tags

BELOW = "/carrier/elks"
"""Every address the second carrier is given begins so."""


def second_carrier(settings: Settings, *, sender: str | Callable[[], str]) -> ElksCarrier | None:
    """The second carrier, or None where there is none. `sender` is shown unless it has a number of its own."""
    if not settings.elks_username:
        return None
    return ElksCarrier(
        username=settings.elks_username,
        password=settings.elks_password[0].get_secret_value(),
        sender=settings.elks_number or sender,
        api_url=settings.elks_api_url,
    )


def tags_for(settings: Settings) -> Tags:
    """What makes and checks the addresses; without a second carrier it lets nobody in."""
    return Tags(tuple(password.get_secret_value() for password in settings.elks_password))


def sms_address(settings: Settings) -> str:
    """Where the second carrier is to post the texts its number receives: the `sms_url` to set there. A secret."""
    return f"{settings.public_url}{BELOW}/{tags_for(settings).tagged('sms')}"
