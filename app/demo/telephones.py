"""The invented telephone company: the line's numbers and webhooks, everybody's telephones, and a second carrier.

The documents that ring the standing chain while our servers are down are kept there, as an operator would do.
"""

from __future__ import annotations

from typing import Final

from app.clock import Clock, WallClock
from app.db import Database
from app.intake import fallback
from app.intake.fallback import Document
from app.oncall.duty import duty
from app.programme.apply import current
from app.settings import Settings
from app.simulator.elks import Elks, ElksAccount
from app.simulator.exchange import Account, Exchange
from app.simulator.timeline import LiveTimeline
from app.staff.directory import Directory, everyone
from app.staff.roles import Role
from app.telephony.second import sms_address
from app.vault.keyring import Keyring

SECOND_NUMBER: Final = "+46846500401"
"""What the second carrier's texts and calls show."""


def telephone_company(db: Database, keyring: Keyring, settings: Settings, clock: Clock) -> Exchange:
    """The first carrier, with the line's numbers set up as `dygnet check --carrier` wants them, and all phones."""
    account = Account(
        sid=settings.twilio_account_sid or "", auth_token=settings.twilio_auth_token[0].get_secret_value()
    )
    exchange = Exchange(account, timeline=LiveTimeline(clock))
    exchange.rest_url = settings.twilio_api_url or exchange.rest_url
    directory = Directory(keyring)
    with db.reading() as session:
        without_us = _keep_the_fallback(exchange, fallback.documents(session, directory))
        for number in current(session).programme.numbers:
            exchange.sell_line(
                number,
                voice_url=f"{settings.public_url}/carrier/voice",
                sms_url=f"{settings.public_url}/carrier/sms",
                status_url=f"{settings.public_url}/carrier/voice/status",
                voice_fallback_url=without_us,
            )
        order = duty(session, WallClock().now()).ring_order
        for person in (*order, *(one for one in everyone(session) if one not in order and Role.HANDLER in one.roles)):
            if staff_number := directory.phone_of(session, person):
                exchange.show(staff_number, person.alias)
    return exchange


def second_carrier(exchange: Exchange, settings: Settings) -> Elks:
    """A second carrier that rings the same phones."""
    account = ElksAccount(settings.elks_username or "", settings.elks_password[0].get_secret_value())
    elks = Elks(exchange, account)
    elks.sell_number(SECOND_NUMBER, sms_url=sms_address(settings))
    return elks


def _keep_the_fallback(exchange: Exchange, documents: list[Document]) -> str:
    """Keep the documents at the carrier. The address of the last, which callers hear while we cannot be reached."""
    kept = fallback.placed(documents, lambda name: f"{exchange.rest_url}/twiml/EH{name}")
    for address, twiml in kept.items():
        exchange.host(address, twiml)
    return list(kept)[-1]
