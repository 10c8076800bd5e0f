"""The second carrier, where there is one: whether its account answers, can pay, and knows where we are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.check import setup
from app.oncall.preflight import Finding
from app.settings import Settings
from app.telephony.carrier import CarrierError
from app.telephony.elks import ElksCarrier, Line
from app.telephony.second import second_carrier, sms_address


def findings(settings: Settings, *, sender: str) -> Iterator[Finding]:
    """What is wrong there; nothing without a second carrier. `sender` is the line's number, shown unless it has one."""
    carrier = second_carrier(settings, sender=sender)
    if carrier is None:
        return
    try:
        yield from _compared(carrier, sms_address(settings))
    except CarrierError:
        what = "the second carrier does not answer, or refuses the account"
        yield Finding(serious=True, what=what, do="look at ELKS_USERNAME, ELKS_PASSWORD and ELKS_API_URL")


def _compared(carrier: ElksCarrier, sms_url: str) -> Iterator[Finding]:
    yield from setup.balance(carrier.balance())
    yield from _number(carrier.shown, carrier.lines(), sms_url)


def _number(sender: str, lines: Sequence[Line], sms_url: str) -> Iterator[Finding]:
    line = next((line for line in lines if line.number == sender), None)
    if line is None or not line.is_active:
        what = "the number that the second carrier shows is not an active one of its account"
        do = "set ELKS_NUMBER to one that is, or have the line's own unlocked there and try a page by it"
        yield Finding(serious=False, what=what, do=do)
    elif line.sms_url != sms_url:
        what = "texts to the second carrier's number do not reach us: answers to its pages are lost"
        yield Finding(serious=True, what=what, do=f"set its sms_url to {sms_url}")
