"""What a page that was refused or lost says about more than itself: the account, the channel, the telephone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.notifications import alarms, faults, unusable
from app.notifications.detours import carrier_of
from app.notifications.models import TELEPHONE, Notification, State
from app.telephony.carrier import TROUBLE_BY_CODE, CarrierError, Trouble, is_unheard_of

_OTHER: Final = {"sms": "call", "call": "sms", **dict.fromkeys(("email", "push", "webhook"), "sms")}
_ONE_READERS: Final = ("email", "webhook")
"""A browser that is gone is forgotten instead: there may be others."""


def from_refusal(session: Session, page: Notification, problem: CarrierError, *, at: datetime) -> None:
    """The carrier did not take it."""
    gave_up = page.state == State.FAILED
    if page.channel not in TELEPHONE:
        _about_a_post(session, page, problem, at=at)
        return
    if problem.trouble is Trouble.CONFIGURATION or (gave_up and problem.is_unheard_of):
        _fault(session, page, problem.code, heard_as=faults.REFUSAL, at=at)
    _about_the_telephone(session, page, at=at)
    if gave_up and not problem.concerns_everything:
        _alarm_otherwise(session, page, at=at)


def from_receipt(session: Session, page: Notification, *, at: datetime) -> None:
    """The carrier took it, and says what became of it."""
    if page.state == State.DELIVERED and faults.standing(session):
        carrier = carrier_of(session, page.id)
        faults.mended(session, carrier=carrier, channel=page.channel, heard_as=faults.RECEIPT, at=at)
    if page.state != State.FAILED:
        return
    if trouble_of(page) is Trouble.CONFIGURATION or is_unheard_of(page.code):
        _fault(session, page, page.code, heard_as=faults.RECEIPT, at=at)
    _about_the_telephone(session, page, at=at)
    _alarm_otherwise(session, page, at=at)


def trouble_of(page: Notification) -> Trouble | None:
    """The class of the carrier's code, or None when it gave none that is known."""
    return TROUBLE_BY_CODE.get(page.code) if page.code is not None else None


def _fault(session: Session, page: Notification, code: int | None, *, heard_as: str, at: datetime) -> None:
    carrier = carrier_of(session, page.id)
    faults.found(session, carrier=carrier, channel=page.channel, code=code, heard_as=heard_as, at=at)


def _about_a_post(session: Session, page: Notification, problem: CarrierError, *, at: datetime) -> None:
    """A code means that a server spoke: of us, or of this one reader. Without one nothing is set up, or reached."""
    if problem.code is not None and problem.trouble is Trouble.CONFIGURATION:
        _fault(session, page, problem.code, heard_as=faults.REFUSAL, at=at)
    if problem.code is not None and problem.trouble is Trouble.PERMANENT and page.channel in _ONE_READERS:
        unusable.mark(session, page.person, page.channel, code=problem.code, at=at)
    if page.state == State.FAILED:
        _alarm_otherwise(session, page, at=at)


def _about_the_telephone(session: Session, page: Notification, *, at: datetime) -> None:
    if page.code is not None and trouble_of(page) is Trouble.PERMANENT:
        unusable.mark(session, page.person, page.channel, code=page.code, at=at)


def _alarm_otherwise(session: Session, page: Notification, *, at: datetime) -> None:
    """An alarm has no ladder behind it: what did not arrive one way goes the other way, once."""
    if alarms.is_alarm(page):
        key = page.key.rsplit(":", 2)[0]
        alarms.send(session, page.person, page.wording, key=key, channel=_OTHER[page.channel], at=at)
