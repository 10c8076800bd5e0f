"""Promise 4: a case that awaits contact has somebody responsible and a next moment, whatever a night brings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.models import Case
from app.db import Database
from app.errors import Misconfigured
from app.escalation.models import Escalation
from tests.hotline import Hotline, Switchboard
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, PROGRAMME, SELDOM, WITHOUT_ANNA


def test_promise_4_an_empty_roster_falls_through_to_the_standing_chain(hotline: Hotline):
    hotline.apply(PROGRAMME.partition("[[rotation]]")[0] + "[[staff]]" + PROGRAMME.partition("[[staff]]")[2])
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().responsible.person.alias == "carin"
    assert hotline.phone("carin").inbox
    hotline.caller_waiting(A_BORROWED_PHONE)
    assert hotline.phone("carin").ringing


@ON_ONE_DATABASE
def test_promise_4_who_has_left_is_not_waited_for(hotline: Hotline):
    hotline.apply(WITHOUT_ANNA)
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().responsible.person.alias == "fatima"
    assert not hotline.phone("anna").inbox


@ON_ONE_DATABASE
def test_promise_4_a_routine_that_would_fall_silent_after_the_breach_is_refused(hotline: Hotline):
    with pytest.raises(Misconfigured, match="needs a repeat"):
        hotline.apply(PROGRAMME.replace('repeat = "PT30M"\n', ""))


def texts(name: str, command: str) -> Callable[[Hotline], None]:
    """Somebody answers for the oldest case that still awaits contact."""

    def deed(hotline: Hotline) -> None:
        for case in [case for case in hotline.cases() if case.awaits_contact][:1]:
            hotline.text_from(name, f"{command} {case.reference}")

    return deed


def attempts(outcome: str) -> Callable[[Hotline], None]:
    """Whoever holds a case says how the attempt went."""

    def deed(hotline: Hotline) -> None:
        with hotline.db.transaction() as session:
            cases = [session.get_one(Case, case.id) for case in hotline.cases() if case.awaits_contact and case.hold]
            for case in cases[:1]:
                case.record_attempt(by=case.hold.person, at=hotline.now, channel="call", outcome=outcome)

    return deed


def the_engine_sleeps(hotline: Hotline) -> None:
    """Five hours go by without an engine, and then everything starts again."""
    hotline.kill_the_engine()
    hotline.wait_until(hotline.now + timedelta(hours=5))
    hotline.restart()


NIGHT = {
    "a text comes": lambda hotline: hotline.text_from(A_STRANGER, "hej"),
    "a hidden call comes": lambda hotline: hotline.call_from(A_BORROWED_PHONE, withheld=True).hang_up(),
    "anna takes one": texts("anna", "1"),
    "bo takes one": texts("bo", "OK"),
    "anna passes one on": texts("anna", "2"),
    "bo passes one on": texts("bo", "2"),
    "nobody answers there": attempts("no_answer"),
    "somebody answers there": attempts("reached"),
    "anna's telephone dies": lambda hotline: hotline.phone("anna").behave("switched off"),
    "the carrier stumbles": lambda hotline: hotline.exchange.faults.refuse(times=6, status=500, code=20500),
    "the token is wrong": lambda hotline: hotline.exchange.faults.refuse(times=3, status=401, code=20003),
    "minutes pass": lambda hotline: hotline.fast_forward(minutes=7),
    "hours pass": lambda hotline: hotline.fast_forward(hours=3),
    "the engine sleeps": the_engine_sleeps,
}


@settings(max_examples=10, deadline=None)
@given(night=st.lists(st.sampled_from(sorted(NIGHT)), min_size=3, max_size=7))
def test_promise_4_whatever_a_night_brings_somebody_is_next_and_no_deadline_moves(
    sqlite_template: Path, switchboard: Switchboard, tmp_path_factory: pytest.TempPathFactory, night: list[str]
):
    with a_hotline(sqlite_template, switchboard, tmp_path_factory) as hotline:
        NIGHT["a text comes"](hotline)
        for event in night:
            NIGHT[event](hotline)
            hotline.work()
            for case in hotline.cases():
                nothing_is_forgotten(hotline, case)


def nothing_is_forgotten(hotline: Hotline, case: Case) -> None:
    """What holds for every case, at every moment at which an engine lives."""
    assert case.opened_at == case.approaches[0].at
    assert case.due_at == case.opened_at + timedelta(hours=24)
    assert (case.first_contact is not None) == any(attempt.outcome == "reached" for attempt in case.attempts)
    in_time = case.first_contact is not None and case.first_contact.at < case.due_at
    assert (case.breach is not None) == (hotline.now >= case.due_at and not in_time)
    if case.awaits_contact:
        assert case.responsible is not None
        with hotline.db.reading() as session:
            next_at = session.get_one(Escalation, case.id).next_at
        assert next_at is not None
        assert hotline.now < next_at <= hotline.now + timedelta(hours=24)


@contextmanager
def a_hotline(template: Path, switchboard: Switchboard, folders: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A new line for each night."""
    folder = folders.mktemp("night")
    shutil.copyfile(template, folder / "dygnet.db")
    db = Database(f"sqlite:///{folder}/dygnet.db")
    try:
        hotline = Hotline(db, switchboard, folder)
        hotline.apply(SELDOM)
        yield hotline
    finally:
        db.close()
