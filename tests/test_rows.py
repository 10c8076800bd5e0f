"""A row written at once is the row that a flush would have written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import NullPool, create_engine, func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import rows
from app.audit.models import AuditEntry, AuditUnsequenced
from app.cases.facts import Approach
from app.cases.models import Case
from app.db import Database
from tests import desk
from tests.people import MONDAY

How = Callable[[Session], AbstractContextManager[None]]


def approach(session: Session, case: Case, source: str = "CA1", language: str = "sv") -> Approach:
    return rows.write(session, Approach, case_id=case.id, at=MONDAY, channel="phone", source=source, language=language)


def counted(db: Database, kind: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_what_is_written_reads_as_what_a_flush_writes(db: Database) -> None:
    with db.transaction() as session:
        case = desk.opened(session)
        at_once = approach(session, case, "CA1")
        session.add(
            flushed := Approach(case_id=case.id, at=MONDAY, channel="phone", source="CA2", language="sv"),
        )
        session.flush()
    with db.reading() as session:
        one, other = session.get_one(Approach, at_once.id), session.get_one(Approach, flushed.id)
        columns = {column.key for column in inspect(Approach).column_attrs} - {"id", "source"}
        assert {key: getattr(one, key) for key in columns} == {key: getattr(other, key) for key in columns}


def test_the_session_knows_the_row_and_keeps_what_is_changed_in_it(db: Database) -> None:
    with db.transaction() as session:
        row = approach(session, desk.opened(session))
        assert session.get(Approach, row.id) is row
        assert row.role == "unknown"
        assert row.connection is None
        row.role = "relative"
    with db.reading() as session:
        assert session.scalars(select(Approach.role)).one() == "relative"


def test_what_the_session_has_in_hand_is_written_before(db: Database) -> None:
    with db.transaction() as session:
        case = desk.opened(session)
        session.add(Case(id="b" * 32, reference="XXXX", opened_at=MONDAY, due_at=MONDAY, key_id="k", public_key=b""))
        case_id = "b" * 32
        rows.write_unseen(session, Approach, case_id=case_id, at=MONDAY, channel="phone", source="CA1", language="sv")
        assert case.id != case_id
    assert counted(db, Approach) == 1


def test_what_is_written_together_is_written_at_the_end_of_the_block(db: Database) -> None:
    with db.transaction() as session:
        case = desk.opened(session)
        with rows.together(session):
            approach(session, case, "CA1")
            rows.write_numbered(session, AuditEntry, queue=AuditUnsequenced.entry_id, at=MONDAY, body=b"one")
            approach(session, case, "CA2")
            rows.write_numbered(session, AuditEntry, queue=AuditUnsequenced.entry_id, at=MONDAY, body=b"two")
            assert session.scalar(select(func.count()).select_from(Approach)) == 0
        assert session.scalar(select(func.count()).select_from(Approach)) == 2
    with db.reading() as session:
        entries = session.execute(select(AuditEntry.id, AuditEntry.body).order_by(AuditEntry.id)).all()
        queued = set(session.scalars(select(AuditUnsequenced.entry_id)))
        assert [body for _, body in entries][-2:] == [b"one", b"two"]
        assert {number for number, _ in entries} == queued


def test_nothing_of_a_block_that_raises_is_written(db: Database) -> None:
    def give_up(session: Session) -> None:
        with rows.together(session):
            approach(session, case)
            raise ValueError("enough")

    with db.transaction() as session:
        case = desk.opened(session)
        with pytest.raises(ValueError, match="enough"):
            give_up(session)
    assert (counted(db, Case), counted(db, Approach)) == (1, 0)


@pytest.mark.parametrize("how", [rows.together, nullcontext])
def test_a_row_that_is_refused_is_an_error_of_the_database_that_quotes_no_values(db: Database, how: How) -> None:
    def write_twice() -> None:
        with db.transaction() as session, how(session):
            case = desk.opened(session)
            approach(session, case, "known", language="hemlig")
            approach(session, case, "known", language="hemlig")

    with pytest.raises(IntegrityError) as caught:
        write_twice()
    assert "hemlig" not in str(caught.value)
    assert counted(db, Case) == 0


def test_of_two_who_write_the_same_at_once_only_one_is_told_yes(db: Database) -> None:
    together, told = threading.Barrier(8), []

    def write() -> None:
        together.wait()
        with db.transaction() as session:
            case = rows.write_if_new(
                session, Case, unique="reference", reference="K7Q2", **_clock(), key_id="k", public_key=b""
            )
            told.append(case is not None)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 7 + [True]
    assert counted(db, Case) == 1


def test_whoever_comes_by_a_connection_of_their_own_writes_the_same(db: Database) -> None:
    with db.transaction() as session:
        case = desk.opened(session)
    alone = create_engine(db.engine.url, poolclass=NullPool)
    with Session(alone) as session, session.begin():
        rows.write_unseen(
            session, Approach, case_id=case.id, at=MONDAY, channel="phone", source="CA1", language="sv", withheld=False
        )
        for body in (b"one", b"two"):
            rows.write_numbered(session, AuditEntry, queue=AuditUnsequenced.entry_id, at=MONDAY, body=body)
    assert counted(db, Approach) == 1
    with db.reading() as session:
        queued = select(AuditEntry.body).join(AuditUnsequenced, AuditUnsequenced.entry_id == AuditEntry.id)
        assert list(session.scalars(queued.order_by(AuditEntry.id)))[-2:] == [b"one", b"two"]


def _clock() -> dict[str, object]:
    return {"opened_at": MONDAY, "due_at": MONDAY + timedelta(days=1)}
