"""Many open cases at once, written in bulk into the real schema: most of them resting, some falling due."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.db import Base, Database, new_id
from app.escalation.models import Escalation
from app.escalation.opening import frozen
from app.escalation.policy import Ladder, Policy, Step, to_json
from app.inserts import plan_of
from app.programme.apply import current
from app.vault.grants import new_case_key

AFTER: Final = timedelta(minutes=5)
"""How long after the opening the step comes that is waited for."""

_IN_ONE_GO: Final = 5000
_LETTERS: Final = string.ascii_letters + string.digits
"""More than people can say aloud, so that of a million references drawn blindly no two are the same."""

ONE_TEXT: Final = to_json(
    Policy(
        untaken=(
            Step(after=timedelta(), page=("on-call",), by=("sms",)),
            Step(after=AFTER, page=("on-call",), by=("sms",)),
        ),
        acute=(Step(after=timedelta(), page=("on-call",), by=("sms",)),),
        uncontacted=(Step(after=timedelta(), page=("on-call",), by=("sms",)),),
        grace=timedelta(hours=2),
    )
)
"""A ladder whose every step is one text to one person: one page falls due with each case."""


def fill(database: Database, cases: int, *, at: datetime) -> None:
    """So many open cases with the programme's own ladders, of which nothing falls due for two hours."""
    with database.reading() as session:
        policy = to_json(frozen(current(session).routine))
    chance = secrets.SystemRandom()
    moments = (at + timedelta(hours=2, seconds=chance.uniform(0, 72_000)) for _ in range(cases))
    _insert(database, moments, opened_at=at - timedelta(hours=1), policy=policy, position='{"untaken.0":1}', of=cases)
    _take_stock(database)


def fall_due(database: Database, moments: Sequence[datetime], *, first_pages: bool = False) -> list[str]:
    """One case for each moment, at which one text is due about it; their ids. `first_pages`: it is the case's first."""
    position, earlier = ("{}", timedelta()) if first_pages else ('{"untaken.0":1}', AFTER)
    return _insert(database, iter(moments), earlier=earlier, policy=ONE_TEXT, position=position)


def _insert(
    database: Database,
    moments: Iterator[datetime],
    *,
    policy: str,
    position: str,
    earlier: timedelta = timedelta(),
    opened_at: datetime | None = None,
    of: int = 0,
) -> list[str]:
    """Cases and their escalations; each opened `earlier` than its moment, unless a moment is given for all."""
    key, made = new_case_key(), list[str]()
    while chunk := list(islice(moments, _IN_ONE_GO)):
        cases = [_case(opened_at or moment - earlier, key.key_id, key.public.raw) for moment in chunk]
        ladders = [
            {
                "case_id": case["id"],
                "policy": policy,
                "ladder": Ladder.UNTAKEN,
                "counts_from": case["opened_at"],
                "position": position,
                "next_at": moment,
            }
            for case, moment in zip(cases, chunk, strict=True)
        ]
        with database.transaction() as session:
            _write(session, Case, cases)
            _write(session, Escalation, ladders)
        made += [case["id"] for case in cases]
        if of and len(made) % 50_000 == 0:
            print(f"  {len(made):,} of {of:,} cases are written", flush=True)
    return made


def _write(session: Session, kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """By COPY on PostgreSQL, where a million rows would otherwise be a million statements."""
    connection = session.connection()
    plan = plan_of(kind, connection.dialect)
    bound = [plan.bound(plan.whole(row)) for row in rows]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(plan.insert, bound)
        return
    into = plan.into.removeprefix("INSERT INTO").removesuffix("VALUES")
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in bound:
            copy.write_row(row)


def _case(opened_at: datetime, key_id: str, public_key: bytes) -> dict[str, Any]:
    return {
        "id": new_id(),
        "reference": "".join(secrets.choice(_LETTERS) for _ in range(8)),
        "pseudonym": secrets.token_hex(16),
        "opened_at": opened_at,
        "due_at": opened_at + timedelta(hours=24),
        "key_id": key_id,
        "public_key": public_key,
    }


def _take_stock(database: Database) -> None:
    """PostgreSQL gathers statistics by itself, in time; SQLite never does. Both copy their log into their files."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (
            ("PRAGMA wal_checkpoint(TRUNCATE)",) if database.is_sqlite else ("VACUUM ANALYZE", "CHECKPOINT")
        ):
            connection.execute(text(statement))
