"""Writers who queue share a commit: nobody is answered before it, and whoever fails spoils nobody else's work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import OperationalError

from app.commits import MOST
from app.db import Database
from tests import desk
from tests.marks import ON_SQLITE

pytestmark = ON_SQLITE
CROWD = 12


class Crowd:
    """Writers who all come while the first one is still at work."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.commits = 0
        self.done: list[int] = []
        self.problems: dict[int, BaseException] = {}
        event.listen(db.engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    def write(self, number: int) -> None:
        with self.db.transaction() as session:
            desk.opened(session)
            if number in self.clumsy:
                raise ValueError(number)
        self.done.append(number)

    def come(self, *, clumsy: tuple[int, ...] = ()) -> None:
        self.clumsy = clumsy
        threads = [threading.Thread(target=self._try, args=(number,)) for number in range(CROWD)]
        try:
            with self.db.transaction() as session:
                desk.opened(session)
                for thread in threads:
                    thread.start()
                while len(self.db._writes._turn._queue) < CROWD:
                    threading.Event().wait(0.005)
                assert self.done == []
        finally:
            for thread in threads:
                thread.join()

    def _try(self, number: int) -> None:
        try:
            self.write(number)
        except Exception as problem:  # noqa: BLE001
            self.problems[number] = problem

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        def refuse(_connection: object) -> None:
            raise OperationalError("COMMIT", None, OSError("no space left on device"))

        event.listen(self.db.engine, "commit", refuse)
        yield
        event.remove(self.db.engine, "commit", refuse)


@pytest.fixture
def crowd(db: Database) -> Crowd:
    return Crowd(db)


def kept(db: Database) -> int:
    """What another connection, as of another process, sees."""
    engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM cases")).scalar_one()
    engine.dispose()
    return count


def test_those_who_queue_share_a_commit(crowd: Crowd, db: Database) -> None:
    crowd.come()
    assert sorted(crowd.done) == list(range(CROWD))
    assert kept(db) == CROWD + 1
    assert crowd.commits <= 1 + CROWD // MOST + 1


def test_whoever_fails_is_undone_alone(crowd: Crowd, db: Database) -> None:
    crowd.come(clumsy=(0, 5, CROWD - 1))
    assert set(crowd.problems) == {0, 5, CROWD - 1}
    assert all(isinstance(problem, ValueError) for problem in crowd.problems.values())
    assert kept(db) == CROWD + 1 - 3


def test_a_commit_that_fails_has_failed_for_everybody_in_it(crowd: Crowd, db: Database) -> None:
    with crowd.full_disk(), pytest.raises(OperationalError):
        crowd.come()
    assert crowd.done == []
    assert len(crowd.problems) == CROWD
    assert kept(db) == 0
    crowd.write(CROWD)
    assert kept(db) == 1


def test_when_sqlite_undoes_the_whole_transaction_nobody_in_it_hears_that_it_is_kept(db: Database) -> None:
    first_is_done, problems = threading.Event(), []

    def first() -> None:
        try:
            with db.transaction() as session:
                desk.opened(session)
                second.start()
                while not db._writes._turn.somebody_waits:
                    threading.Event().wait(0.005)
            problems.append(None)
        except OperationalError as problem:
            problems.append(problem)
        first_is_done.set()

    def write_to_a_full_disk() -> None:
        with db.transaction() as session:
            desk.opened(session)
            session.connection().connection.driver_connection.execute("ROLLBACK")  # as SQLite does by itself
            session.execute(text("INSERT INTO nowhere VALUES (1)"))

    def disk_full_in_the_middle() -> None:
        with pytest.raises(OperationalError):
            write_to_a_full_disk()

    second = threading.Thread(target=disk_full_in_the_middle)
    threading.Thread(target=first).start()
    assert first_is_done.wait(10)
    second.join()
    assert isinstance(problems[0], OperationalError)
    assert kept(db) == 0


def test_another_process_gets_its_turn_while_many_write_here(db: Database) -> None:
    over, other = threading.Event(), Database(db.engine.url.render_as_string(hide_password=False))

    def write_on() -> None:
        while not over.is_set():
            with db.transaction() as session:
                desk.opened(session)

    threads = [threading.Thread(target=write_on) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            with other.transaction() as session:
                desk.opened(session)
    finally:
        over.set()
        for thread in threads:
            thread.join()
        other.close()
