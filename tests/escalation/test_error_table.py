"""What each of the carrier's error codes leads to: the same telephone again, the other way, or a human; one row each.

The rows are those of Twilio's error dictionary that can befall a page, by refusal or by receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.queries import locked
from app.escalation import lost_pages
from app.escalation.ladder import advance
from app.escalation.opening import begin, escalation_of
from app.notifications import faults, outbox, refusals, unusable
from app.notifications.models import Notification, State
from app.programme.apply import current
from app.telephony.carrier import TROUBLE_BY_CODE, CarrierError, Trouble, classify
from tests import desk
from tests.people import MONDAY

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Then:
    """What is expected to follow."""

    again: bool = False
    """The same page waits for another try."""

    otherwise: bool = False
    """The other channel to the same person is asked at once."""

    unusable: bool = False
    """The channel is passed over from now on, and the coordinator told."""

    fault: bool = False
    """The coordinator is told that the carrier refuses us."""


AGAIN = Then(again=True)
ANOTHER_WAY = Then(otherwise=True)
NOT_THIS_TELEPHONE = Then(otherwise=True, unusable=True)
NOT_THIS_CHANNEL = Then(otherwise=True, fault=True)
NOT_US = Then(again=True, fault=True)

REFUSED = {
    (429, 20429): AGAIN,
    (500, 20500): AGAIN,
    (503, None): AGAIN,
    (None, None): AGAIN,
    (400, 17008): AGAIN,
    (400, 13224): AGAIN,
    (400, 21611): AGAIN,
    (400, 30001): AGAIN,
    (400, 13223): NOT_THIS_TELEPHONE,
    (400, 21211): NOT_THIS_TELEPHONE,
    (400, 21214): NOT_THIS_TELEPHONE,
    (400, 21217): NOT_THIS_TELEPHONE,
    (400, 21610): NOT_THIS_TELEPHONE,
    (400, 21612): NOT_THIS_TELEPHONE,
    (400, 21614): NOT_THIS_TELEPHONE,
    (400, 21635): NOT_THIS_TELEPHONE,
    (400, 13214): NOT_THIS_CHANNEL,
    (400, 13227): NOT_THIS_CHANNEL,
    (400, 21210): NOT_THIS_CHANNEL,
    (400, 21212): NOT_THIS_CHANNEL,
    (400, 21215): NOT_THIS_CHANNEL,
    (400, 21216): NOT_THIS_CHANNEL,
    (400, 21408): NOT_THIS_CHANNEL,
    (400, 21606): NOT_THIS_CHANNEL,
    (400, 21663): NOT_THIS_CHANNEL,
    (400, 23005): NOT_THIS_CHANNEL,
    (400, 23006): NOT_THIS_CHANNEL,
    (400, 30029): NOT_THIS_CHANNEL,
    (401, 20003): NOT_US,
    (403, 20005): NOT_US,
    (403, None): NOT_US,
    (404, 20404): NOT_US,
    (400, 30002): NOT_US,
}
REPORTED = {
    30003: ANOTHER_WAY,
    30008: ANOTHER_WAY,
    30036: ANOTHER_WAY,
    30001: ANOTHER_WAY,
    30004: NOT_THIS_TELEPHONE,
    30005: NOT_THIS_TELEPHONE,
    30006: NOT_THIS_TELEPHONE,
    30002: NOT_THIS_CHANNEL,
    30007: NOT_THIS_CHANNEL,
}
NOT_ABOUT_A_PAGE = {11200, 11205, 11217, 11751, 12100, 12200, 57012, 20009, 21220}
"""Of our own addresses, of deleting, of leading a call: the debugger's, the traces' and the bridge's."""


def test_every_code_of_the_table_has_its_row() -> None:
    rows = {code for _, code in REFUSED if code} | set(REPORTED)

    assert rows == TROUBLE_BY_CODE.keys() - NOT_ABOUT_A_PAGE


class Night:
    """A case whose first page, a text to Anna, is being sent."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.case = desk.opened(session)
        begin(session, self.case, current(session).routine, at=MONDAY)
        self.escalation = escalation_of(session, self.case)
        locked(session, self.case.id)
        advance(session, self.case, self.escalation, at=MONDAY)
        self.at = MONDAY
        self.page = self.send()

    def send(self) -> Notification:
        (page,) = [row for row in outbox.claim(self.session, at=self.at) if row.channel == "sms"]
        self.session.flush()
        return page

    def refused(self, code: int | None, status: int | None) -> None:
        problem = CarrierError(classify(code, status), code=code)
        lost_pages.refused(self.session, self.page.id, problem, at=self.at)
        self.session.flush()

    def reported(self, code: int) -> None:
        outbox.accepted(self.session, self.page.id, ref="SM" + "0" * 32, at=self.at)
        lost_pages.reported(self.session, self.page.id, status="undelivered", code=code, at=self.at)
        self.session.flush()

    def pages_of(self, alias: str) -> list[Notification]:
        person = desk.named(self.session, alias)
        rows = select(Notification).where(Notification.person_id == person.id, Notification.id != self.page.id)
        return list(self.session.scalars(rows))

    def followed(self) -> Then:
        anna = desk.named(self.session, "anna")
        told = {row.wording for row in self.pages_of("carin")}
        marked = {mark.channel for mark in unusable.standing(self.session, anna)}
        assert ("alarm.channel" in told) == bool(marked)
        assert ("alarm.carrier" in told) == bool(faults.standing(self.session))
        return Then(
            again=self.page.state == State.PENDING,
            otherwise=[row.channel for row in self.pages_of("anna")] == ["call"],
            unusable=marked == {"sms"},
            fault=bool(faults.standing(self.session)),
        )

    @property
    def is_hurried(self) -> bool:
        return escalation_of(self.session, self.case).hurried_at is not None


@pytest.fixture
def night(session: Session) -> Night:
    return Night(session)


@pytest.mark.parametrize(("status", "code", "then"), [(*key, then) for key, then in REFUSED.items()], ids=str)
def test_a_page_that_is_refused(night: Night, status: int | None, code: int | None, then: Then) -> None:
    night.refused(code, status)

    assert night.followed() == then
    assert not night.is_hurried, "somebody can still be reached about this step"


@pytest.mark.parametrize(("code", "then"), REPORTED.items(), ids=str)
def test_a_page_that_is_lost_on_its_way(night: Night, code: int, then: Then) -> None:
    night.reported(code)

    assert night.followed() == then
    assert not night.is_hurried


def test_a_code_that_nobody_has_heard_of_is_tried_twice_and_then_a_human_looks(night: Night) -> None:
    night.refused(29999, 400)
    assert night.followed() == AGAIN
    night.at += refusals.FIRST_WAIT
    night.page = night.send()
    night.refused(29999, 400)

    assert night.followed() == NOT_THIS_CHANNEL


def test_a_page_that_was_reported_lost_with_an_unknown_code_is_for_a_human_too(night: Night) -> None:
    night.reported(39999)

    assert night.followed() == NOT_THIS_CHANNEL


def test_when_both_ways_are_refused_by_configuration_the_ladder_is_not_hurried(night: Night) -> None:
    night.refused(21606, 400)
    (call,) = outbox.claim(night.session, at=night.at, limit=1)
    while call.channel != "call" or call.step_id is None:
        (call,) = outbox.claim(night.session, at=night.at, limit=1)
    lost_pages.refused(night.session, call.id, CarrierError(Trouble.CONFIGURATION, code=21215), at=night.at)

    assert not night.is_hurried


def test_when_both_ways_to_one_person_are_closed_the_next_person_is_next_at_once(night: Night) -> None:
    night.refused(21610, 400)
    (call,) = [row for row in outbox.claim(night.session, at=night.at) if row.channel == "call"]
    lost_pages.refused(night.session, call.id, CarrierError(Trouble.PERMANENT, code=21214), at=night.at)

    assert night.is_hurried


def test_a_page_that_waits_for_the_account_is_dropped_when_the_case_is_over(night: Night) -> None:
    anna = desk.named(night.session, "anna")
    night.case.close(by=anna, at=night.at, outcome="closed", code="test_call")
    night.refused(20003, 401)

    assert (night.page.state, night.page.trouble) == (State.FAILED, "withdrawn")


def test_the_same_fault_is_told_once_and_again_only_when_it_comes_back_after_an_hour(night: Night) -> None:
    def alarms() -> int:
        return sum(row.wording == "alarm.carrier" for row in night.pages_of("carin"))

    def fails(at: timedelta) -> None:
        faults.found(night.session, carrier="twilio", channel="sms", code=21606, at=MONDAY + at)

    for minutes in (0, 1, 2):
        fails(timedelta(minutes=minutes))
    assert alarms() == 1
    faults.mended(night.session, carrier="twilio", channel="sms", at=MONDAY + timedelta(minutes=3))
    fails(timedelta(minutes=4))
    assert alarms() == 1
    faults.mended(night.session, carrier="twilio", channel="sms", at=MONDAY + timedelta(minutes=5))
    fails(timedelta(minutes=90))
    assert alarms() == 2
