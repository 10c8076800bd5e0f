"""An approach of our own goes through everything: whoever is on call is paged, answers, and it is over."""

from __future__ import annotations

import pytest

from app.cases.models import Case
from app.console.wording import say
from app.health import status
from tests import people
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

WITH_CANARIES = people.PROGRAMME.replace("[routine]", '[routine]\ncanary_every = "PT24H"')


def send(hotline: Hotline) -> Case:
    """The engine looks whether it is time, and the page goes out."""
    assert hotline.engine
    assert hotline.engine.canaries
    hotline.engine.canaries.look()
    hotline.work()
    return next(case for case in reversed(hotline.cases()) if case.is_canary)


@ON_ONE_DATABASE
def test_it_reaches_the_handler_on_call_marked_as_a_test_and_is_over_when_they_answer_by_text(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    canary = send(hotline)
    (text,) = hotline.phone("anna").inbox
    assert canary.reference.startswith("TEST")
    assert text.body == f"Prov: inget ärende väntar. Svara 1 {canary.reference}, så vet vi att larmen når dig."

    hotline.text_from("anna", "1")

    assert hotline.case().closure.code == "canary"
    assert hotline.phone("anna").inbox[-1].body == "Tack, provet kom fram."
    assert [entry["actor"] for entry in log(hotline.db, "canary.answered")] == ["anna"]
    hotline.fast_forward(hours=25)
    assert hotline.case().breach is None


@ON_ONE_DATABASE
def test_by_call_it_says_that_it_is_a_test_and_a_key_answers_it(hotline: Hotline):
    hotline.apply(WITH_CANARIES.replace('by = ["sms", "push"]', 'by = ["call"]'))
    send(hotline)
    hotline.fast_forward(seconds=2)
    anna = hotline.phone("anna")
    anna.answer()
    assert "Det här är ett prov" in anna.heard_text
    anna.press("1")
    assert "Provet kom fram" in anna.heard_text
    assert hotline.case().closure


@ON_ONE_DATABASE
@pytest.mark.parametrize("answer", ["2", "ok"])
def test_to_pass_it_on_is_an_answer_too_and_wakes_nobody_else(hotline: Hotline, answer: str):
    hotline.apply(WITH_CANARIES)
    send(hotline)
    hotline.text_from("anna", answer)
    hotline.fast_forward(hours=2)
    assert hotline.case().closure
    assert not any(hotline.phone(alias).inbox for alias in ("bo", "carin", "dag"))


def test_unanswered_it_wakes_no_ladder_and_the_coordinator_is_told_once(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    canary = send(hotline)
    for _ in range(4):
        hotline.fast_forward(minutes=10)
        send(hotline)
    (told,) = hotline.phone("carin").inbox
    assert told.body.startswith("Provet som skickades till jouren är inte besvarat")
    assert len(hotline.phone("anna").inbox) == 1
    assert not hotline.phone("anna").on_a_call
    assert not hotline.phone("bo").inbox
    assert len(log(hotline.db, "canary.lost")) == 1
    hotline.fast_forward(hours=30)
    assert [case.breach for case in hotline.cases() if case.id == canary.id] == [None]
    assert len(hotline.phone("anna").inbox) == 1
    assert not hotline.phone("dag").inbox


@ON_ONE_DATABASE
def test_a_telephone_that_does_not_take_it_is_tried_by_its_other_channel(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    hotline.exchange.faults.refuse(times=1, status=400, code=21610, on="Messages")
    send(hotline)
    hotline.fast_forward(seconds=2)
    assert hotline.phone("anna").ringing
    assert not hotline.phone("bo").inbox


def test_it_counts_in_no_figure_and_stands_apart_on_the_board(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    canary = send(hotline)
    with hotline.db.reading() as session:
        now = status(session, at=hotline.now)
    assert (now.waiting, now.taken, now.overdue, now.next_due_at, now.worst_lateness_s) == (0, 0, 0, None, 0)

    hotline.text_from(A_STRANGER, "hej")
    browser = hotline.sign_in("anna")
    board = browser.get("/console/").text
    assert say("sv", "board.one") in board, "the other one is counted nowhere"
    assert "Ett ärende väntar" in board or "1 ärende" in board
    assert board.index(canary.reference) > board.index("Prov som inte är besvarade")
    page = browser.get(f"/console/cases/{canary.reference}").text
    assert "Det här är ett prov." in page


@ON_ONE_DATABASE
def test_it_is_sent_again_when_the_interval_is_over_and_never_where_the_programme_names_none(hotline: Hotline):
    assert hotline.engine
    assert hotline.engine.canaries
    hotline.engine.canaries.look()
    assert hotline.cases() == []
    hotline.apply(WITH_CANARIES)
    send(hotline)
    hotline.text_from("anna", "1")
    hotline.fast_forward(hours=23)
    send(hotline)
    assert len(hotline.cases()) == 1
    hotline.fast_forward(hours=1)
    send(hotline)
    assert len(hotline.cases()) == 2


@ON_ONE_DATABASE
def test_a_page_about_a_real_case_never_shares_a_message_with_a_canarys(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    hotline.start()
    send(hotline)
    bodies = [text.body for text in hotline.phone("anna").inbox]
    assert len(bodies) == 2
    assert sum(body.startswith("Prov:") for body in bodies) == 1


@ON_ONE_DATABASE
def test_a_bare_one_means_who_really_waits_and_not_the_canary_that_came_after(hotline: Hotline):
    hotline.apply(WITH_CANARIES)
    hotline.text_from(A_STRANGER, "hej")
    hotline.timeline.advance(20)
    canary = send(hotline)
    hotline.text_from("anna", "1")
    real = next(case for case in hotline.cases() if not case.is_canary)
    assert real.hold
    assert real.hold.person.alias == "anna"
    hotline.text_from("anna", f"1 {canary.reference}")
    assert next(case for case in hotline.cases() if case.is_canary).closure


@ON_ONE_DATABASE
def test_canaries_that_nobody_answered_stand_behind_who_really_waits(hotline: Hotline):
    hotline.apply(people.SELDOM.replace("[routine]", '[routine]\ncanary_every = "PT1H"'))
    for _ in range(5):
        send(hotline)
        hotline.timeline.advance(3600)
    hotline.text_from(A_STRANGER, "hej")
    real = next(case for case in hotline.cases() if not case.is_canary)
    hotline.text_from("bo", "?")
    assert real.reference in hotline.phone("bo").inbox[-1].body.split(", ")[0]
