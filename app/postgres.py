"""How PostgreSQL is reached: of several servers the one that takes writes, and none waited for without end.

Each bound stands here because a server can be lost in three ways: it is gone and says so (refused at once), it is gone
and nothing says so (a connection is silent), or it is there and does not answer. What `DATABASE_URL` says wins.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout  # what `wait` raises when its own `timeout` is over
from sqlalchemy import Engine, ExceptionContext
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from app.logs import Log
from app.pipeline import Pipelined

CONNECTS_WITHIN: Final = 3
"""Seconds for one server to let us in before the next is tried."""

ANSWERS_WITHIN: Final = 30.0
"""Seconds after which the server itself ends a statement."""

OVERDUE: Final = 5.0
"""Seconds more after which we hang up: the server has stopped, or its commit waits for a standby that is gone."""

IDLE_WITHIN: Final = 60.0
"""Seconds after which the server undoes a transaction that nobody goes on with: whoever began it has vanished."""

_SILENCE_IS_NOTICED: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}
"""A machine that vanished is found out after about ten seconds, whether we had just asked it something or not."""

_NOT_COMPILED: Final = "-c jit=off"
"""What a page asks ends at a page of rows. PostgreSQL judges by what it guesses without that end, and by old counts: it
compiled one question of a board with 10,000 cases for 113 ms, and answered it in less than one."""

_NOT_TO_BE_WRITTEN_TO: Final = "25006"
_SHUTTING_DOWN: Final = "57P"

RV = TypeVar("RV")
_log = Log("database")


def address(url: str) -> URL:
    """`DATABASE_URL` as SQLAlchemy reads it, also with several servers: `postgresql://name:word@db1:5432,db2:5432/dygnet`.

    Unless the URL says otherwise only a server that takes writes will do, so that a standby is never mistaken for one.
    """
    scheme, who, servers, rest = _parts(url)
    if not scheme.startswith("postgresql"):
        return make_url(url)
    many = "," in servers
    read = make_url(f"{scheme}://{who}{'' if many else servers}{rest}").set(drivername="postgresql+psycopg")
    if many:
        hosts, ports = zip(*(_host_and_port(server) for server in servers.split(",")), strict=True)
        read = read.update_query_dict({"host": ",".join(hosts), "port": ",".join(ports)})
    return read if "target_session_attrs" in read.query else read.update_query_dict(_TAKES_WRITES)


_TAKES_WRITES: Final = {"target_session_attrs": "read-write"}


def _parts(url: str) -> tuple[str, str, str, str]:
    """The scheme; name and password with their @; the servers; the database and everything after it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # a password with a bracket; what it says of one with other signs would quote the password
        scheme, _, rest = url.partition("://")
        return scheme, "", "", rest
    name, at, servers = parts.netloc.rpartition("@")
    return parts.scheme, name + at, servers, url[len(f"{parts.scheme}://{parts.netloc}") :]


def _host_and_port(server: str) -> tuple[str, str]:
    host, colon, port = server.rpartition(":")
    return (host.strip("[]"), port) if colon and not port.endswith("]") else (server.strip("[]"), "5432")


class Line(Pipelined):
    """A connection that hangs up when the server has not answered within `patience` seconds; None waits for ever."""

    patience: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """All that this connection ever waits for goes through here."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except _WaitTimeout:
            self.pgconn.finish()
            _log.error("the database does not answer", seconds=self.patience)
            raise psycopg.OperationalError("the database did not answer in time") from None


class Servers:
    """The servers of one database. New connections go first to the one that let us in last."""

    def __init__(self, engine: Engine, *, answers_within: float | None = ANSWERS_WITHIN) -> None:
        """`answers_within` None: as long as it takes, as for migrations."""
        _, said = engine.dialect.create_connect_args(engine.url)
        self._said: dict[str, Any] = {"connect_timeout": CONNECTS_WITHIN, **_SILENCE_IS_NOTICED, **said}
        self._patience = answers_within + OVERDUE if answers_within else None
        if answers_within:
            self._said["options"] = f"{_NOT_COMPILED} {_limits(answers_within)} {said.get('options', '')}".strip()
        self._was_there = False
        self._away_since: float | None = None
        self._noting = threading.Lock()

    def connect(self, **more: Any) -> Line:
        """A new connection to the server that takes writes; psycopg.OperationalError when there is none just now."""
        try:
            line = Line.connect(**self._said, **more)
        except psycopg.OperationalError as problem:
            self._note_away(problem)
            raise
        line.patience = self._patience
        self._note_back(line)
        return line

    def _note_away(self, problem: psycopg.Error) -> None:
        with self._noting:
            if self._was_there and self._away_since is None:  # of one that never was, whoever starts has to say so
                self._away_since = time.monotonic()
                _log.error("the database cannot be reached", kind=type(problem).__name__)

    def _note_back(self, line: Line) -> None:
        with self._noting:
            self._was_there = True
            self._prefer(line.info.host, str(line.info.port))
            if self._away_since is not None:
                away, self._away_since = time.monotonic() - self._away_since, None
                _log.warning("the database is back", seconds=round(away, 1), port=line.info.port)

    def _prefer(self, host: str, port: str) -> None:
        """A server that is switched off costs every new connection `CONNECTS_WITHIN`: it had better come last."""
        hosts = str(self._said.get("host", "")).split(",")
        ports = str(self._said.get("port", "")).split(",")
        if len(hosts) > 1 and len(ports) == len(hosts):
            servers = sorted(zip(hosts, ports, strict=True), key=lambda server: server != (host, port))
            self._said["host"], self._said["port"] = map(",".join, zip(*servers, strict=True))


def _limits(answers_within: float) -> str:
    return (
        f"-c statement_timeout={answers_within * 1000:.0f} "
        f"-c idle_in_transaction_session_timeout={IDLE_WITHIN * 1000:.0f}"
    )


def give_up_on(context: ExceptionContext) -> None:
    """Have the pool make new connections when this server is going down, or has become a standby."""
    state = getattr(context.original_exception, "sqlstate", None) or ""
    if state == _NOT_TO_BE_WRITTEN_TO or state.startswith(_SHUTTING_DOWN):
        context.is_disconnect = True
    if context.is_disconnect and context.connection is not None:
        _log.warning("a connection to the database is lost", code=state)


def is_away(problem: BaseException) -> bool:
    """Whether the problem is that PostgreSQL cannot be reached just now, which is said once elsewhere."""
    if isinstance(problem, DBAPIError):
        lost = isinstance(problem.orig, psycopg.OperationalError) and problem.orig.sqlstate is None
        return problem.connection_invalidated or lost
    return False
