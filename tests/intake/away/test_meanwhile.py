"""What a process knows while the database is away."""

from __future__ import annotations

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
