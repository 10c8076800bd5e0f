"""Written before said: what stands after the block is committed, what raised is gone, and every writer gets a turn."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.db import Database, new_id, one_at_a_time
from tests import desk
from tests.marks import ON_SQLITE
from tests.people import MONDAY


def seen_from_outside(db: Database) -> int:
    """What another connection, as of another process, sees."""
    engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
    engine.dispose()
    return count


def _write_and_raise(session: Session, problem: type[BaseException]) -> None:
    desk.opened(session)
    raise problem


def test_what_was_written_is_there_for_everybody_when_the_block_ends(db: Database) -> None:
    with db.transaction() as session:
        desk.opened(session)
        assert seen_from_outside(db) == 0
    assert seen_from_outside(db) == 1


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_raised_leaves_nothing(db: Database, problem: type[BaseException]) -> None:
    with pytest.raises(problem), db.transaction() as session:
        _write_and_raise(session, problem)
    assert seen_from_outside(db) == 0
    with db.transaction() as session:
        desk.opened(session)
    assert seen_from_outside(db) == 1


def test_a_commit_that_the_database_refuses_is_heard_before_the_next_line(db: Database) -> None:
    said = []

    def take_in() -> None:
        with db.transaction() as session:
            case = desk.opened(session)
            session.add(Case(reference=case.reference, opened_at=MONDAY, due_at=MONDAY, key_id="k", public_key=b""))
        said.append("we have you")

    with pytest.raises(IntegrityError):
        take_in()
    assert (said, seen_from_outside(db)) == ([], 0)


def test_a_commit_that_failed_keeps_nobody_else_from_reading_or_writing(db: Database) -> None:
    failures = iter([OperationalError("COMMIT", None, OSError("no space left on device"))])

    def refuse(_connection: object) -> None:
        for failure in failures:
            raise failure

    event.listen(db.engine, "commit", refuse)
    with pytest.raises(OperationalError), db.transaction() as session:
        desk.opened(session)

    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 0
    with db.transaction() as session:
        desk.opened(session)


def test_what_was_read_stays_readable_and_what_was_changed_while_reading_is_not_kept(db: Database) -> None:
    with db.transaction() as session:
        reference = desk.opened(session).reference
    with db.reading() as session:
        case = session.scalars(select(Case)).one()
        case.reference = "XXXX"
        session.flush()
        desk.opened(session)
    assert case.reference == "XXXX"
    with db.reading() as session:
        assert session.scalars(select(Case.reference)).all() == [reference]


def test_readers_do_not_wait_for_a_writer(db: Database) -> None:
    with db.transaction() as session:
        desk.opened(session)
        began = time.monotonic()
        with db.reading() as other:
            assert other.scalar(select(func.count()).select_from(Case)) == 0
        assert time.monotonic() - began < 5


def test_sixteen_writers_all_get_their_turn(db: Database) -> None:
    writers, each = 16, 6
    together, waits, problems = threading.Barrier(writers), [], []

    def write() -> None:
        together.wait()
        try:
            for _ in range(each):
                began = time.monotonic()
                with db.transaction() as session:
                    desk.opened(session)
                waits.append(time.monotonic() - began)
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert seen_from_outside(db) == writers * each
    whole = sum(waits) / writers
    assert max(waits) < max(5.0, whole), "nobody waits for everybody else's whole work"


def test_only_one_at_a_time_is_in_a_named_place(db: Database) -> None:
    inside, most, together = [], [], threading.Barrier(4)

    def enter() -> None:
        together.wait()
        with db.transaction() as session:
            one_at_a_time(session, "a place")
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_a_moment_without_a_time_zone_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="time zone"), db.transaction() as session:
        desk.opened(session, at=datetime(2026, 1, 5, 8))  # noqa: DTZ001


def test_a_moment_comes_back_in_utc_and_to_the_microsecond(db: Database) -> None:
    local = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    with db.transaction() as session:
        desk.opened(session, at=local)
    with db.reading() as session:
        kept = session.scalars(select(Case.opened_at)).one()
    assert kept == local
    assert kept.tzinfo is UTC


@ON_SQLITE
def test_sqlite_is_set_to_keep_what_it_was_given(db: Database) -> None:
    with db.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }


def test_a_row_that_points_nowhere_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError), db.transaction() as session:
        desk.opened(session).continues_id = new_id()


def test_an_error_of_the_database_quotes_no_values(db: Database) -> None:
    told = {"pseudonym": "+46701740660", "key_id": "hemlig", "public_key": b""}
    with pytest.raises(IntegrityError) as caught, db.transaction() as session:
        session.add(Case(reference=desk.opened(session).reference, opened_at=MONDAY, due_at=MONDAY, **told))
    assert "hemlig" not in str(caught.value)
    assert "+46701740660" not in str(caught.value)


def test_ids_say_nothing_and_never_repeat() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)
