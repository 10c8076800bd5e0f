"""Somebody listens in, or there is no voice left: yes and no by keys, before and while a handler is on the line."""

from __future__ import annotations

import pytest

from app.simulator.phones import Phone
from tests.evidence import deeds, log
from tests.hotline import TO_PRESS_STAR, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANNA

TO_ANSWER = 8.5


def cannot_speak(hotline: Hotline, *keys: str, withheld: bool = False) -> Phone:
    """Somebody calls in Swedish, presses 5 because they cannot speak, and answers with these keys."""
    caller = hotline.call_from(A_BORROWED_PHONE if withheld else A_STRANGER, withheld=withheld)
    for key in ("1", "5", *keys):
        caller.press(key)
    return caller


def said(hotline: Hotline) -> dict[str, bool]:
    return {wish.channel: wish.allowed for wish in hotline.case().wishes}


def test_the_key_is_offered_at_the_menu_and_asks_about_danger_first(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    caller.press("1")
    assert "Om du inte kan prata, tryck 5." in caller.heard_text
    caller.press("5")
    assert "fara" in caller.heard[-1].text
    assert "inte säga något" in caller.heard_text


@ON_ONE_DATABASE
def test_yes_to_danger_is_kept_at_once_says_112_and_hurries_everybody(hotline: Hotline):
    caller = cannot_speak(hotline, "1")
    assert "ring 112" in caller.heard_text.rpartition("liv i fara")[2]
    assert hotline.case().danger.by == "caller"
    assert [entry["actor"] for entry in log(hotline.db, "danger.marked")] == ["caller"]
    caller.hang_up()
    hotline.work()
    assert hotline.phone("anna").ringing
    assert hotline.phone("bo").ringing, "the acute ladder calls the backup at once"


@ON_ONE_DATABASE
@pytest.mark.parametrize("key", ["2", "", "7"])
def test_no_silence_and_a_slip_of_the_finger_are_no_danger(hotline: Hotline, key: str):
    caller = cannot_speak(hotline, *key)
    hotline.timeline.advance(TO_ANSWER)
    assert hotline.case().danger is None
    assert "ligg kvar" not in caller.heard_text.lower()


def test_every_answer_is_kept_at_once(hotline: Hotline):
    caller = cannot_speak(hotline, "2", "1")
    assert said(hotline) == {"call": True}
    caller.press("1")
    assert said(hotline) == {"call": True, "sms": True}
    hotline.timeline.advance(TO_PRESS_STAR)
    assert hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_silence_about_texts_is_no_and_silence_about_calls_is_left_open(hotline: Hotline):
    cannot_speak(hotline, "2")
    hotline.timeline.advance(3 * TO_ANSWER)
    assert said(hotline) == {"sms": False}
    assert hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_the_handler_hears_that_the_caller_cannot_speak_and_gets_them_by_pressing_1(hotline: Hotline):
    caller = cannot_speak(hotline, "2", "2", "2")
    assert "en gång på ettan för ja" in caller.heard_text
    hotline.timeline.advance(TO_PRESS_STAR)
    anna = hotline.phone("anna")
    anna.answer()
    assert "kan inte prata" in anna.heard_text
    assert not caller.bridged_with
    anna.press("1")
    assert caller.bridged_with == [ANNA]


@ON_ONE_DATABASE
def test_who_may_be_called_anyway_is_not_asked_again_when_nobody_answers(hotline: Hotline):
    caller = cannot_speak(hotline, "2", "1", "2")
    hotline.fast_forward(minutes=3)
    assert caller.state == "idle"
    assert "När får vi ringa" not in caller.heard_text
    assert "Ingen kunde svara" in caller.heard_text
    assert "kod är" in caller.heard_text
    assert said(hotline) == {"call": True, "sms": False}


@ON_ONE_DATABASE
def test_who_may_not_be_called_at_any_hour_is_asked_about_the_rest_when_nobody_answers(hotline: Hotline):
    caller = cannot_speak(hotline, "2", "2", "2")
    hotline.everybody_rings_out()
    for key in ("2", "0701740663#", "1", "3"):
        caller.press(key)
    hotline.fast_forward(minutes=1)
    caller.press("2")
    assert "skickar sms till det numret" not in caller.heard_text, "they said so already"
    assert said(hotline) == {"call": True, "sms": False, "voicemail": False}
    assert hotline.case().wishes[-2].hours == "evening"


@ON_ONE_DATABASE
def test_a_hidden_number_is_asked_about_danger_only(hotline: Hotline):
    caller = cannot_speak(hotline, "1", withheld=True)
    assert "Får vi" not in caller.heard_text
    hotline.timeline.advance(TO_PRESS_STAR)
    assert hotline.phone("anna").ringing


@ON_ONE_DATABASE
@pytest.mark.parametrize("before", [(), ("2",), ("2", "1")])
def test_star_leads_out_of_the_questions_too(hotline: Hotline, before):
    caller = cannot_speak(hotline, *before, "*")
    assert "skrivit upp att du ringde" in caller.heard_text
    assert not hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_the_case_page_says_that_they_answer_by_keys(hotline: Hotline):
    cannot_speak(hotline, "2").hang_up()
    page = hotline.sign_in("anna").get(f"/console/cases/{hotline.case().reference}").text
    assert "Kunde inte prata; svarade med knapparna." in page


def test_posted_twice_it_is_kept_once(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    cannot_speak(hotline, "1", "1", "1")
    found = deeds(hotline.db)
    assert (found["case_permissions"], found["case_return_codes"]) == (2, 1)
    assert len(log(hotline.db, "danger.marked")) == 1
    assert len([entry for entry in log(hotline.db, "approach.told") if entry["facts"]["what"] == "cannot_speak"]) == 1
