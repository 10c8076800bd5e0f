"""Taking a case: by a key, by a text, by whoever is first; and passing it on, with the clock running as before."""

from __future__ import annotations

from datetime import timedelta

from app.cases.first_contact import Standing
from app.notifications.wording import say
from tests.evidence import deeds
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


@ON_ONE_DATABASE
def test_a_key_on_the_paging_call_takes_the_case_and_nobody_is_paged_any_more(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    anna = hotline.phone("anna")
    anna.answer()
    assert " ".join(hotline.case().reference) in anna.heard_text
    anna.press("1")
    assert hotline.case().hold.person.alias == "anna"
    hotline.fast_forward(hours=1)
    assert not hotline.phone("carin").inbox


@ON_ONE_DATABASE
def test_a_wrong_key_on_the_paging_call_is_asked_again(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    anna = hotline.phone("anna")
    anna.answer()
    anna.press("7")
    anna.press("1")
    assert hotline.case().standing is Standing.TAKEN


@ON_ONE_DATABASE
def test_a_text_takes_the_case_that_was_paged_last(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "ok")
    assert hotline.case().hold.via == "sms"
    assert said("anna", hotline) == say("sv", "sms.taken", reference=hotline.case().reference)


@ON_ONE_DATABASE
def test_a_reference_takes_that_case_and_no_other(hotline: Hotline):
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.text_from(number, "hej")
        hotline.fast_forward(seconds=1)
    first, second = hotline.cases()
    hotline.text_from("bo", f" 1 {first.reference.lower()}. ")
    first, second = hotline.cases()
    assert first.hold.person.alias == "bo"
    assert second.hold is None


@ON_ONE_DATABASE
def test_of_two_who_take_it_one_has_it_and_the_other_is_told(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    anna, bo = hotline.phone("anna"), hotline.phone("bo")
    for phone in (anna, bo):
        phone.answer()
    for phone in (bo, anna):
        phone.press("1")
    hotline.text_from("carin", f"1 {hotline.case().reference}")
    assert hotline.case().hold.person.alias == "bo"
    assert "Någon annan" in anna.heard_text
    assert said("carin", hotline) == say("sv", "sms.already_taken", reference=hotline.case().reference)


@ON_ONE_DATABASE
def test_passing_on_pages_the_next_in_line_at_once_and_moves_no_deadline(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    due = hotline.case().due_at
    hotline.fast_forward(minutes=2)
    hotline.text_from("anna", "2")
    case = hotline.case()
    assert case.reference in hotline.phone("bo").inbox[-1].body
    assert case.responsible.person.alias == "bo"
    assert case.due_at == due
    assert said("anna", hotline) == say("sv", "sms.passed", reference=case.reference)


@ON_ONE_DATABASE
def test_a_case_that_is_held_can_be_passed_on_by_a_key_and_waits_again(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=5)
    anna = hotline.phone("anna")
    anna.answer()
    anna.press("2")
    hotline.work()
    assert hotline.case().standing is Standing.WAITING
    assert hotline.phone("bo").inbox


@ON_ONE_DATABASE
def test_only_who_holds_a_case_can_pass_it_on(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.text_from("bo", f"2 {hotline.case().reference}")
    assert hotline.case().hold.person.alias == "anna"


@ON_ONE_DATABASE
def test_a_question_mark_lists_what_waits_and_not_what_is_taken(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.text_from("bo", "?")
    assert said("bo", hotline) == say("sv", "sms.nothing_waits")
    hotline.text_from(ANOTHER_STRANGER, "hej")
    hotline.text_from("bo", "?")
    assert said("bo", hotline) == say("sv", "sms.waiting", lines=hotline.cases()[1].reference)


@ON_ONE_DATABASE
def test_anything_else_from_a_member_of_staff_is_answered_with_help_and_is_never_a_case(hotline: Hotline):
    for words in ("jag kommer senare", "", "1", "1 ZZZZ", "STOPP"):
        hotline.text_from("fatima", words)
        assert said("fatima", hotline) == say("en", "sms.help")
    assert not hotline.cases()


@ON_ONE_DATABASE
def test_a_text_of_staff_that_the_carrier_repeats_is_obeyed_once(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "2")
    before = deeds(hotline.db)
    (command,) = [posted for posted in hotline.exchange.debugger.to("/carrier/sms") if posted.params["Body"] == "2"][:1]
    hotline.fast_forward(minutes=1)
    hotline.deliver_again(command)
    hotline.work()
    assert deeds(hotline.db) == before
    assert before["escalation_passes"] == 1
    assert before["cases"] == 1


@ON_ONE_DATABASE
def test_a_call_of_a_stranger_that_is_answered_takes_the_case_too(hotline: Hotline):
    hotline.caller_waiting(A_BORROWED_PHONE)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    case = hotline.case()
    assert case.hold.via == "call"
    assert case.first_contact is None, "who is on the line is in contact only when the handler says so"
    assert case.due_at - case.opened_at == timedelta(hours=24)


def said(name: str, hotline: Hotline) -> str:
    """The last text this member of staff got."""
    return hotline.phone(name).inbox[-1].body


@ON_ONE_DATABASE
def test_who_had_the_caller_on_the_line_may_record_the_contact_though_a_colleague_holds_the_case(hotline: Hotline):
    hotline.call_from(A_STRANGER).hang_up()
    hotline.work()
    hotline.text_from("carin", f"1 {hotline.case().reference}")
    hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    desk, page = hotline.sign_in("anna"), f"/console/cases/{hotline.case().reference}"
    fields = hidden_fields(desk.get(page).text) | {"channel": "call", "outcome": "reached"}
    desk.post(f"{page}/attempts", data=fields)
    assert hotline.case().standing is Standing.REACHED


@ON_ONE_DATABASE
def test_handing_on_again_and_again_reaches_the_coordinator_instead_of_going_round(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    for _ in range(3):
        for alias in ("anna", "bo"):
            hotline.text_from(alias, f"2 {hotline.case().reference}")
            hotline.fast_forward(seconds=10)
    assert hotline.phone("carin").inbox or hotline.phone("carin").ringing
    assert len(hotline.steps()) < 8
