"""Silent and abandoned calls count like any other, can be told apart, and are closed with one tap."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from app.cases.endings import Ending
from app.cases.first_contact import Standing
from app.cases.queries import calls_by_ending
from tests.doorways import signed, whole
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


def endings(hotline: Hotline) -> Counter[Ending]:
    """How today's calls ended."""
    with hotline.db.reading() as session:
        return calls_by_ending(session, since=hotline.now - timedelta(days=1), at=hotline.now)


def tap(hotline: Hotline, alias: str, code: str):
    """Somebody taps on the page of the only case."""
    browser = hotline.sign_in(alias)
    page = browser.get(f"/console/cases/{hotline.case().reference}")
    token = hidden_fields(page.text).get("csrf", "")
    answer = browser.post(f"/console/cases/{hotline.case().reference}/tap", data={"csrf": token, "code": code})
    return page.text, answer


def test_every_way_a_call_can_end_is_counted(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    hotline.caller_waiting(A_BORROWED_PHONE, withheld=True).hang_up()
    hotline.caller_waiting(ANOTHER_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.phone(ANOTHER_STRANGER).hang_up()
    for keys in (["3"], ["1", "1", "2", "2"]):
        caller = hotline.caller_in_vain(A_BORROWED_PHONE, withheld=True)
        if keys != ["3"]:
            caller.press("2")
            continue
        for key in ("1", "0701740663#", "1", "1", "2", "2"):
            caller.press(key)
    hotline.fast_forward(minutes=1)
    assert endings(hotline) == Counter(Ending)


def test_a_call_that_goes_on_has_not_ended(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    assert endings(hotline) == Counter()


@ON_ONE_DATABASE
def test_who_stays_to_the_end_without_a_key_is_a_silent_caller(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    hotline.fast_forward(minutes=4)
    assert caller.state == "idle"
    assert endings(hotline) == Counter([Ending.SILENT])


@ON_ONE_DATABASE
def test_a_call_whose_end_the_carrier_never_told_counts_after_an_hour(hotline: Hotline):
    hotline.exchange.faults.lose_callbacks()
    hotline.call_from(A_STRANGER).hang_up()
    assert endings(hotline) == Counter()
    hotline.fast_forward(minutes=61)
    assert endings(hotline) == Counter([Ending.SILENT])


def test_a_call_of_which_we_are_told_only_that_it_is_over_is_a_case(hotline: Hotline):
    path, fields = "/carrier/voice/status", {"CallSid": "CA" + "f" * 32, "CallStatus": "completed", "From": A_STRANGER}
    for _ in range(2):
        answer = hotline.doors.post(path, data=fields, headers=signed(whole(path), fields))
        assert (answer.status_code, answer.content) == (204, b"")
    assert len(hotline.case().approaches) == 1
    assert endings(hotline) == Counter([Ending.SILENT])
    assert len(log(hotline.db, "approach.ended")) == 1


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    "also", [{"Direction": "outbound-api"}, {"CallStatus": "ringing"}, {"CallStatus": "in-progress"}]
)
def test_a_status_of_anything_else_is_nobodys_approach(hotline: Hotline, also: dict[str, str]):
    path = "/carrier/voice/status"
    fields = {"CallSid": "CA" + "f" * 32, "CallStatus": "completed", "From": A_STRANGER, **also}
    assert hotline.doors.post(path, data=fields, headers=signed(whole(path), fields)).status_code == 204
    assert not hotline.cases()


def test_the_end_told_before_the_beginning_changes_nothing(hotline: Hotline):
    hotline.exchange.faults.reorder_callbacks = True
    hotline.call_from(A_STRANGER).hang_up()
    first, *_, last = hotline.exchange.debugger.requests
    for posted in (last, first, last):
        assert hotline.deliver_again(posted).status in (200, 204)
    assert len(hotline.case().approaches) == 1


@ON_ONE_DATABASE
def test_a_silent_call_is_closed_with_one_tap_and_by_whom_is_written_down(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    page, answer = tap(hotline, "anna", "silent_call")
    assert "Tyst samtal" in page
    assert answer.status_code == 200
    case = hotline.case()
    assert (case.standing, case.closure.code, case.hold.person.alias) == (Standing.CLOSED, "silent_call", "anna")
    assert [entry["actor"] for entry in log(hotline.db, "case.closed")] == ["anna"]


@ON_ONE_DATABASE
@pytest.mark.parametrize("code", ["abandoned_call", "test_call"])
def test_an_abandoned_call_or_a_test_likewise(hotline: Hotline, code: str):
    hotline.caller_waiting(A_STRANGER).hang_up()
    tap(hotline, "carin", code)
    assert hotline.case().closure.code == code


@ON_ONE_DATABASE
@pytest.mark.parametrize("code", ["withdrew", "advice", "abandoned_call", ""])
def test_one_tap_writes_nothing_else_than_what_the_call_was(hotline: Hotline, code: str):
    hotline.call_from(A_STRANGER).hang_up()
    tap(hotline, "anna", code)
    assert hotline.case().closure is None
    assert hotline.case().hold is None


@ON_ONE_DATABASE
def test_who_has_since_written_to_us_is_not_tapped_away(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    hotline.text_from(A_STRANGER, "jag kan inte prata")
    page, _answer = tap(hotline, "anna", "silent_call")
    assert "Tyst samtal</button>" not in page
    assert hotline.case().closure is None


@ON_ONE_DATABASE
def test_who_may_be_called_back_or_is_in_danger_is_not_tapped_away(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    for key in ("1", "5", "1"):
        caller.press(key)
    caller.hang_up()
    tap(hotline, "anna", "abandoned_call")
    assert hotline.case().closure is None


@ON_ONE_DATABASE
def test_one_tap_is_for_who_may_take_the_case(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    _page, answer = tap(hotline, "dag", "silent_call")
    assert answer.status_code == 404
    assert hotline.case().closure is None


@ON_ONE_DATABASE
def test_a_closed_silent_call_pages_nobody_further(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    tap(hotline, "anna", "silent_call")
    hotline.work()
    texts = len(hotline.phone("anna").inbox)
    hotline.fast_forward(hours=2)
    assert len(hotline.phone("anna").inbox) == texts
    assert not hotline.phone("bo").inbox
