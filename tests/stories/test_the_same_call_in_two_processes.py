"""Promise 2, between processes: the carrier posts one call to two of them at the same instant, and it is one case."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEntry, AuditUnsequenced
from app.cases.facts import Approach as Row
from app.cases.facts import Assignment, Grant
from app.cases.models import Case
from app.db import Database
from app.escalation.models import Escalation
from app.intake.approach import Approach
from app.intake.reception import Desk, Received, receive
from app.vault.keyring import Keyring
from tests import desk
from tests.people import A_STRANGER, MONDAY

ROUNDS = 12


@pytest.mark.parametrize("number", [None, A_STRANGER], ids=["hidden", "numbered"])
def test_promise_2_the_same_call_at_the_same_instant_is_one_case(db: Database, tmp_path, number: str | None) -> None:
    keyring = desk.employ(db, tmp_path)
    elsewhere = Database(db.engine.url.render_as_string(hide_password=False))
    desks = [(db, _desk(keyring)), (elsewhere, _desk(keyring)), (db, _desk(keyring)), (elsewhere, _desk(keyring))]
    together, received, problems = threading.Barrier(len(desks)), [], []

    def take_in(database: Database, place: Desk) -> None:
        for call in range(ROUNDS):
            together.wait()
            try:
                with database.transaction() as session:
                    approach = Approach(channel="phone", source=f"CA{call}", language="sv", number=number)
                    received.append(receive(session, place, approach, at=MONDAY))
            except Exception as problem:  # noqa: BLE001
                problems.append(problem)

    threads = [threading.Thread(target=take_in, args=each) for each in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert [len(_of(received, call)) for call in range(ROUNDS)] == [1] * ROUNDS
    cases = len({each.case_id for each in received})
    assert cases == ROUNDS if number is None else cases <= ROUNDS
    assert sum(each.is_new for each in received) == cases
    with db.reading() as session:
        counted = [
            session.scalar(select(func.count()).select_from(kind)) for kind in (Case, Grant, Escalation, Assignment)
        ]
        assert counted == [cases] * 4
        assert session.scalar(select(func.count()).select_from(Row)) == ROUNDS
        entries, queued = (session.scalar(select(func.count()).select_from(k)) for k in (AuditEntry, AuditUnsequenced))
        assert entries == queued
    elsewhere.close()


def _desk(keyring: Keyring) -> Desk:
    """Another process's: its own secret for recognising a repeat caller."""
    return Desk(rota=keyring.public("rota"), index_key=b"i" * 32)


def _of(received: list[Received], call: int) -> set[str]:
    return {each.case_id for each in received if each.row.source == f"CA{call}"}
