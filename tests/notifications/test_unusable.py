"""A channel to staff is marked once, however many pages are refused in one instant; and again when it is a new one."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from app.db import Database
from app.notifications import unusable
from app.staff.directory import by_alias
from tests import people
from tests.desk import employ, named
from tests.evidence import log

AN_HOUR = timedelta(hours=1)
STOPPED = 21610


def mark(db: Database, *, at=people.MONDAY, together: threading.Barrier | None = None) -> None:
    with db.transaction() as session:
        anna = named(session, "anna")
        if together:
            together.wait()
        unusable.mark(session, anna, "sms", code=STOPPED, at=at)


def standing(db: Database) -> int:
    with db.reading() as session:
        return len(unusable.standing(session, by_alias(session, "anna")))


def test_two_pages_that_are_refused_in_the_same_instant_make_one_mark(db: Database, tmp_path: Path) -> None:
    employ(db, tmp_path)
    together = None if db.is_sqlite else threading.Barrier(2)  # SQLite's writers are never at it together
    both = [threading.Thread(target=mark, args=(db,), kwargs={"together": together}) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert standing(db) == 1
    assert len(log(db, "staff.unreachable")) == 1


def test_a_new_number_that_does_not_work_either_is_marked_as_well(db: Database, tmp_path: Path) -> None:
    employ(db, tmp_path)
    mark(db)
    employ(db, tmp_path, people.PROGRAMME.replace(people.ANNA, "+46701740699"), at=people.MONDAY + AN_HOUR)
    assert standing(db) == 0, "nobody knows yet how it is with the new one"
    mark(db, at=people.MONDAY + 2 * AN_HOUR)
    assert standing(db) == 1
    assert len(log(db, "staff.unreachable")) == 2
