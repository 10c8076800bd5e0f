from __future__ import annotations

from datetime import timedelta

import pytest

from app.staff import people
from app.staff.directory import by_alias
from app.staff.sessions import IDLE, LONGEST, seen, sign_out, signed_in, who

MINUTE = timedelta(minutes=1)


@pytest.fixture
def is_in(db, annas_browser):
    def is_in(at, token=annas_browser):
        with db.reading() as session:
            return who(session, token, at=at) is not None

    return is_in


@pytest.fixture
def does_something(db, annas_browser):
    def does_something(at):
        with db.transaction() as session:
            seen(session, annas_browser, at=at)

    return does_something


def test_a_session_locks_after_half_an_hour_without_a_deed(is_in, now):
    assert is_in(now + IDLE - MINUTE)
    assert not is_in(now + IDLE)


def test_a_deed_keeps_the_session_open(is_in, does_something, now):
    does_something(now + 29 * MINUTE)
    assert is_in(now + 58 * MINUTE)
    assert not is_in(now + 59 * MINUTE)


def test_a_deed_does_not_open_a_locked_session_again(is_in, does_something, now):
    does_something(now + 31 * MINUTE)
    assert not is_in(now + 32 * MINUTE)


def test_after_twelve_hours_a_busy_session_ends_too(is_in, does_something, now):
    for quarter in range(1, 49):
        does_something(now + quarter * 15 * MINUTE)
    assert is_in(now + LONGEST - MINUTE)
    assert not is_in(now + LONGEST)


def test_signing_out_ends_the_session_and_is_logged_once(db, is_in, told, annas_browser, now):
    for _ in range(2):
        with db.transaction() as session:
            sign_out(session, annas_browser, at=now)
    assert not is_in(now)
    assert told("staff.signed_out") == [("staff.signed_out", "anna", "person:anna", "done")]


def test_who_leaves_is_signed_out_everywhere_at_once(db, is_in, now):
    with db.transaction() as session:
        people.leave(session, by_alias(session, "anna"), at=now, by="operator")
    assert not is_in(now)


@pytest.mark.parametrize("token", [None, "", "x", "x" * 10_000])
def test_any_other_token_is_nobodys(is_in, now, token):
    assert not is_in(now, token=token)


def test_each_session_has_its_own_word_for_its_forms(db, annas_browser, now):
    with db.reading() as session:
        found = signed_in(session, annas_browser, at=now)
        assert len(found.csrf) >= 32
        assert found.csrf not in (annas_browser, found.id)
