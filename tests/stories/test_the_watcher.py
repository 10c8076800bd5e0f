"""Somebody watches the engine, who needs no engine: what is late by a minute rings the standing chain."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.discretion import fits_one_segment, indiscretions
from app.errors import Misconfigured
from app.escalation.models import Escalation
from app.escalation.pulse import Round, beat
from app.notifications import outbox
from app.notifications.models import Priority
from app.simulator.faults import FOREVER
from app.staff.directory import by_alias
from app.watching.horn import SENTENCES
from app.watching.watcher import Watcher, watcher_for
from tests import people
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER
from tests.second_carrier import add_second_carrier
from tests.stories.test_a_telephone_on_duty_that_does_not_work import a_listener

A_LOOK = 20


def watcher_of(hotline: Hotline, **changed: object) -> Watcher:
    """A watcher on a machine of its own: the settings, the programme file, and no key."""
    settings = hotline.settings.model_copy(update={"keys_dir": Path("nowhere"), **changed})
    programme, memory = hotline.folder / "programme.toml", hotline.folder / "elsewhere" / "watch.json"
    return watcher_for(settings, hotline.clock, programme, memory=memory)


def alive(hotline: Hotline) -> None:
    """The engine has just played a round."""
    beat(hotline.db, [Round(hotline.now)], at=hotline.now)


def watch(hotline: Hotline, watcher: Watcher, *, seconds: int, engine_lives: bool = False) -> list[int]:
    """Time passes, with a look every twenty seconds; what each of them would have told cron."""
    statuses = []
    for _ in range(seconds // A_LOOK):
        hotline.timeline.advance(A_LOOK)
        if engine_lives:
            hotline.work()
            alive(hotline)
        statuses.append(watcher.look().status)
        hotline.timeline.settle()
    return statuses


def queued(session: Session, hotline: Hotline, *, late_by: timedelta = timedelta()) -> None:
    """Something waits to be told to Anna, which was due a while ago."""
    anna = by_alias(session, "anna")
    assert anna
    moments = {"due_at": hotline.now - late_by, "at": hotline.now, "valid_for": timedelta(hours=1)}
    outbox.queue(
        session,
        key="a-page",
        person=anna,
        channel="sms",
        wording="sms.help",
        values={},
        priority=Priority.PAGE,
        **moments,
    )


def texts(hotline: Hotline, alias: str) -> list[str]:
    return [text.body for text in hotline.phone(alias).inbox]


def test_an_engine_that_died_has_the_chain_rung_and_texted_within_eighty_seconds(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    alive(hotline)
    watcher = watcher_of(hotline)
    hotline.kill_the_engine()

    assert watch(hotline, watcher, seconds=60) == [0, 0, 0]
    assert watch(hotline, watcher, seconds=20) == [2]

    hotline.timeline.advance(2)
    phones = [hotline.phone("carin"), hotline.phone("dag")]
    for phone in phones:
        assert phone.ringing
        phone.answer()
    hotline.timeline.advance(60)
    for phone in phones:
        assert len(phone.inbox) == 1
        assert phone.heard_text.count(SENTENCES.say("sv", "voice")) == 2
        assert phone.state == "idle"
    assert hotline.phone("anna").ringing is None


def test_a_step_that_fell_due_and_was_not_taken_is_late_after_a_minute_though_somebody_says_the_engine_lives(
    hotline: Hotline,
):
    hotline.text_from(A_STRANGER, "hej")
    hotline.kill_the_engine()
    hotline.timeline.advance(5 * 60)
    alive(hotline)
    watcher = watcher_of(hotline)

    assert watcher.look().status == 0, "the second step fell due this very moment"
    hotline.timeline.advance(61)
    alive(hotline)
    (late,) = watcher.look().late
    hotline.timeline.settle()

    assert (late.what, late.count) == ("step", 1)
    assert "1 min" in texts(hotline, "carin")[0]


def test_a_page_that_nobody_hands_over_is_late_too_also_when_it_was_being_sent(hotline: Hotline):
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    hotline.start()
    with hotline.db.transaction() as session:
        session.execute(update(Escalation).values(next_at=hotline.now + timedelta(hours=1)))
        queued(session, hotline)
    watcher = watcher_of(hotline)
    hotline.timeline.advance(61)
    alive(hotline)
    assert [(each.what, each.count) for each in watcher.look().late] == [("page", 1)]

    with hotline.db.transaction() as session:
        assert len(outbox.claim(session, at=hotline.now)) == 1
    assert watcher.look().late == []
    hotline.timeline.advance(66)
    alive(hotline)
    assert [each.what for each in watcher.look().late] == ["page"]


@ON_ONE_DATABASE
def test_a_page_that_the_carrier_refuses_at_every_try_is_late_however_often_it_is_tried(hotline: Hotline):
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    watcher = watcher_of(hotline)

    assert watch(hotline, watcher, seconds=40, engine_lives=True) == [0, 0]
    lasting = watch(hotline, watcher, seconds=8 * 60, engine_lives=True)
    assert set(lasting[2:]) == {3}
    hotline.exchange.faults.clear()
    assert 0 in watch(hotline, watcher, seconds=4 * 60, engine_lives=True), "it goes out, and is late no longer"


@ON_ONE_DATABASE
def test_a_page_that_the_second_carrier_takes_is_not_late(hotline: Hotline):
    add_second_carrier(hotline)
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    hotline.text_from(A_STRANGER, "hej")
    watcher = watcher_of(hotline)
    assert set(watch(hotline, watcher, seconds=20 * 60, engine_lives=True)) == {0}


@ON_ONE_DATABASE
def test_a_page_whose_step_was_due_long_ago_is_not_late_before_a_minute_is_over(hotline: Hotline):
    with hotline.db.transaction() as session:
        queued(session, hotline, late_by=timedelta(minutes=5))
    alive(hotline)
    assert watcher_of(hotline).look().late == []


@ON_ONE_DATABASE
def test_a_case_that_is_put_aside_again_and_again_is_late(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    with hotline.db.transaction() as session:
        session.execute(update(Escalation).values(policy="{", next_at=hotline.now))
    watcher = watcher_of(hotline)
    watch(hotline, watcher, seconds=100, engine_lives=True)

    assert [each.what for each in watcher.look().late] == ["put_aside"]


@ON_ONE_DATABASE
def test_while_it_lasts_the_alarm_comes_once_and_then_every_quarter_of_an_hour(hotline: Hotline):
    alive(hotline)
    watcher = watcher_of(hotline)
    watch(hotline, watcher, seconds=14 * 60)
    assert len(texts(hotline, "carin")) == 1
    watch(hotline, watcher, seconds=3 * 60)
    assert len(texts(hotline, "carin")) == 2
    assert "16 min" in texts(hotline, "carin")[1]


@ON_ONE_DATABASE
def test_when_the_engine_is_back_the_chain_hears_that_it_is_over_once_and_by_text(hotline: Hotline):
    alive(hotline)
    watcher = watcher_of(hotline)
    watch(hotline, watcher, seconds=100)
    hotline.timeline.advance(60)
    calls = len(hotline.exchange.legs)

    assert watch(hotline, watcher, seconds=60, engine_lives=True) == [0, 0, 0]
    assert len(texts(hotline, "dag")) == 1, "not before it has been well for a minute"
    watch(hotline, watcher, seconds=200, engine_lives=True)
    assert texts(hotline, "dag")[1:] == [SENTENCES.say("sv", "over")]
    assert len(hotline.exchange.legs) == calls


def test_the_alarm_and_its_end_stand_in_the_audit_log(hotline: Hotline):
    alive(hotline)
    watcher = watcher_of(hotline)
    watch(hotline, watcher, seconds=80)
    watch(hotline, watcher, seconds=120, engine_lives=True)

    raised = log(hotline.db, "alarm.raised")
    assert {(each["object"], each["facts"]["channel"], each["result"]) for each in raised} == {
        (f"person:{alias}", channel, "accepted") for alias in ("carin", "dag") for channel in ("sms", "call")
    }
    assert {(each["actor"], each["role"], each["purpose"]) for each in raised} == {("watch", "watch", "engine")}
    assert len(log(hotline.db, "alarm.lifted")) == 2


@ON_ONE_DATABASE
@pytest.mark.parametrize("url", ["sqlite:///{folder}/gone.db", "postgresql://nobody@127.0.0.1:9/gone"])
def test_a_database_that_is_gone_for_a_minute_rings_the_chain_from_the_programme_file_alone(hotline: Hotline, url: str):
    alive(hotline)
    gone = watcher_of(hotline, database_url=SecretStr(url.format(folder=hotline.folder)))

    assert watch(hotline, gone, seconds=60) == [0, 0, 0], "a server that is promoted takes some seconds"
    assert watch(hotline, gone, seconds=20) == [2]
    hotline.timeline.advance(2)
    assert hotline.phone("dag").ringing
    assert "1 min" in texts(hotline, "carin")[0]
    assert not (hotline.folder / "gone.db").exists(), "no empty database is made in its place"


@ON_ONE_DATABASE
def test_what_was_said_while_the_database_was_gone_is_in_the_log_when_it_is_back(hotline: Hotline):
    gone = watcher_of(hotline, database_url=SecretStr(f"sqlite:///{hotline.folder}/gone.db"))
    watch(hotline, gone, seconds=80)
    assert log(hotline.db, "alarm.raised") == []

    alive(hotline)
    watcher_of(hotline).look()

    raised = log(hotline.db, "alarm.raised")
    assert len(raised) == 4
    assert {each["purpose"] for each in raised} == {"database"}


@ON_ONE_DATABASE
def test_a_watcher_that_starts_again_and_cron_remember_what_was_said(hotline: Hotline):
    alive(hotline)
    for _ in range(10):
        hotline.timeline.advance(A_LOOK)
        status = watcher_of(hotline).look().status
    assert status == 2
    assert len(texts(hotline, "carin")) == 1


@ON_ONE_DATABASE
def test_an_alarm_that_the_carrier_refuses_is_tried_at_every_look_until_somebody_is_told(hotline: Hotline):
    alive(hotline)
    watcher = watcher_of(hotline)
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    assert watch(hotline, watcher, seconds=100) == [0, 0, 0, 3, 3]
    hotline.exchange.faults.clear()
    assert watch(hotline, watcher, seconds=20) == [2]
    assert len(texts(hotline, "carin")) == 1


@ON_ONE_DATABASE
def test_where_there_is_a_second_carrier_the_text_goes_by_that_when_the_first_refuses(hotline: Hotline):
    add_second_carrier(hotline)
    alive(hotline)
    watcher = watcher_of(hotline)
    hotline.exchange.faults.refuse(FOREVER, status=401, code=20003)
    assert watch(hotline, watcher, seconds=80) == [0, 0, 0, 2]
    assert len(texts(hotline, "carin")) == 1


@ON_ONE_DATABASE
def test_a_mistake_in_the_file_does_not_silence_a_watcher_that_runs(hotline: Hotline):
    alive(hotline)
    watcher = watcher_of(hotline)
    (hotline.folder / "programme.toml").write_text("[programme")
    watch(hotline, watcher, seconds=80)
    assert len(texts(hotline, "carin")) == 1


def test_without_anybody_to_ring_it_does_not_start(hotline: Hotline):
    (hotline.folder / "programme.toml").write_text(people.PROGRAMME.replace('["carin", "dag"]', '["eva"]'))
    with pytest.raises(Misconfigured, match="nobody in the standing chain"):
        watcher_of(hotline)


@ON_ONE_DATABASE
def test_the_outside_hears_nothing_either_once_rounds_are_no_longer_played(hotline: Hotline):
    assert hotline.engine
    with a_listener() as (url, heard):
        hotline.engine.heartbeat_url = url
        alive(hotline)
        hotline.engine._ping()
        hotline.timeline.advance(61)
        hotline.engine._ping()
    assert len(heard) == 1


@pytest.mark.parametrize("language", SENTENCES.languages)
def test_what_the_watcher_texts_arrives_in_one_piece_and_gives_nothing_away(language: str):
    assert SENTENCES.keys(language) == SENTENCES.keys("sv")
    for key in SENTENCES.keys("sv"):
        said = SENTENCES.say(language, key, minutes=99999)
        assert fits_one_segment(said) or key == "voice"
        assert indiscretions(said) == []
