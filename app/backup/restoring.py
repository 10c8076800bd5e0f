"""Bringing a backup back, into an empty database: and what was forgotten since it was made is forgotten once more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from app.audit.log import record
from app.backup import files, rows
from app.backup.making import FORMAT, OPENERS, insist_on_every_table
from app.backup.passing import PassingKey, opens
from app.cases.models import Case
from app.db import Base, Database
from app.errors import Misconfigured
from app.programme.retention import RetentionClass
from app.retention import shredding
from app.retention.models import Stone
from app.vault.locks import CannotUnlock, Lock

_BATCH: Final = 500


@dataclass(frozen=True)
class Restored:
    """How much is back; how many cases were forgotten once more; how many have nothing that opens them."""

    rows: int
    forgotten: int
    shut: int


def restore(
    db: Database,
    folder: Path,
    lock: Lock,
    *,
    of: str | None,
    at: datetime,
    by: str,
    passing: PassingKey | None = None,
) -> Restored:
    """Bring a folder's newest rows back, or those of the file called `of`, with the newest openers beside them.

    Misconfigured when the database is not empty, when the schemas differ, or when the openers are older than the rows;
    also when they have a key of their own that `passing` does not hold.
    """
    path = _chosen(folder, of)
    wanted, key = _head(path, lock), _key_of(folder / OPENERS, lock, passing)
    openers = _head(folder / OPENERS, key)
    if datetime.fromisoformat(openers["at"]) < datetime.fromisoformat(wanted["at"]):
        raise Misconfigured(f"{OPENERS} is older than {path.name}: take both from the same folder")
    db.migrate()
    insist_on_every_table(db)
    with db.transaction() as session:
        _insist_on_nothing(session, str(wanted["schema"]))
        there = _fill(session, _rows(path, lock))
        there += _fill(session, _fitting(session, _rows(folder / OPENERS, key)))
        _count_on(session)
        forgotten = _forget_again(session, openers["forgotten"], at=at, by=by)
        record(session, at=at, by=by, action="backup.restored", rows=there, forgotten=forgotten)
        shut = session.scalar(select(func.count()).select_from(Case).where(~_opens(), Case.public_key != b"")) or 0
    return Restored(there, forgotten, shut)


def _chosen(folder: Path, of: str | None) -> Path:
    found = sorted(folder.glob("rows-*.backup"))
    if of:
        found = [path for path in found if path.name == Path(of).name]
    if not found or not (folder / OPENERS).exists():
        raise Misconfigured(f"{folder} holds no backup{' of that name' if of else ''}, or lacks {OPENERS}")
    return found[-1]


def _key_of(openers: Path, lock: Lock, passing: PassingKey | None) -> Lock:
    if opens(lock, openers):
        return lock
    if passing is None:
        raise CannotUnlock(f"{openers} does not open with the passphrase: say with --key-in where its own key is")
    return passing.of(openers)


def _head(path: Path, lock: Lock) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(next(files.read(path, lock)))
    if head.get("format") != FORMAT:
        raise Misconfigured(f"{path.name} was made by another version of Dygnet: restore it with that one")
    return head


def _rows(path: Path, lock: Lock) -> Iterator[tuple[Table, dict[str, Any]]]:
    lines = files.read(path, lock)
    next(lines)
    return (rows.row_in(line) for line in lines if line)


def _insist_on_nothing(session: Session, schema: str) -> None:
    if session.scalar(text("SELECT version_num FROM alembic_version")) != schema:
        raise Misconfigured(f"The backup has the schema {schema}: restore it with the version that made it")
    for table in rows.tables(apart=False) + rows.tables(apart=True):
        if session.execute(select(table).limit(1)).first():
            raise Misconfigured(f"The database is not empty ({table.name}): restore into a new one")


def _fill(session: Session, found: Iterable[tuple[Table, dict[str, Any]]]) -> int:
    """Write the rows, those of one table together."""
    there: Counter[str] = Counter()
    table, waiting = None, list[dict[str, Any]]()
    for of, row in found:
        if table is not None and (of is not table or len(waiting) >= _BATCH):
            session.execute(insert(table), waiting)
            waiting = []
        table = of
        waiting.append(row)
        there[of.name] += 1
    if table is not None and waiting:
        session.execute(insert(table), waiting)
    return there.total()


def _fitting(session: Session, found: Iterable[tuple[Table, dict[str, Any]]]) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Of the openers those whose case or person is there: they are newer than the rows."""
    known: dict[str, set[str]] = {}
    for table, row in found:
        ways = [key for key in table.foreign_keys if key.column.table.name not in rows.APART]
        for key in ways:
            parent = key.column.table.name
            if parent not in known:
                known[parent] = set(session.scalars(select(key.column)))
        if all(row[key.parent.name] in known[key.column.table.name] for key in ways):
            yield table, row


def _count_on(session: Session) -> None:
    """PostgreSQL numbers new entries from the last that there is."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for name in ("audit_entries", "audit_checkpoints"):
        last = session.scalar(select(func.max(Base.metadata.tables[name].c.id)))
        if last:
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": name, "last": last}
            )


def _forget_again(session: Session, stones: Iterable[list[str]], *, at: datetime, by: str) -> int:
    known = {pseudonym: (name, when) for pseudonym, name, when in stones}
    cases = [case for case in session.scalars(select(Case).where(Case.public_key != b"")) if case.pseudonym in known]
    for case in cases:
        name, when = known[case.pseudonym]
        gone = shredding.destroy(session, [case.id])
        shredding.blank(session, [case.id])
        session.add(Stone(case_id=case.id, name=RetentionClass(name).value, at=datetime.fromisoformat(when)))
        session.flush()
        session.expire_all()
        case.log("case.forgotten", by=by, at=at, because=name, rows=gone.total(), batch="restored")
    return len(cases)


def _opens() -> Any:
    grants = Base.metadata.tables["case_grants"]
    return select(grants.c.case_id).where(grants.c.case_id == Case.id).exists()
