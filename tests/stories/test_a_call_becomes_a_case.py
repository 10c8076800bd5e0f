"""A call becomes a sealed case with a running clock before the caller hears a word."""

from __future__ import annotations

from datetime import timedelta

from app.cases.first_contact import Standing
from tests.hotline import TO_PRESS_STAR, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANNA, ANOTHER_STRANGER, BO, MONDAY


def test_a_call_is_a_case_due_in_twenty_four_hours(hotline: Hotline):
    hotline.call_from(A_STRANGER)
    case = hotline.case()
    assert case.opened_at == MONDAY
    assert case.due_at == MONDAY + timedelta(hours=24)
    assert case.standing is Standing.WAITING


@ON_ONE_DATABASE
def test_the_caller_is_greeted_neutrally_and_told_about_112(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    first = caller.heard[0].text
    assert "112" in first
    assert "Vändpunkten" not in caller.heard_text


def test_a_caller_chooses_english_and_says_they_worry_about_someone(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    caller.press("2")
    caller.press("2")
    (approach,) = hotline.case().approaches
    assert (approach.language, approach.role) == ("en", "relative")
    assert caller.heard[-1].language == "en-GB"


@ON_ONE_DATABASE
def test_a_caller_who_presses_nothing_is_a_person_anyway(hotline: Hotline):
    hotline.call_from(A_STRANGER)
    hotline.fast_forward(seconds=20)
    assert hotline.case().approaches[0].role == "unknown"
    assert hotline.phone(ANNA).ringing


def test_hanging_up_after_the_first_word_loses_nothing(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    caller.hang_up()
    hotline.work()
    assert hotline.case().standing is Standing.WAITING
    assert hotline.phone(ANNA).inbox


def test_only_who_presses_one_gets_the_caller(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    anna = hotline.phone(ANNA)
    anna.answer()
    assert not caller.bridged_with
    anna.press("1")
    assert caller.bridged_with == [ANNA]
    assert hotline.case().hold.person.alias == "anna"


@ON_ONE_DATABASE
def test_a_voicemail_never_gets_the_caller_and_the_next_telephone_rings(hotline: Hotline):
    hotline.phone(ANNA).behaviour = "voicemail"
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.fast_forward(seconds=20)
    assert not caller.bridged_with
    bo = hotline.phone(BO)
    bo.answer()
    bo.press("1")
    assert caller.bridged_with == [BO]


@ON_ONE_DATABASE
def test_when_nobody_answers_the_caller_asks_to_be_called_in_the_evening(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    caller.press("1")
    caller.press("3")
    (call,) = hotline.case().permissions
    assert (call.channel, call.allowed, call.hours) == ("call", True, "evening")
    assert "24 timmar" in caller.heard_text


@ON_ONE_DATABASE
def test_a_hidden_caller_leaves_another_number(hotline: Hotline):
    caller = hotline.caller_in_vain(A_BORROWED_PHONE, withheld=True)
    caller.press("1")
    caller.press("0701740663#")
    caller.press("1")
    caller.press("1")
    case = hotline.case()
    assert case.approaches[0].withheld
    assert case.permissions[0].content_id


def test_two_hidden_callers_are_two_cases(hotline: Hotline):
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.call_from(number, withheld=True).hang_up()
    assert len(hotline.cases()) == 2


@ON_ONE_DATABASE
def test_who_says_do_not_call_hears_a_code_and_nobody_may_call(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    caller.press("3")
    assert not any(permission.allowed for permission in hotline.case().permissions)
    assert "kod" in caller.heard_text


@ON_ONE_DATABASE
def test_who_wants_to_key_a_code_and_keys_none_is_asked_to_wait_like_everybody(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    caller.press("1")
    caller.press("4")
    hotline.timeline.advance(10.5)
    assert "Stanna kvar." in caller.heard_text
    hotline.timeline.advance(TO_PRESS_STAR)
    assert hotline.phone("anna").ringing


def test_a_code_from_an_earlier_call_joins_that_case_and_the_earlier_clock_counts(hotline: Hotline):
    first = hotline.caller_in_vain(A_STRANGER)
    first.press("3")
    code = "".join(filter(str.isdigit, first.heard_text.rpartition("kod är:")[2].split(".")[0]))
    hotline.fast_forward(hours=1)
    later = hotline.call_from(A_BORROWED_PHONE, withheld=True)
    later.press("1")
    later.press("4")
    later.press(code)
    older, newer = hotline.cases()
    assert newer.join.into_id == older.id
    assert newer.standing is Standing.JOINED
