"""Nobody could take the call: what the caller says by keys is kept at once, and what they do not say is a no."""

from __future__ import annotations

import re

import pytest

from app.cases.endings import Ending
from app.cases.facts import Content
from app.cases.models import Case
from app.simulator.phones import Phone
from tests.doorways import signed, whole
from tests.evidence import deeds, log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER, LINE

ANOTHER_NUMBER = "0701740663"


def keys(caller: Phone, *pressed: str) -> None:
    """The caller answers one question after another."""
    for each in pressed:
        caller.press(each)


def said(case: Case) -> dict[str, tuple[bool, str]]:
    """The newest word about each way of contact: allowed, and when."""
    return {wish.channel: (wish.allowed, wish.hours.value) for wish in case.wishes}


def number_meant(hotline: Hotline, channel: str) -> str:
    """Which number a permission is about: the kind of what was kept."""
    (permission,) = [each for each in hotline.case().permissions if each.channel == channel]
    with hotline.db.reading() as session:
        return session.get_one(Content, permission.content_id).kind


def ending(hotline: Hotline) -> Ending | None:
    """How the newest call ended."""
    with hotline.db.reading() as session:
        case = session.get_one(Case, hotline.cases()[-1].id)
        return case.approaches[-1].ended_as(hotline.now)


@ON_ONE_DATABASE
def test_call_me_on_this_number_in_the_evening_text_me_but_leave_no_voicemail(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "1", "3", "1", "2")
    assert said(hotline.case()) == {
        "call": (True, "evening"),
        "sms": (True, "evening"),
        "voicemail": (False, "evening"),
    }
    assert {number_meant(hotline, channel) for channel in ("call", "sms", "voicemail")} == {"caller_number"}
    assert ending(hotline) is Ending.CALLBACK


@ON_ONE_DATABASE
def test_call_me_on_another_number_which_is_read_back_and_put_right(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "2", "0701740669#")
    assert "0 7 0, 1 7 4, 0 6, 6 9" in caller.heard[-1].text
    keys(caller, "2", f"{ANOTHER_NUMBER}#", "1", "2", "2", "1")
    assert said(hotline.case()) == {"call": (True, "day"), "sms": (False, "day"), "voicemail": (True, "day")}
    assert {number_meant(hotline, channel) for channel in ("call", "voicemail")} == {"callback_number"}


@ON_ONE_DATABASE
def test_nobody_is_called_back_on_the_lines_own_number(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "2", f"{LINE.replace('+46', '0')}#")
    assert "Det numret kan vi inte ringa." in caller.heard_text
    keys(caller, f"{ANOTHER_NUMBER}#", "1", "1")
    assert number_meant(hotline, "call") == "callback_number"


@ON_ONE_DATABASE
def test_the_code_is_the_last_thing_they_hear_before_goodbye_and_it_leads_back(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "1", "1", "2", "2")
    *_, code, goodbye = [heard.text for heard in caller.heard]
    digits = re.search(r"kod är: (\d \d \d \d, \d \d \d \d)", code)
    assert digits
    assert "Hej då" in goodbye
    again = hotline.call_from(A_BORROWED_PHONE, withheld=True)
    keys(again, "1", "4", re.sub(r"\D", "", digits[1]))
    assert hotline.cases()[-1].join.into_id == hotline.cases()[0].id


@ON_ONE_DATABASE
def test_silence_is_no_to_texts_and_to_voicemail(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "1", "1")
    hotline.fast_forward(seconds=30)
    assert said(hotline.case()) == {"call": (True, "any"), "sms": (False, "any"), "voicemail": (False, "any")}
    assert "kod är" in caller.heard_text


@ON_ONE_DATABASE
@pytest.mark.parametrize("key", ["3", "#", "*"])
def test_a_key_that_is_not_yes_is_no(hotline: Hotline, key: str):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "1", "1", key, key)
    hotline.fast_forward(seconds=30)
    assert said(hotline.case())["sms"] == (False, "any")
    assert said(hotline.case())["voicemail"] == (False, "any")


@ON_ONE_DATABASE
def test_not_by_phone_is_a_no_to_every_way_and_leaves_a_code(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "3")
    assert said(hotline.case()) == dict.fromkeys(("call", "sms", "voicemail"), (False, "any"))
    assert "kod är" in caller.heard_text
    assert ending(hotline) is Ending.DECLINED


@ON_ONE_DATABASE
def test_a_no_takes_back_what_the_same_person_allowed_before(hotline: Hotline):
    keys(hotline.caller_in_vain(A_STRANGER), "1", "1", "1", "1")
    keys(hotline.caller_in_vain(A_STRANGER), "3")
    assert not any(allowed for allowed, _hours in said(hotline.case()).values())


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("pressed", "kept"),
    [
        ((), {}),
        (("1",), {}),
        (("2", f"{ANOTHER_NUMBER}#"), {}),
        (("2", f"{ANOTHER_NUMBER}#", "1"), {}),
        (("1", "2"), {"call": (True, "day")}),
        (("1", "2", "1"), {"call": (True, "day"), "sms": (True, "day")}),
    ],
)
def test_hanging_up_at_any_question_keeps_what_was_answered_and_nothing_else(hotline: Hotline, pressed, kept):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, *pressed)
    caller.hang_up()
    hotline.fast_forward(minutes=1)
    assert said(hotline.case()) == kept


@ON_ONE_DATABASE
@pytest.mark.parametrize("start", [(), ("1",), ("2", f"{ANOTHER_NUMBER}#")])
def test_who_never_answers_a_question_is_let_go_with_a_goodbye(hotline: Hotline, start):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, *start)
    hotline.fast_forward(minutes=2)
    assert (caller.state, caller.heard[-1].text) == ("idle", "Du kan ringa när som helst. Hej då.")
    assert said(hotline.case()) == {}


@ON_ONE_DATABASE
def test_a_key_that_comes_after_the_call_was_over_is_kept_all_the_same(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    keys(caller, "1")
    caller.hang_up()
    assert ending(hotline) is Ending.ABANDONED
    (posted,) = [each for each in hotline.exchange.debugger.requests if "callback/chosen" in each.url]
    path = "/carrier/callback/hours/chosen?kind=caller_number&n=0"
    fields = {**posted.params, "Digits": "2"}
    hotline.doors.post(path, data=fields, headers=signed(whole(path), fields))
    assert said(hotline.case()) == {"call": (True, "day")}
    assert ending(hotline) is Ending.CALLBACK


@ON_ONE_DATABASE
def test_everything_posted_twice_and_again_in_any_order_leaves_what_once_leaves(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    keys(hotline.caller_in_vain(A_STRANGER), "2", f"{ANOTHER_NUMBER}#", "1", "3", "1", "1")
    keys(hotline.caller_in_vain(ANOTHER_STRANGER), "3")
    hotline.call_from(A_BORROWED_PHONE).hang_up()
    before, written = deeds(hotline.db), len(log(hotline.db))
    assert before["case_permissions"] == 6
    recorded = list(hotline.exchange.debugger.requests)
    for posted in sorted(recorded, key=lambda posted: posted.headers["X-Twilio-Signature"]):
        assert hotline.deliver_again(posted).status in (200, 204)
    assert (deeds(hotline.db), len(log(hotline.db))) == (before, written)
