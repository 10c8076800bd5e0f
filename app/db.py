"""One engine, one Base, one `transaction()`: the only place that commits.

SQLite (write-ahead log, `synchronous=FULL`, foreign keys on) serves one machine; PostgreSQL serves
more. SQLite's writers wait for their turn in this process (`commits.py`), because its own busy-wait is
unfair; between processes `BEGIN IMMEDIATE` decides. PostgreSQL lets writers share commits by itself.
"""

from __future__ import annotations

import select
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import DateTime, Dialect, MetaData, String, create_engine, event
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from app import postgres
from app.commits import SharedCommits
from app.connections import KeptConnections
from app.nudge import Bell

LOOKS: Final = "looks"
"""Set in the `info` of a session that only looks."""

MIGRATIONS = Path(__file__).parent.parent / "migrations"

BUSY_SECONDS = 10
"""How long a SQLite writer waits for another process."""

PAGES_BETWEEN_CHECKPOINTS = 4000
AT_THE_DOORS = 4 * PAGES_BETWEEN_CHECKPOINTS
"""SQLite copies its log into its file after so many pages (16 MB, and 64 MB), in the middle of somebody's commit. Doors
leave it to the engine, which commits every second and keeps nobody waiting, unless there is none for a long time."""

SOMEBODY_WAITS: Final = 8.0
"""Seconds that a door gives PostgreSQL for an answer: after nine in all the carrier does not listen to us any more, and
whoever is on the line is put through to the standing chain without us."""


def new_id() -> str:
    """A random id that says nothing, not even when it was made."""
    return uuid.uuid4().hex


Id = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
"""The primary key of a row."""

Ref = Annotated[str, mapped_column(String(32))]
"""The id of another row; name the table with `ForeignKey`."""


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Refuses a naive datetime on the way in; always aware on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table's parent. Names of constraints follow one pattern, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Instant()}


class Database:
    """The one database. `transaction()` writes and commits; `reading()` only looks."""

    def __init__(
        self,
        url: str,
        *,
        pages_between_checkpoints: int = PAGES_BETWEEN_CHECKPOINTS,
        answers_within: float | None = postgres.ANSWERS_WITHIN,
    ) -> None:
        """`url` as in `DATABASE_URL`; a SQLite file's folder is made when missing.

        `answers_within`: the seconds that PostgreSQL is given for each answer, None for as long as it takes.
        """
        parsed = postgres.address(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.bell = Bell()
        if self.is_sqlite:
            if parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
            )
            event.listen(self.engine, "connect", partial(_prepare_sqlite, checkpoint=pages_between_checkpoints))
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(
                parsed, hide_parameters=True, pool_size=10, max_overflow=20, pool_timeout=postgres.ANSWERS_WITHIN
            )
            servers = postgres.Servers(self.engine, answers_within=answers_within)
            event.listen(self.engine, "do_connect", lambda *_: servers.connect())
            event.listen(self.engine, "handle_error", postgres.give_up_on)
            event.listen(self.engine, "checkout", _insist_on_a_living_server)
            self.bell = Bell(servers.connect)
        self._writing = self.engine.execution_options(dygnet_writes=True)
        self._writes: SharedCommits | KeptConnections = (
            SharedCommits(self._writing) if self.is_sqlite else KeptConnections(self._writing, is_alive=_is_alive)
        )

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, and is not when the block raises.

        The commit happens before the next line runs: what is said after the block is true.
        """
        with self._writes.transaction() as session:
            yield session
        self.bell.after(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking only. What was read stays readable afterwards; what was changed is rolled back."""
        with Session(self.engine, expire_on_commit=False, info={LOOKS: True}) as session:
            try:
                yield session
            finally:
                session.expunge_all()  # a rollback would empty what was read
                session.rollback()

    @property
    def revision(self) -> str | None:
        """The revision of the schema; None before there is one."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to a revision; there is no other way to a schema."""
        command.upgrade(self._migrations(), revision)

    def migrate_back(self, revision: str = "base") -> None:
        """Bring the schema back to an earlier revision. What only the later ones could hold is lost."""
        command.downgrade(self._migrations(), revision)

    def _migrations(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["url"] = self.engine.url.render_as_string(hide_password=False)
        return config

    def close(self) -> None:
        """Let go of every connection."""
        self.bell.close()
        self._writes.close()
        self.engine.dispose()


def why_not(problem: SQLAlchemyError | OSError) -> str:
    """Why the database, or a file, cannot be used; for the operator, in words without a password or a row."""
    if isinstance(problem, OSError):
        return f"{problem.filename or 'a file'}: {problem.strerror or type(problem).__name__}"
    why = str(getattr(problem, "orig", None) or type(problem).__name__).strip().partition("\n")[0]
    return f"the database (DATABASE_URL) cannot be used: {why}\nIs it running? A new one is made by: dygnet init"


@cache
def alone_in(*places: str) -> str:
    """PostgreSQL's words for it: wait until nobody else is in these named places, and be there until the end."""
    return f"SELECT {', '.join(f'pg_advisory_xact_lock(hashtextextended({place}, 0))' for place in places)}"


def one_at_a_time(session: Session, name: str) -> None:
    """Let nobody else into the same named place until this transaction ends. SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(alone_in("%s"), (name,))


def _insist_on_a_living_server(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool make a new connection when the server has hung up on an idle one: then there is something to read.

    Without asking the server, which would be one journey more for a webhook that makes two.
    """
    if not _is_alive(connection):
        raise DisconnectionError("the database has hung up")


def _is_alive(connection: Any) -> bool:
    """Whether PostgreSQL has said nothing on its own account on this idle connection."""
    listening = select.poll()
    listening.register(connection.pgconn.socket, select.POLLIN)
    return not listening.poll(0)


def _prepare_sqlite(connection: Any, _record: object, *, checkpoint: int) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA wal_autocheckpoint={checkpoint}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("dygnet_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
