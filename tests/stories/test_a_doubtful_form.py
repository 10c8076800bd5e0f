"""A form that a machine may have sent wakes nobody at night, is read by a person all the same, and in time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.cases.doubts import Doubt
from app.escalation.models import StepTaken
from tests.evidence import given_away
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE


def references_told(hotline: Hotline, alias: str) -> str:
    return "".join(text.body for text in hotline.phone(alias).inbox)


def steps(hotline: Hotline) -> list[StepTaken]:
    with hotline.db.reading() as session:
        return list(session.scalars(select(StepTaken).order_by(StepTaken.ran_at)))


def sleep(hotline: Hotline, **how_long: float) -> None:
    """Time passes without anybody looking, which is quicker than ringing every ten minutes for a whole night."""
    hotline.timeline.advance(timedelta(**how_long).total_seconds())
    hotline.work()


@ON_ONE_DATABASE
def test_at_night_nobody_is_woken_for_it_in_the_morning_somebody_is_told_and_its_deadline_stands(hotline: Hotline):
    hotline.fast_forward(hours=17)  # two in the morning
    came = hotline.now
    hotline.send_form("never opened", contact="none", message="köp")
    hotline.send_form("never opened", contact="none", message="hjälp", danger="yes")
    hotline.fill_in_form(contact="none", message="min bror")
    hotline.work()
    doubtful, endangered, real = hotline.cases()
    told = references_told(hotline, "anna")
    assert doubtful.reference not in told
    assert endangered.reference in told
    assert real.reference in told
    assert doubtful.responsible is not None
    assert doubtful.due_at == came + timedelta(hours=24)

    anna = hotline.sign_in("anna")
    board = anna.get("/console/").text
    assert board.index(real.reference) < board.index("Kanske skickade av en maskin") < board.index(doubtful.reference)
    assert "snabbare än någon hinner läsa" in anna.get(f"/console/cases/{doubtful.reference}").text

    sleep(hotline, hours=5, minutes=59)
    assert doubtful.reference not in references_told(hotline, "anna")
    sleep(hotline, minutes=1)
    assert doubtful.reference in references_told(hotline, "anna")
    sleep(hotline, hours=17)
    mine = [step for step in steps(hotline) if step.case_id == doubtful.id]
    assert mine[0].due_at == came + timedelta(hours=6), "at eight"
    assert "uncontacted.0.0" in {step.step for step in mine}, "an hour before the deadline everybody hears of it"
    assert not given_away(hotline)


@ON_ONE_DATABASE
def test_by_day_it_is_told_at_once_and_taking_it_lifts_it_among_the_others(hotline: Hotline):
    hotline.send_form("never opened", contact="none")
    hotline.fill_in_form(contact="none", homepage="http://buy.example.org")
    hotline.work()
    hasty, trapped = hotline.cases()
    told = references_told(hotline, "anna")
    assert {hasty.reference in told, trapped.reference in told} == {True}
    with hotline.db.reading() as session:
        assert list(session.scalars(select(Doubt.because).order_by(Doubt.because))) == ["haste", "trap"]

    hotline.text_from("anna", f"1 {hasty.reference}")
    board = hotline.sign_in("anna").get("/console/").text
    assert board.index(hasty.reference) < board.index("Kanske skickade av en maskin") < board.index(trapped.reference)


@ON_ONE_DATABASE
def test_a_form_that_came_back_at_once_is_received_and_doubted_and_one_put_right_later_is_not(hotline: Hotline):
    drawn = hidden_fields(hotline.doors.get("/sv/contact").text)["nonce"]
    hotline.send_form(drawn, contact="none")
    again = hotline.send_form("lost", contact="")
    hotline.timeline.advance(30)
    hotline.send_form(hidden_fields(again)["nonce"], contact="none", message="hej")
    first, second = hotline.cases()
    with hotline.db.reading() as session:
        assert session.scalars(select(Doubt.case_id)).all() == [first.id]
    assert second.due_at > first.due_at
