"""What a process knows while the database is away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.errors import DeadlockDetected, DiskFull, ReadOnlySqlTransaction, UniqueViolation
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.intake.away.meanwhile import AT_MOST, REMEMBERED, STAYS_AWAY, Accepted, Meanwhile
from app.intake.away.route import TookTooLong, cannot_be_used
from app.telephony.signature import Form

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Still:
    speed = 1.0

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def meanwhile() -> Meanwhile:
    return Meanwhile(Still())


def test_once_it_is_known_to_be_away_one_call_in_five_seconds_asks_again(meanwhile):
    assert not meanwhile.is_away(at=NOW)
    meanwhile.found_away(RuntimeError(), at=NOW)
    assert meanwhile.is_away(at=NOW + STAYS_AWAY - SECOND)
    assert not meanwhile.is_away(at=NOW + STAYS_AWAY)
    assert meanwhile.is_away(at=NOW + STAYS_AWAY), "whoever comes while that one asks does not wait with it"
    meanwhile.found_back()
    assert not meanwhile.is_away(at=NOW + STAYS_AWAY)


def test_a_call_is_remembered_until_it_is_over_and_written_down(meanwhile):
    call = meanwhile.called("CA1", Form([("From", "x")]), came_at=NOW, at=NOW)
    assert meanwhile.unwritten() == [call]
    meanwhile.written(call)
    assert meanwhile.unwritten() == []
    meanwhile.accepted("CA1", Accepted("anna", "CA2", NOW + SECOND))
    meanwhile.hung_up("CA1", at=NOW + 2 * SECOND)
    (over,) = meanwhile.unwritten()
    meanwhile.written(over)
    assert meanwhile.known("CA1") is None


def test_what_became_of_it_while_it_was_being_written_is_written_the_next_time(meanwhile):
    call = meanwhile.called("CA1", Form([]), came_at=NOW, at=NOW)
    meanwhile.hung_up("CA1", at=NOW)
    meanwhile.written(call)
    assert [each.over_at for each in meanwhile.unwritten()] == [NOW]


def test_the_first_who_pressed_1_and_the_first_moment_stay(meanwhile):
    first = meanwhile.called("CA1", Form([]), came_at=NOW, at=NOW)
    assert meanwhile.called("CA1", Form([]), came_at=NOW + SECOND, at=NOW + SECOND) == first
    for who in ("anna", "bo"):
        meanwhile.accepted("CA1", Accepted(who, "CA2", NOW))
    known = meanwhile.known("CA1")
    assert known
    assert known.accepted
    assert known.accepted.person_id == "anna"


def test_memory_has_an_end(meanwhile):
    for number in range(AT_MOST + 10):
        meanwhile.called(f"CA{number}", Form([]), came_at=NOW, at=NOW)
    assert len(meanwhile.unwritten()) == AT_MOST
    newest = meanwhile.called("CAnew", Form([]), came_at=NOW + REMEMBERED, at=NOW + REMEMBERED)
    meanwhile.written(newest)
    meanwhile.forget_old(at=NOW + REMEMBERED + SECOND)
    assert meanwhile.unwritten() == []
    assert meanwhile.known("CAnew")


def test_of_more_calls_than_are_remembered_those_for_whom_somebody_pressed_1_are_remembered_longest(meanwhile):
    for number in range(AT_MOST + 10):
        meanwhile.called(f"CA{number}", Form([]), came_at=NOW, at=NOW)
        if number in (0, 3):
            meanwhile.accepted(f"CA{number}", Accepted("anna", "leg", NOW))
    assert [call.source for call in meanwhile.unwritten()][:3] == ["CA0", "CA3", "CA12"]
    for number in range(AT_MOST):
        meanwhile.accepted(f"leg{number}", Accepted("anna", "leg", NOW))
    newest = meanwhile.called("CAnew", Form([]), came_at=NOW, at=NOW)
    assert len(meanwhile.unwritten()) == AT_MOST
    assert newest in meanwhile.unwritten()


def test_of_two_who_press_1_at_the_same_instant_one_has_the_caller(meanwhile):
    meanwhile.called("CA1", Form([]), came_at=NOW, at=NOW)
    at_once = threading.Barrier(8)

    def press(who: str) -> None:
        at_once.wait(20)
        meanwhile.accepted("CA1", Accepted(who, f"leg of {who}", NOW))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, map(str, range(8))))
    had = meanwhile.known("CA1").accepted
    assert had.ref == f"leg of {had.person_id}"
    press_again = Accepted("late", "leg of late", NOW + SECOND)
    meanwhile.accepted("CA1", press_again)
    assert meanwhile.known("CA1").accepted == had


def test_who_pressed_1_when_their_telephone_had_rung_out_never_had_the_caller_and_the_next_one_has(meanwhile):
    meanwhile.called("CA1", Form([]), came_at=NOW, at=NOW)
    meanwhile.accepted("CA1", Accepted("anna", "CA2", NOW))
    meanwhile.parted("CA1", spoke=False, at=NOW + SECOND)
    meanwhile.accepted("CA1", Accepted("bo", "CA3", NOW + 2 * SECOND))
    known = meanwhile.known("CA1")
    assert (known.accepted.person_id, known.parted_at, known.spoke) == ("bo", None, True)
    meanwhile.parted("CA1", spoke=True, at=NOW + 60 * SECOND)
    meanwhile.accepted("CA1", Accepted("carin", "CA4", NOW + 61 * SECOND))
    assert meanwhile.known("CA1").accepted.person_id == "bo", "who spoke with them stays the first"


def test_no_number_shows_in_what_is_remembered(meanwhile):
    call = meanwhile.called("CA1", Form([("From", "+46701740660")]), came_at=NOW, at=NOW)
    assert "+46" not in repr(call) + repr(meanwhile)


@pytest.mark.parametrize(
    ("problem", "is_to_blame"),
    [
        (OperationalError("", None, DiskFull()), True),
        (OperationalError("", None, OSError("unable to open database file")), True),
        (OperationalError("", None, ReadOnlySqlTransaction()), True),
        (NoConnectionFree(), True),
        (TookTooLong(), True),
        (OperationalError("", None, DeadlockDetected()), False),
        (IntegrityError("", None, UniqueViolation()), False),
        (ValueError(), False),
    ],
)
def test_the_database_is_to_blame_for_what_it_cannot_do_and_not_for_what_we_asked(problem, is_to_blame):
    assert cannot_be_used(problem) is is_to_blame
