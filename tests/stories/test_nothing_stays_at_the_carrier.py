"""The carrier's records of calls and texts are deleted there, and we make sure; what will not go is said aloud."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.health import status
from app.simulator.faults import FOREVER
from app.simulator.texts import Picture
from app.traces.models import Trace
from tests.calling import talking, who_has, who_may_be_called
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER


def clear(hotline: Hotline, **after: float) -> None:
    """So much time passes; then the engine looks through the carrier's list and clears what may go."""
    hotline.fast_forward(**after)
    hotline.engine.lookout.find_missed()
    hotline.engine.lookout.clear_traces()
    hotline.work()


def kept(hotline: Hotline) -> set[str]:
    """The references of what the carrier still has a record of."""
    calls = {sid for sid, leg in hotline.exchange.legs.items() if not getattr(leg, "deleted", False)}
    texts = {sid for sid, text in hotline.exchange.messages.kept.items() if not getattr(text, "deleted", False)}
    return calls | texts


def traces(hotline: Hotline) -> list[Trace]:
    with hotline.db.reading() as session:
        return list(session.scalars(select(Trace).order_by(Trace.at)))


def standing(hotline: Hotline) -> dict[str, int]:
    with hotline.db.reading() as session:
        return status(session, at=hotline.now).plain()["at_carrier"]


def test_when_all_is_over_the_carrier_knows_nothing_of_it(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    caller = hotline.caller_waiting(ANOTHER_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    caller.hang_up()
    hotline.text_from("anna", "?")
    assert len(kept(hotline)) >= 6
    for _ in range(4):
        clear(hotline, minutes=11)
    assert kept(hotline) == set()
    assert standing(hotline) == {"waiting": 0, "late": 0}
    assert all(trace.gone_at and trace.gone_at > trace.at for trace in traces(hotline))
    assert sum(entry["facts"]["count"] for entry in log(hotline.db, "carrier.cleared")) == len(traces(hotline))


@ON_ONE_DATABASE
def test_pictures_go_before_the_text_they_came_with(hotline: Hotline):
    hotline.exchange.phone(A_STRANGER).text("+46846500400", "se här på bilden", Picture("image/jpeg", b"\xff\xd8"))
    hotline.work()
    clear(hotline, minutes=5)
    clear(hotline, minutes=5)
    (media,) = [media for text in hotline.exchange.messages.kept.values() for media in text.media]
    assert media.deleted
    assert kept(hotline) & {approach.source for approach in hotline.case().approaches} == set()


@ON_ONE_DATABASE
def test_a_call_that_goes_on_is_left_alone_until_it_is_over(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    caller = hotline.caller_waiting(ANOTHER_STRANGER)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    clear(hotline, minutes=30)
    (call,) = [leg.sid for leg in hotline.exchange.legs.values() if leg.direction == "inbound"]
    assert call in kept(hotline)
    caller.hang_up()
    clear(hotline, minutes=3)
    clear(hotline, minutes=3)
    assert call not in kept(hotline)


@ON_ONE_DATABASE
def test_what_the_carrier_will_not_delete_yet_is_tried_again_and_late_after_fifteen_days(hotline: Hotline, caplog):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.text_from("anna", "1")
    hotline.record_contact("anna")
    hotline.exchange.faults.refuse(FOREVER, status=409, code=20009, method="DELETE")
    clear(hotline, minutes=5)
    waiting = standing(hotline)["waiting"]
    assert waiting >= 1
    assert standing(hotline)["late"] == 0
    for _ in range(16):
        clear(hotline, days=1)
    assert standing(hotline)["late"] >= 1
    assert "cannot be deleted" in caplog.text
    hotline.exchange.faults.clear()
    clear(hotline, hours=7)
    clear(hotline, minutes=5)
    assert standing(hotline) == {"waiting": 0, "late": 0}


@ON_ONE_DATABASE
def test_words_that_cannot_be_deleted_yet_are_emptied_at_once(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.exchange.faults.refuse(FOREVER, status=409, code=20009, method="DELETE")
    clear(hotline, minutes=5)
    (text,) = [text for text in hotline.exchange.messages.kept.values() if text.direction == "inbound"]
    assert text.body == ""
    (trace,) = [trace for trace in traces(hotline) if trace.ref == text.sid]
    assert trace.blanked_at == hotline.now
    assert trace.gone_at is None


@ON_ONE_DATABASE
def test_of_calling_and_texting_a_person_nothing_stays_there_either(hotline: Hotline):
    who_may_be_called(hotline, also=("sms",))
    browser = who_has(hotline)
    anna, person = talking(hotline, browser)
    person.hang_up()
    anna.hang_up()
    hotline.at_the_desk(browser, "texts", wording="call_when_you_can")
    assert hotline.numbers_reached() & {A_STRANGER}
    for _ in range(3):
        clear(hotline, minutes=11)
    assert kept(hotline) == set()


@ON_ONE_DATABASE
def test_a_record_that_somebody_else_deleted_is_gone_all_the_same(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    clear_by_hand = [text.sid for text in hotline.exchange.messages.kept.values() if text.direction == "inbound"]
    hotline.fast_forward(minutes=1)
    for sid in clear_by_hand:
        hotline.exchange.messages.delete(sid)
    clear(hotline, minutes=5)
    clear(hotline, minutes=5)
    assert [(t.kind, t.tries, t.code) for t in traces(hotline) if not t.gone_at] == []


@ON_ONE_DATABASE
def test_nothing_is_deleted_before_the_list_of_what_came_in_was_looked_through(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    hotline.exchange.faults.refuse(FOREVER, status=503, code=20500, method="GET")
    clear(hotline, minutes=30)
    (text,) = [text for text in hotline.exchange.messages.kept.values() if text.direction == "inbound"]
    assert text.sid in kept(hotline)
    assert text.body


@ON_ONE_DATABASE
def test_a_row_holds_the_carriers_reference_and_nothing_else_of_the_call(hotline: Hotline):
    hotline.text_from(A_STRANGER, "jag vill ut härifrån")
    clear(hotline, minutes=5)
    columns = set(Trace.__table__.columns.keys())
    assert columns == {"id", "ref", "kind", "at", "next_at", "tries", "code", "blanked_at", "gone_at"}


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_two_engines_clear_the_same_records_without_harm(hotline: Hotline):
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.text_from(number, "jag vill ut härifrån")
    hotline.fast_forward(minutes=30)
    with hotline.another_engine() as second:
        for engine in (hotline.engine, second):
            engine.lookout.find_missed()
            engine.lookout.clear_traces()
        hotline.fast_forward(minutes=2)
        for engine in (hotline.engine, second):
            engine.lookout.clear_traces()
    assert len({trace.ref for trace in traces(hotline)}) == len(traces(hotline))
    assert timedelta() < hotline.now - min(trace.at for trace in traces(hotline))
