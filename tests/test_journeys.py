"""What is asked at once is answered as if it had been asked one after another."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import bindparam, column, select, table
from sqlalchemy.exc import DBAPIError

from app.cases.queries import whose_reference
from app.db import Database
from app.journeys import Question, ask
from tests import desk


def test_each_answer_stands_where_its_question_stood(db: Database) -> None:
    with db.transaction() as session:
        case = desk.opened(session)
        assert ask(session, whose_reference(case.reference), _strangers()) == [case.id, None]


def test_whoever_waited_for_a_place_finds_what_was_done_in_it(db: Database) -> None:
    inside, found = threading.Event(), []

    def wait_and_look() -> None:
        inside.wait()
        with db.transaction() as session:
            found.extend(ask(session, whose_reference("K7Q2"), alone=["a place"]))

    waiting = threading.Thread(target=wait_and_look)
    waiting.start()
    with db.transaction() as session:
        ask(session, _strangers(), alone=["a place"])
        inside.set()
        case = desk.opened(session)
        case.reference = "K7Q2"
        waiting.join(timeout=0.3)
        assert waiting.is_alive()
    waiting.join()
    assert found == [case.id]


def test_a_question_that_fails_does_not_show_what_was_asked(db: Database) -> None:
    missing = select(column("id")).select_from(table("missing")).where(column("number") == bindparam("number"))
    with pytest.raises(DBAPIError) as caught, db.reading() as session:
        ask(session, Question(missing, {"number": "hemlig"}))
    assert "hemlig" not in str(caught.value)


def _strangers() -> Question:
    """The question for a case that nobody opened, beside one for another case."""
    return Question(
        select(column("id")).select_from(table("cases")).where(column("key_id") == bindparam("key")), {"key": "-"}
    )
