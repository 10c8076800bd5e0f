"""How often a person is called in vain is counted for the person, whatever number of cases they have."""

from __future__ import annotations

from starlette.testclient import TestClient

from app.cases.models import Case
from tests.calling import calls_to, signed_in, who_may_be_called
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER

pytestmark = ON_ONE_DATABASE


def second_case_of(hotline: Hotline, number: str) -> list[Case]:
    """Somebody who may be called calls again after a restart; that case waits for a call as well."""
    who_may_be_called(hotline).behave("busy")
    hotline.restart()
    hotline.fast_forward(seconds=30)
    caller = hotline.phone(number)
    caller.behave("by hand")
    caller.call("+46846500400")
    for key in ("1", "1", "*", "1", "1", "2", "2"):
        caller.press(key)
    caller.behave("busy")
    hotline.work()
    return hotline.cases()


def seek(hotline: Hotline, browser: TestClient, case: Case) -> int:
    """Anna takes the case and presses the button; her telephone rings, and if it does she goes on."""
    token = hidden_fields(browser.get("/console/").text)
    browser.post(f"/console/cases/{case.reference}/hold", data=token)
    status = browser.post(f"/console/cases/{case.reference}/bridge", data=token).status_code
    hotline.work()
    if hotline.phone("anna").ringing:
        hotline.phone("anna").answer()
        hotline.phone("anna").press("1")
    hotline.fast_forward(minutes=1)
    return status


def test_two_cases_with_one_number_share_the_attempts(hotline: Hotline):
    hotline.phone("anna").behave("by hand")
    one, two = second_case_of(hotline, A_STRANGER)
    anna = signed_in(hotline, "anna")
    tried = []
    for case in (one, two, one, two):
        tried.append(seek(hotline, anna, case))
        hotline.fast_forward(minutes=16)
    assert tried == [200, 200, 409, 409]
    assert calls_to(hotline, A_STRANGER) == 2
    opened = [entry["purpose"] for entry in log(hotline.db, "case.revealed")]
    assert "check_repeat" in opened, "that the other number was looked at is in the log"


def test_somebody_elses_attempts_are_their_own(hotline: Hotline):
    hotline.phone("anna").behave("by hand")
    one, two = second_case_of(hotline, A_BORROWED_PHONE)
    anna = signed_in(hotline, "anna")
    assert [seek(hotline, anna, case) for case in (one, two)] == [200, 200]
    assert (calls_to(hotline, A_STRANGER), calls_to(hotline, A_BORROWED_PHONE)) == (1, 1)
