"""What can be found afterwards: the rows there are, and every byte that is kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import engine, func, inspect, select, text

from app.audit.models import AuditEntry
from app.cases.facts import Approach, Connection, Content, FirstContact, Hold, Permission
from app.cases.models import Case
from app.cases.returning import ReturnCode
from app.db import Database
from app.escalation.models import Pass, StepTaken
from app.notifications.models import Notification
from app.simulator import Phone
from tests.people import NUMBERS

if TYPE_CHECKING:
    from tests.hotline import Hotline

A_SENTENCE = 8
"""Characters from which a text says something that could be found again; `STOP` stands in many places."""

DEEDS = (Case, Approach, Content, Permission, ReturnCode, Connection, Hold, Pass, FirstContact, StepTaken, Notification)
"""The tables that would have a row too many if something were done twice."""


def deeds(db: Database) -> dict[str, int]:
    """How many rows each of these tables has."""
    with db.reading() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in DEEDS}


def log(db: Database, action: str = "") -> list[dict[str, Any]]:
    """The entries of the audit log, oldest first; only those of one kind of deed when it is named."""
    with db.reading() as session:
        entries = [json.loads(body) for body in session.scalars(select(AuditEntry.body).order_by(AuditEntry.id))]
    return [entry for entry in entries if action in ("", entry["action"])]


def everything_kept(db: Database) -> bytes:
    """Every value of every row, and the database's own files where it has any that we can read."""
    with db.engine.connect() as connection:
        filled = [text(f'SELECT * FROM "{table}"') for table in _filled(connection)]  # noqa: S608
        rows = [row for each in filled for row in connection.execute(each)]
    values = [_bytes(value) for row in rows for value in row]
    files = Path(db.engine.url.database or "").parent.glob("dygnet.db*") if db.is_sqlite else ()
    return b"\0".join([*values, *(path.read_bytes() for path in files)])


def _filled(connection: engine.Connection) -> Sequence[str]:
    """The tables that have rows, asked for at once: most have none."""
    tables = inspect(connection).get_table_names()
    each = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables)  # noqa: S608
    return connection.execute(text(" UNION ALL ".join(each))).scalars().all()


def given_away(line: Hotline) -> list[str]:
    """The numbers and words of people outside that stand in the database, or were said or texted to staff."""
    phones = line.exchange.every_phone()
    staff = [phone for phone in phones if phone.number in NUMBERS.values()]
    told = "\n".join([*(text.body for phone in staff for text in phone.inbox), *(phone.heard_text for phone in staff)])
    kept = everything_kept(line.db)
    return [secret for secret in secrets_of(line) if secret.encode() in kept or secret in told]


def secrets_of(line: Hotline) -> list[str]:
    """The numbers of everybody outside, as they are written here and abroad, and what they wrote."""
    phones = line.exchange.every_phone()
    return list(_secrets_of(phone for phone in phones if phone.number not in NUMBERS.values()))


def _secrets_of(phones: Iterable[Phone]) -> Iterator[str]:
    for phone in phones:
        yield phone.number
        yield "0" + phone.number.removeprefix("+46")
        yield from (text.body for text in phone.sent if len(text.body) >= A_SENTENCE)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
