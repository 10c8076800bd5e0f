"""Leave to call is asked for until the person is in the room: what allows the button does not allow the key after it,
nor the telephone that rings.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.cases import contents
from app.cases.models import Case
from app.cases.permissions import Hours
from app.simulator.phones import Phone
from app.staff.directory import by_alias
from tests.calling import attempts, calls_to, put_through, ring, signed_in, who_has, who_may_be_called
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, PROGRAMME

pytestmark = ON_ONE_DATABASE


def says(line: Hotline, channel: str, *, allowed: bool, number: str = "") -> None:
    """The person says so now; about another number than before, if one is given."""
    line.timeline.advance(1)
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        about = None
        if number:
            about = contents.keep(
                session, case, case.approaches[0], kind="callback_number", text=number, at=line.now
            ).id
        case.permit(channel, allowed=allowed, hours=Hours.ANY, by="caller", at=line.now, content_id=about)


def presses_the_key(line: Hotline, alias: str = "anna") -> Phone:
    handler = line.phone(alias)
    handler.answer()
    handler.press("1")
    line.work()
    return handler


def closes(line: Hotline, browser: TestClient) -> None:
    line.at_the_desk(browser, "closure", code="unsafe_to_contact")
    assert line.case().closure


def test_a_case_that_is_closed_before_the_key_calls_nobody(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    closes(hotline, anna)
    handler = presses_the_key(hotline)
    assert calls_to(hotline, A_STRANGER) == 0
    assert "Vi ringde inte upp" in handler.heard_text


def test_a_colleague_who_was_brought_in_calls_like_the_holder_and_whoever_is_let_go_before_the_key_calls_nobody(
    hotline: Hotline,
) -> None:
    who_may_be_called(hotline)
    who_has(hotline)
    bo = signed_in(hotline, "bo")
    brings_in_bo(hotline)
    ring(hotline, bo)
    lets_bo_go(hotline)
    handler = presses_the_key(hotline, "bo")
    assert calls_to(hotline, A_STRANGER) == 0
    assert "Vi ringde inte upp" in handler.heard_text

    brings_in_bo(hotline)
    put_through(hotline, bo, "bo")
    hotline.phone(A_STRANGER).answer()
    hotline.work()
    assert hotline.phone("bo").bridged_with == [A_STRANGER]


def brings_in_bo(line: Hotline) -> None:
    line.timeline.advance(60)
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        bo, anna = by_alias(session, "bo"), by_alias(session, "anna")
        assert bo and anna
        case.bring_in(bo, by=anna, at=line.now, until=line.now + timedelta(days=1), because="experience")


def lets_bo_go(line: Hotline) -> None:
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        (bo,) = case.co_handlers
        assert case.let_go(bo.person_id, by="anna", at=line.now, because="word")


def test_a_telephone_stops_ringing_when_the_case_is_closed_as_unsafe(hotline: Hotline) -> None:
    person = who_may_be_called(hotline)
    anna = who_has(hotline)
    handler = put_through(hotline, anna)
    assert person.state == "ringing"
    closes(hotline, anna)
    hotline.fast_forward(seconds=2)
    assert (person.state, person.heard_text) == ("idle", "")
    assert "Samtalet bröts" in handler.heard_text


def test_a_telephone_stops_ringing_when_the_person_says_no(hotline: Hotline) -> None:
    person = who_may_be_called(hotline)
    put_through(hotline, who_has(hotline))
    says(hotline, "call", allowed=False)
    hotline.work()
    assert person.state == "idle"
    assert attempts(hotline) == ["no_answer"]


@pytest.mark.parametrize("what", ["no", "closed", "passed on"])
def test_who_picks_up_in_the_second_in_which_leave_was_lost_is_not_joined(hotline: Hotline, what: str) -> None:
    person = who_may_be_called(hotline)
    anna = who_has(hotline)
    handler = put_through(hotline, anna)
    if what == "no":
        says(hotline, "call", allowed=False)
    elif what == "closed":
        closes(hotline, anna)
    else:
        hotline.at_the_desk(anna, "release")
    person.answer()
    hotline.timeline.settle()
    assert (person.state, person.heard_text, handler.bridged_with) == ("idle", "", [])


def test_a_call_that_rings_is_no_attempt_against_itself(hotline: Hotline) -> None:
    person = who_may_be_called(hotline)
    handler = put_through(hotline, who_has(hotline))
    hotline.fast_forward(seconds=10)
    person.answer()
    hotline.work()
    assert handler.bridged_with == [A_STRANGER]


def test_a_voicemail_that_was_agreed_to_on_one_number_is_not_spoken_to_on_another(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("voicemail",))
    hotline.phone(A_BORROWED_PHONE).behave("voicemail")
    says(hotline, "call", allowed=True, number=A_BORROWED_PHONE)
    handler = put_through(hotline, who_has(hotline))
    hotline.fast_forward(seconds=20)
    assert calls_to(hotline, A_BORROWED_PHONE) == 1
    assert "reached a voicemail" not in handler.heard_text


@pytest.mark.parametrize("when", ["before the key", "while it rings"])
def test_a_voicemail_may_be_refused_until_it_answers(hotline: Hotline, when: str) -> None:
    who_may_be_called(hotline, also=("voicemail",)).behave("voicemail")
    anna = who_has(hotline)
    ring(hotline, anna)
    if when == "before the key":
        says(hotline, "voicemail", allowed=False)
    handler = presses_the_key(hotline)
    assert calls_to(hotline, A_STRANGER) == 1
    if when == "while it rings":
        says(hotline, "voicemail", allowed=False)
    hotline.fast_forward(seconds=20)
    assert "reached a voicemail" not in handler.heard_text


def test_who_has_left_the_staff_since_the_button_calls_nobody(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    without = re.sub(r'\[\[staff\]\]\nalias = "anna".*?(?=\[\[staff\]\])', "", PROGRAMME, flags=re.DOTALL)
    hotline.apply(without.replace('"anna", "fatima"', '"fatima"'))
    handler = presses_the_key(hotline)
    assert calls_to(hotline, A_STRANGER) == 0
    assert handler.state == "idle"


def test_who_is_calling_us_at_this_moment_is_not_called(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    caller = hotline.caller_waiting(A_STRANGER)
    bo = presses_the_key(hotline, "bo")
    assert caller.bridged_with == [bo.number]
    handler = presses_the_key(hotline)
    assert calls_to(hotline, A_STRANGER) == 0
    assert "Vi ringde inte upp" in handler.heard_text


def test_a_number_is_forgotten_with_the_call_it_was_opened_for(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    ring(hotline, who_has(hotline))
    assert hotline.attendant.tickets.bridges()
    hotline.phone("anna").decline()
    hotline.work()
    assert not hotline.attendant.tickets.bridges()
