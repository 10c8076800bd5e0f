"""The carrier's word comes late, twice, or never: we ask it ourselves, and nobody waits for what was lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import bridge_queries, calls
from app.cases.facts import Approach
from app.notifications.models import Notification, State
from app.simulator.faults import FOREVER
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.records import Kind, Record
from tests.calling import talking as on_the_line
from tests.calling import who_has, who_may_be_called
from tests.evidence import deeds, log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

pytestmark = ON_ONE_DATABASE


def ask(hotline: Hotline) -> None:
    hotline.engine.lookout.ask_what_became()
    hotline.work()


def pages(hotline: Hotline) -> list[Notification]:
    with hotline.db.reading() as session:
        return list(session.scalars(select(Notification).order_by(Notification.queued_at, Notification.channel)))


def test_a_page_of_which_nothing_was_heard_is_asked_about_after_ten_minutes(hotline: Hotline):
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=9)
    ask(hotline)
    assert pages(hotline)[0].state == State.ACCEPTED
    hotline.fast_forward(minutes=2)
    ask(hotline)
    assert pages(hotline)[0].state == State.DELIVERED
    assert log(hotline.db, "page.delivered")


def test_a_page_that_was_lost_in_silence_moves_on_once_it_is_asked_about(hotline: Hotline):
    hotline.phone("anna").behave("switched off")
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=11)
    ask(hotline)
    first, *_ = pages(hotline)
    assert (first.state, first.trouble, first.code) == (State.FAILED, "undelivered", 30003)


def test_asking_changes_nothing_about_a_page_that_is_settled(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=30)
    before, written = deeds(hotline.db), len(log(hotline.db))
    ask(hotline)
    assert deeds(hotline.db) == before
    assert len(log(hotline.db)) == written


def test_a_carrier_that_cannot_be_asked_is_asked_again_later(hotline: Hotline):
    hotline.exchange.faults.lose_callbacks()
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=11)
    hotline.exchange.faults.refuse(times=1, status=503, code=20500, method="GET")
    ask(hotline)
    assert pages(hotline)[0].state == State.ACCEPTED
    ask(hotline)
    assert pages(hotline)[0].state == State.DELIVERED


def test_a_handler_is_not_busy_for_ever_because_the_end_of_a_call_was_lost(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    hotline.exchange.faults.cannot_connect(FOREVER)
    caller.hang_up()
    hotline.exchange.faults.clear()
    assert talking(hotline)
    hotline.fast_forward(minutes=11)
    ask(hotline)
    assert not talking(hotline)


def test_a_bridge_whose_end_was_lost_is_asked_about_and_the_handler_may_be_rung_again(hotline: Hotline):
    who_may_be_called(hotline)
    anna, person = on_the_line(hotline, who_has(hotline))
    hotline.exchange.faults.lose_callbacks()
    hotline.exchange.faults.cannot_connect(FOREVER)
    person.hang_up()
    anna.hang_up()
    hotline.exchange.faults.clear()
    with hotline.db.reading() as session:
        assert bridge_queries.on_the_phone(session, at=hotline.now)
    hotline.fast_forward(minutes=11)
    ask(hotline)
    with hotline.db.reading() as session:
        assert not bridge_queries.on_the_phone(session, at=hotline.now)


def test_a_call_of_which_the_carrier_will_not_speak_does_not_hide_the_one_after_it(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
):
    callers = [hotline.call_from(number) for number in (A_STRANGER, ANOTHER_STRANGER)]
    hotline.exchange.faults.cannot_connect(FOREVER)
    first, second = (caller.leg.sid for caller in callers)
    for caller in callers:
        caller.hang_up()
    hotline.exchange.faults.clear()
    hotline.fast_forward(minutes=11)
    records = hotline.engine.lookout.records
    real = records.look_up

    def not_this_one(kind: Kind, ref: str) -> Record | None:
        if ref == first:
            raise CarrierError(Trouble.PERMANENT, code=400)
        return real(kind, ref)

    monkeypatch.setattr(records, "look_up", not_this_one)
    ask(hotline)
    with hotline.db.reading() as session:
        ended = {source: is_over(session, approach_id) for source, approach_id in calls_of(session)}
    assert ended == {first: False, second: True}


def calls_of(session: Session) -> list[tuple[str, str]]:
    return [(row.source, row.id) for row in session.scalars(select(Approach).where(Approach.channel == "phone"))]


def is_over(session: Session, approach_id: str) -> bool:
    return calls.came_to(session, approach_id, "over")


def test_a_text_to_a_person_whose_receipt_was_lost_is_asked_about(hotline: Hotline):
    who_may_be_called(hotline, also=("sms",))
    hotline.exchange.faults.lose_callbacks()
    hotline.at_the_desk(who_has(hotline), "texts", wording="call_when_you_can")
    hotline.fast_forward(minutes=11)
    assert not log(hotline.db, "message.delivered")
    ask(hotline)
    assert len(log(hotline.db, "message.delivered")) == 1


def test_an_answer_that_came_with_its_receipt_before_it_is_one_page(hotline: Hotline):
    hotline.exchange.faults.reorder_callbacks = True
    hotline.exchange.faults.duplicate_webhooks = True
    hotline.text_from(A_STRANGER, "hej")
    assert pages(hotline)[0].state == State.DELIVERED
    assert len(hotline.phone("anna").inbox) == 1


def test_a_webhook_that_found_us_stumbling_is_asked_once_more_with_the_same_token(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    with hotline.commits_fail(times=1):
        caller.press("1")
    caller.press("1")
    assert "error" not in caller.heard_text, "the caller never noticed"
    assert len(hotline.case().approaches) == 1
    tokens = [
        posted.headers["I-Twilio-Idempotency-Token"] for posted in hotline.exchange.debugger.to("/voice/language")
    ]
    assert (len(tokens), len(set(tokens))) == (2, 1), "the retry carries the token of what failed"


def talking(hotline: Hotline) -> bool:
    with hotline.db.reading() as session:
        return bool(calls.talking(session, at=hotline.now))
