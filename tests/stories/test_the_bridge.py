"""Calling the person: the handler's telephone first, one key, then theirs, from the line's number; and only with leave.

PRODUCT.md section 5 "The bridge", promises 6 and 8.
"""

from __future__ import annotations

import re

import pytest

from app.cases.permissions import Hours
from app.console.attendant import Attendant
from app.main import create_app
from app.settings import Surface
from tests.calling import (
    attempts,
    calls_to,
    digits,
    handed_to_the_carrier,
    panel,
    put_through,
    ring,
    says_it_by_key,
    signed_in,
    talking,
    who_has,
    who_may_be_called,
)
from tests.evidence import everything_kept, log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA, ANOTHER_STRANGER, LINE


@ON_ONE_DATABASE
def test_the_handler_is_called_first_and_the_person_only_after_the_key(hotline: Hotline) -> None:
    says_it_by_key(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    assert hotline.phone("anna").state == "ringing"
    assert calls_to(hotline, A_STRANGER) == 0
    hotline.phone("anna").answer()
    hotline.fast_forward(seconds=3)
    assert calls_to(hotline, A_STRANGER) == 0
    hotline.phone("anna").press("1")
    hotline.work()
    assert hotline.phone(A_STRANGER).state == "ringing"
    hotline.phone(A_STRANGER).answer()
    assert hotline.phone("anna").bridged_with == [A_STRANGER]


@ON_ONE_DATABASE
def test_neither_sees_the_others_number(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    assert handler.leg.sender == person.leg.sender == LINE
    assert person.heard_text == ""


@ON_ONE_DATABASE
def test_the_persons_number_stands_in_no_row_address_or_document(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    handler, person = talking(hotline, anna)
    person.hang_up()
    handler.press("1")
    hotline.work()
    for secret in (digits(A_STRANGER), digits(ANNA)):
        assert secret not in handed_to_the_carrier(hotline)
        assert secret.encode() not in everything_kept(hotline.db)
        assert secret not in panel(hotline, anna)
    assert not hotline.attendant.tickets._waiting


@ON_ONE_DATABASE
def test_the_room_has_a_name_that_says_nothing(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    talking(hotline, who_has(hotline))
    (room,) = set(re.findall("<Conference[^>]*>([^<]*)<", handed_to_the_carrier(hotline)))
    assert re.fullmatch(r"[0-9a-f]{32}", room)
    assert hotline.case().reference not in handed_to_the_carrier(hotline)


@ON_ONE_DATABASE
def test_the_log_knows_who_opened_the_number_before_anybody_was_called(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    put_through(hotline, who_has(hotline))
    deeds = [entry["action"] for entry in log(hotline.db)]
    (revealed,) = log(hotline.db, "case.revealed")
    assert (revealed["actor"], revealed["purpose"]) == ("anna", "first_contact")
    assert deeds.index("case.revealed") < deeds.index("contact.bridged")
    assert deeds.count("contact.bridged") == 1


@ON_ONE_DATABASE
@pytest.mark.parametrize(("key", "outcome"), [("1", "reached"), ("2", "no_answer"), ("3", "wrong_person")])
def test_afterwards_the_handler_says_by_key_how_it_went(hotline: Hotline, key: str, outcome: str) -> None:
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    person.hang_up()
    assert "Talade du med rätt person?" in handler.heard_text
    handler.press(key)
    hotline.work()
    assert handler.state == "idle"
    assert attempts(hotline) == [outcome]
    assert (hotline.case().first_contact is not None) == (outcome == "reached")


@ON_ONE_DATABASE
def test_who_says_nothing_by_key_says_it_in_the_console(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    handler, _ = talking(hotline, anna)
    handler.hang_up()
    hotline.work()
    assert "Hur gick det?" in panel(hotline, anna)
    assert attempts(hotline) == []
    hotline.at_the_desk(anna, "bridge/outcome", outcome="reached")
    assert attempts(hotline) == ["reached"]
    assert hotline.case().first_contact
    hotline.at_the_desk(anna, "bridge/outcome", outcome="reached")
    assert attempts(hotline) == ["reached"]


@ON_ONE_DATABASE
def test_an_attempt_written_by_hand_answers_the_question_too(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    handler, _ = talking(hotline, anna)
    handler.hang_up()
    hotline.work()
    hotline.at_the_desk(anna, "attempts", channel="call", outcome="reached")
    assert attempts(hotline) == ["reached"]
    assert "Hur gick det?" not in panel(hotline, anna)


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("behaviour", "outcome", "words"),
    [
        ("rings out", "no_answer", "Ingen svarade"),
        ("busy", "busy", "upptaget"),
        ("voicemail", "voicemail", "ingen människa"),
        ("says nothing", "voicemail", "ingen människa"),
    ],
)
def test_a_call_in_vain_is_written_down_and_the_handler_hears_it(
    hotline: Hotline, behaviour: str, outcome: str, words: str
) -> None:
    who_may_be_called(hotline).behave(behaviour)
    anna = who_has(hotline)
    handler = put_through(hotline, anna)
    hotline.fast_forward(seconds=60)
    assert handler.state == "idle"
    assert words in handler.heard_text
    assert attempts(hotline) == [outcome]
    assert hotline.case().first_contact is None
    assert hotline.phone(A_STRANGER).heard_text == ""
    assert "Försöket är antecknat" in panel(hotline, anna)


@ON_ONE_DATABASE
def test_the_handler_never_hears_a_voicemail_that_was_not_agreed_to(hotline: Hotline) -> None:
    who_may_be_called(hotline).behave("voicemail")
    handler = put_through(hotline, who_has(hotline))
    hotline.fast_forward(seconds=60)
    assert "reached a voicemail" not in handler.heard_text


@ON_ONE_DATABASE
def test_where_a_voicemail_is_agreed_to_the_handler_is_brought_to_it_and_speaks_themselves(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("voicemail",)).behave("voicemail")
    anna = who_has(hotline)
    assert "tala in ett meddelande" in panel(hotline, anna)
    handler = put_through(hotline, anna)
    hotline.fast_forward(seconds=15)
    assert "reached a voicemail" in handler.heard_text
    assert hotline.phone(A_STRANGER).heard_text == ""
    hotline.fast_forward(seconds=30)
    handler.press("2")
    hotline.work()
    assert attempts(hotline) == ["voicemail"]


@ON_ONE_DATABASE
@pytest.mark.parametrize("behaviour", ["rings out", "voicemail"])
def test_a_handler_who_does_not_press_the_key_calls_nobody(hotline: Hotline, behaviour: str) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    hotline.phone("anna").behave(behaviour)
    ring(hotline, anna)
    hotline.fast_forward(minutes=2)
    assert calls_to(hotline, A_STRANGER) == 0
    assert attempts(hotline) == []
    assert "Personen ringdes inte upp" in panel(hotline, anna)
    assert "2 försök kvar" in panel(hotline, anna)


@ON_ONE_DATABASE
def test_a_handler_who_hangs_up_lets_the_persons_telephone_stop(hotline: Hotline) -> None:
    person = who_may_be_called(hotline)
    handler = put_through(hotline, who_has(hotline))
    assert person.state == "ringing"
    handler.hang_up()
    hotline.work()
    assert person.state == "idle"
    assert attempts(hotline) == ["no_answer"]


@ON_ONE_DATABASE
def test_a_person_who_picks_up_as_the_handler_hangs_up_hears_nothing(hotline: Hotline) -> None:
    person = who_may_be_called(hotline)
    handler = put_through(hotline, who_has(hotline))
    handler.hang_up()
    person.answer()
    hotline.work()
    assert (person.state, person.heard_text) == ("idle", "")


@ON_ONE_DATABASE
def test_nobody_is_left_alone_on_the_line(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    handler.hang_up()
    hotline.work()
    assert person.state == "idle"


def refused(line: Hotline, anna) -> str:
    """The button is not there; who presses it all the same is told why, and nobody is called."""
    shown = panel(line, anna)
    assert 'action="/console/cases/' not in shown
    before = len(line.exchange.legs), len(log(line.db, "case.revealed"))
    assert line.at_the_desk(anna, "bridge").status_code == 409
    line.work()
    assert (len(line.exchange.legs), len(log(line.db, "case.revealed"))) == before
    return shown


@ON_ONE_DATABASE
def test_without_a_word_of_theirs_nobody_is_called(hotline: Hotline) -> None:
    hotline.caller_waiting(A_STRANGER).hang_up()
    assert "Ingen har frågat om vi får ringa" in refused(hotline, who_has(hotline))


@ON_ONE_DATABASE
def test_who_said_no_is_not_called(hotline: Hotline) -> None:
    caller = hotline.caller_in_vain(A_STRANGER)
    caller.press("3")
    hotline.work()
    assert "Personen har sagt nej" in refused(hotline, who_has(hotline))


@ON_ONE_DATABASE
def test_a_text_that_came_in_is_no_leave_to_call(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "kan ni hjälpa mig?")
    assert "Ingen har frågat" in refused(hotline, who_has(hotline))


@ON_ONE_DATABASE
def test_outside_the_safe_hours_the_page_says_when_they_begin(hotline: Hotline) -> None:
    who_may_be_called(hotline, hours=Hours.NIGHT)
    anna = who_has(hotline)
    assert "Kom tillbaka 22:00" in refused(hotline, anna)
    hotline.kill_the_engine()
    hotline.fast_forward(hours=14)
    assert "Din telefon ringer först" in panel(hotline, signed_in(hotline, "anna"))


@ON_ONE_DATABASE
def test_two_attempts_in_the_safe_hours_and_no_more(hotline: Hotline) -> None:
    who_may_be_called(hotline, hours=Hours.DAY).behave("busy")
    anna = who_has(hotline)
    put_through(hotline, anna)
    hotline.fast_forward(minutes=1)
    assert "Försöken ska stå isär" in refused(hotline, anna)
    hotline.fast_forward(minutes=15)
    assert "Ett försök kvar" in panel(hotline, anna)
    put_through(hotline, anna)
    hotline.fast_forward(minutes=16)
    assert "Nästa gång är i morgon 08:00" in refused(hotline, anna)
    assert calls_to(hotline, A_STRANGER) == 2


@ON_ONE_DATABASE
def test_who_has_been_in_contact_may_call_again_at_once(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    for _ in range(3):
        handler, person = talking(hotline, anna)
        person.hang_up()
        handler.press("1")
        hotline.fast_forward(seconds=10)
    assert attempts(hotline) == ["reached"] * 3


@ON_ONE_DATABASE
def test_hours_that_end_while_the_telephone_rings_end_the_call(hotline: Hotline) -> None:
    who_may_be_called(hotline, hours=Hours.DAY)
    anna = who_has(hotline)
    hotline.kill_the_engine()
    hotline.wait_until(hotline.now.replace(hour=15, minute=59, second=55))
    anna = signed_in(hotline, "anna")
    ring(hotline, anna)
    handler = hotline.phone("anna")
    handler.answer()
    hotline.fast_forward(seconds=6)
    handler.press("1")
    hotline.work()
    assert calls_to(hotline, A_STRANGER) == 0
    assert "Vi ringde inte upp" in handler.heard_text
    assert attempts(hotline) == []


@ON_ONE_DATABASE
def test_who_passed_the_case_on_meanwhile_is_put_through_to_nobody(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    hotline.at_the_desk(anna, "release")
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.work()
    assert calls_to(hotline, A_STRANGER) == 0


@ON_ONE_DATABASE
def test_a_case_that_is_not_theirs_is_unknown_to_them(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    who_has(hotline)
    bo = signed_in(hotline, "bo")
    for deed in ("bridge", "bridge/colleague", "bridge/outcome", "texts"):
        assert hotline.at_the_desk(bo, deed, outcome="reached", alias="carin").status_code == 404
    assert bo.get(f"/console/cases/{hotline.case().reference}/bridge").status_code == 404
    assert attempts(hotline) == []


@ON_ONE_DATABASE
def test_the_button_works_once_at_a_time(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    assert hotline.at_the_desk(anna, "bridge").status_code == 409
    hotline.work()
    assert len(log(hotline.db, "case.revealed")) == 1


@ON_ONE_DATABASE
def test_a_handler_in_a_call_is_not_rung_for_the_next_caller(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    talking(hotline, who_has(hotline))
    before = calls_to(hotline, ANNA)
    hotline.caller_waiting(ANOTHER_STRANGER)
    assert calls_to(hotline, ANNA) == before
    assert hotline.phone("bo").state == "ringing"


def test_the_carrier_may_say_everything_twice(hotline: Hotline) -> None:
    hotline.exchange.faults.duplicate_webhooks = True
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    person.hang_up()
    handler.press("1")
    hotline.work()
    assert attempts(hotline) == ["reached"]
    assert calls_to(hotline, A_STRANGER) == 1
    assert len(log(hotline.db, "contact.bridged")) == 1


@ON_ONE_DATABASE
def test_callbacks_out_of_order_change_nothing(hotline: Hotline) -> None:
    hotline.exchange.faults.reorder_callbacks = True
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    person.hang_up()
    handler.press("3")
    hotline.work()
    assert attempts(hotline) == ["wrong_person"]


@ON_ONE_DATABASE
def test_callbacks_that_never_come_leave_nobody_waiting(hotline: Hotline) -> None:
    who_may_be_called(hotline).behave("rings out")
    handler = put_through(hotline, who_has(hotline))
    hotline.exchange.faults.lose_callbacks()
    hotline.fast_forward(minutes=3)
    assert "Ingen svarade" in handler.heard_text
    assert handler.state == "idle"
    assert attempts(hotline) == ["no_answer"]


@ON_ONE_DATABASE
def test_a_console_that_dies_between_the_button_and_the_key_calls_nobody_and_says_so(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    hotline.start()
    handler = hotline.phone("anna")
    handler.answer()
    handler.press("1")
    hotline.fast_forward(seconds=15)
    assert calls_to(hotline, A_STRANGER) == 0
    assert "Vi ringde inte upp" in handler.heard_text
    anna = signed_in(hotline, "anna")
    assert "2 försök kvar" in panel(hotline, anna)


@ON_ONE_DATABASE
def test_a_console_that_dies_while_they_talk_does_not_cut_them_off_and_the_next_one_tidies_up(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    handler, person = talking(hotline, who_has(hotline))
    hotline.start()
    hotline.work()
    assert handler.bridged_with == [person.number]
    handler.hang_up()
    hotline.work()
    assert person.state == "idle"


@ON_ONE_DATABASE
def test_two_processes_attend_to_one_bridge_and_nothing_is_done_twice(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    first = hotline.attendant
    other = Attendant(first.db, first.outside, first.directory, first.public_url)
    assert hotline.at_the_desk(anna, "bridge").status_code == 200
    before = calls_to(hotline, ANNA)
    assert other.attend(hotline.now) + first.attend(hotline.now) == 1
    hotline.timeline.settle()
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    assert (other.attend(hotline.now), first.attend(hotline.now), other.attend(hotline.now)) == (0, 1, 0)
    hotline.timeline.settle()
    assert (calls_to(hotline, ANNA) - before, calls_to(hotline, A_STRANGER)) == (1, 1)


@ON_ONE_DATABASE
@pytest.mark.parametrize(("status", "code"), [(400, 21211), (429, 20429)])
def test_a_carrier_that_will_not_call_them_costs_no_attempt(hotline: Hotline, status: int, code: int) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.exchange.faults.refuse(1, status=status, code=code, on="Calls")
    hotline.work()
    assert "Vi ringde inte upp" in hotline.phone("anna").heard_text
    assert attempts(hotline) == []
    hotline.exchange.faults.clear()
    assert "2 försök kvar" in panel(hotline, anna)


@ON_ONE_DATABASE
def test_an_answer_that_got_lost_calls_nobody_twice(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    ring(hotline, anna)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.exchange.faults.lose_answers(1)
    hotline.work()
    hotline.phone(A_STRANGER).answer()
    hotline.work()
    assert calls_to(hotline, A_STRANGER) == 1
    assert hotline.phone("anna").bridged_with == [A_STRANGER]


@ON_ONE_DATABASE
def test_without_a_carrier_the_page_says_that_calls_are_made_by_hand(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    settings = hotline.settings.model_copy(update={"twilio_account_sid": None, "surfaces": (Surface.CONSOLE,)})
    doors = create_app(settings, clock=hotline.clock, database=hotline.db)
    assert doors.surfaces[Surface.CONSOLE].state.site.attending is None
    hotline.app = doors
    anna = signed_in(hotline, "anna")
    page = anna.get(f"/console/cases/{hotline.case().reference}").text
    assert "ring för hand" in page
    csrf = hidden_fields(page)["csrf"]
    answer = anna.post(f"/console/cases/{hotline.case().reference}/bridge", data={"csrf": csrf})
    assert answer.status_code == 409
    assert log(hotline.db, "case.revealed") == []


@ON_ONE_DATABASE
def test_an_old_permission_is_worth_asking_about(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    who_has(hotline)
    hotline.kill_the_engine()
    hotline.timeline.advance(8 * 24 * 3600)
    assert "mer än en vecka gammalt" in panel(hotline, signed_in(hotline, "anna"))
    hotline.timeline.advance(23 * 24 * 3600)
    assert "mer än 30 dagar gammalt" in refused(hotline, signed_in(hotline, "anna"))


@ON_ONE_DATABASE
def test_what_they_say_in_the_conversation_is_written_down_and_counts_from_then_on(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    anna = who_has(hotline)
    number = hotline.case().permissions[-1].content_id
    words = {"call": "yes", "sms": "yes", "voicemail": "no", "hours": "night", "about": number}
    assert hotline.at_the_desk(anna, "permissions", **words).status_code == 404
    handler, person = talking(hotline, anna)
    person.hang_up()
    handler.press("1")
    hotline.work()
    assert hotline.at_the_desk(anna, "permissions", **words | {"hours": ""}).status_code == 422
    assert hotline.at_the_desk(anna, "permissions", **words | {"about": "another"}).status_code == 422
    assert hotline.at_the_desk(anna, "permissions", hours="night", about=number).status_code == 422
    assert hotline.at_the_desk(anna, "permissions", **words).status_code == 200
    assert "Säkra tider är nätter" in panel(hotline, anna)
    assert [entry["actor"] for entry in log(hotline.db, "permission.given")][-3:] == ["anna"] * 3
