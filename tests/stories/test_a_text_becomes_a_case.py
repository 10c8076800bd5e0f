"""A text becomes a case or joins one, and nothing ever goes back to the telephone it came from."""

from __future__ import annotations

from sqlalchemy import select

from app.cases import queries
from app.cases.first_contact import Standing
from app.cases.models import Case
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER


def test_a_text_is_a_case_and_gets_no_reply(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut")
    assert hotline.case().standing is Standing.WAITING
    assert hotline.case().reference in hotline.phone("anna").inbox[-1].body
    assert not hotline.phone(A_STRANGER).inbox


def test_a_second_text_and_a_call_from_the_same_number_join_the_case_that_waits(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut")
    due = hotline.case().due_at
    hotline.fast_forward(minutes=3)
    hotline.text_from(A_STRANGER, "är ni där?")
    hotline.call_from(A_STRANGER).hang_up()
    case = hotline.case()
    assert [approach.channel for approach in case.approaches] == ["sms", "sms", "phone"]
    assert case.due_at == due


def test_after_a_restart_the_same_number_opens_a_second_case_that_names_the_first(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut")
    hotline.restart()
    hotline.text_from(A_STRANGER, "är ni där?")
    first, second = hotline.cases()
    with hotline.db.reading() as session:
        same = queries.maybe_the_same(session, session.get_one(Case, second.id))
        assert [case.reference for case in same] == [first.reference]
        assert session.scalar(select(Case).where(Case.continues_id.is_not(None))) is None


def test_after_contact_the_same_number_is_a_new_case_with_a_clock_of_its_own(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut")
    hotline.text_from("anna", "1")
    hotline.record_contact("anna")
    hotline.fast_forward(minutes=1)
    hotline.text_from(A_STRANGER, "det är jag igen")
    first, second = hotline.cases()
    assert first.standing is Standing.REACHED
    assert second.standing is Standing.WAITING
    assert second.due_at > first.due_at


def test_a_hidden_number_never_joins_however_the_carrier_spells_it(hotline: Hotline):
    for spelling in ("Anonymous", "Anonymous", "+266696687", "+266696687", ""):
        hotline.call_from(A_STRANGER, withheld=spelling).hang_up()
    assert [case.approaches[0].withheld for case in hotline.cases()] == [True] * 5


@ON_ONE_DATABASE
def test_a_word_that_carriers_answer_is_a_case_like_any_other_and_answered_by_nobody(hotline: Hotline):
    for number, word in ((A_STRANGER, "STOP"), (ANOTHER_STRANGER, "END"), (A_BORROWED_PHONE, "SLUT")):
        hotline.text_from(number, word)
    assert len(hotline.cases()) == 3
    assert hotline.phone("anna").inbox
    assert hotline.numbers_reached() <= hotline.staff_numbers
