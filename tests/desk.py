"""What small tests lay on the desk: a staff, a case, a row; no doors, no telephones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.cases import references
from app.cases.models import Case
from app.cases.opening import open_case
from app.cases.queries import locked
from app.db import Database, new_id
from app.escalation.opening import begin
from app.programme.apply import apply, current, read
from app.staff.directory import Directory, by_alias
from app.staff.models import Person
from app.vault.envelope import PrivateKey
from app.vault.grants import new_case_key
from app.vault.keyring import Keyring
from tests import people

A_DAY = timedelta(hours=24)
CASE_KEY: PrivateKey = new_case_key()


def employ(db: Database, folder: Path, programme: str = people.PROGRAMME, *, at: datetime = people.MONDAY) -> Keyring:
    """Bring in a programme with its staff; the keys are made beside it. Returns them, the duty key opened."""
    Keyring.create(folder / "keys")
    keyring = Keyring.load(folder / "keys", private=("duty", "rota"))
    file = folder / "programme.toml"
    file.write_text(programme)
    with db.transaction() as session:
        apply(session, read(file), at=at, by="operator", duty=keyring.public("duty"), directory=Directory(keyring))
    return keyring


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a staff in it, for tests that leave nothing behind (see `session`)."""
    folder = tmp_path_factory.mktemp("office")
    with a_database(request.param, request, folder) as database:
        employ(database, folder)
        yield database
        database.close()


@pytest.fixture
def session(office: Database) -> Iterator[Session]:
    """A session in which everything can be done, and nothing stays."""
    with office.reading() as looking:
        yield looking


@contextmanager
def a_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """An empty database with the schema in place, of the kind `sqlite` or `postgresql`, for as long as it is needed."""
    if kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "office.db")
        yield Database(f"sqlite:///{folder / 'office.db'}")
        return
    template = make_url(request.getfixturevalue("postgres_template"))
    name = f"office_{new_id()}"
    outside = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template.database}"))
        yield Database(template.set(database=name).render_as_string(hide_password=False))
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    outside.dispose()


def opened(session: Session, *, at: datetime = people.MONDAY, within: timedelta = A_DAY) -> Case:
    """A case whose clock starts at a moment, without an escalation."""
    return open_case(
        session,
        at=at,
        within=within,
        key_id=CASE_KEY.key_id,
        public_key=CASE_KEY.public.raw,
        reference=references.free(session),
    )


def waiting(db: Database, *, at: datetime = people.MONDAY, danger: bool = False) -> str:
    """A waiting case with its ladders begun; returns its id."""
    with db.transaction() as session:
        routine = current(session).routine
        case = opened(session, at=at, within=routine.first_contact_within)
        if danger:
            case.mark_danger(by="caller", at=at)
        begin(session, case, routine, at=at)
        return case.id


def named(session: Session, alias: str) -> Person:
    """A member of staff."""
    person = by_alias(session, alias)
    assert person
    return person


@contextmanager
def changing(db: Database, case_id: str) -> Iterator[tuple[Session, Case]]:
    """The case, locked for change; committed at the end of the block."""
    with db.transaction() as session:
        yield session, locked(session, case_id)


def entries(session: Session) -> list[dict[str, object]]:
    """Every entry of the log, the oldest first."""
    return [json.loads(body) for body in session.scalars(select(AuditEntry.body).order_by(AuditEntry.id))]


def actions(session: Session) -> list[str]:
    """The actions of the log, the oldest first."""
    return [str(entry["action"]) for entry in entries(session)]
