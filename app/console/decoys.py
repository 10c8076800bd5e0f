"""The harmless view: a console of its own, over a database of its own, in which nobody ever asked for help.

A session under duress sees nothing but this. It is the same code with the same pages; only the house is another: the
staff by their aliases, the programme, the engine's pulse, and no case, no number and no key that opens anything. What
is done there is done to it alone, works, looks right, and is gone when the process ends. So no address, known or
guessed, leads to a real case: the request never reaches the real house.

One house stands ready before it is asked for, so that the first page takes no longer than any other. Its database is in
memory and nowhere else: a file that a killed process or a power cut left behind would tell whoever finds it that
somebody has a passphrase for duress.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

from fastapi import FastAPI
from sqlalchemy import Connection, event, select
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.console.furnishing import copied, furnish_staff, furnish_visitor
from app.console.rehearsal import rehearse
from app.db import Base, Database, new_id
from app.escalation.models import Pulse
from app.remembered import edition_of
from app.staff.factor_models import DuressPassphrase

MOST: Final = 8
"""Houses kept at a time; the one asked for longest ago goes first."""

_SCOPE: Final = (
    "type",
    "asgi",
    "http_version",
    "server",
    "client",
    "scheme",
    "method",
    "path",
    "raw_path",
    "query_string",
    "headers",
    "root_path",
)
"""What came with the request, without what the real house found out about it."""


@dataclass
class House:
    """One decoy: its rooms, and the database that goes with it."""

    face: FastAPI
    db: Database
    edition: str
    """Of the staff and the programme that it shows."""

    rehearsal: threading.Thread | None = None

    def rehearse(self, guest: str) -> None:
        """Ask for its pages once, beside whatever else goes on; it needs nothing of the real house for that."""
        self.rehearsal = threading.Thread(target=rehearse, args=(self.face, self.db, guest), daemon=True)
        self.rehearsal.start()

    def wait_until_ready(self) -> None:
        """Until nobody looks round in it any more."""
        if self.rehearsal:
            self.rehearsal.join()

    def tear_down(self) -> None:
        """Nothing of it stays."""
        self.wait_until_ready()
        self.db.close()


@dataclass
class Decoys:
    """The decoys of one process. `furnish` hangs the console's rooms over a database."""

    db: Database = field(repr=False)
    furnish: Callable[[Database], FastAPI] = field(repr=False)
    _houses: OrderedDict[str, House] = field(default_factory=OrderedDict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _spare: House | None = field(default=None, repr=False)

    def draw_ahead(self) -> None:
        """Have the next house ready, furnished as the staff and the programme are now, where anybody has a passphrase
        for duress. Whoever signs in asks for it, whichever passphrase they type."""
        with self.db.reading() as session:
            edition, guest = edition_of(session), session.scalar(select(DuressPassphrase.person_id).limit(1))
        with self._turn:
            if guest and (self._spare is None or self._spare.edition != edition):
                self._put_away(self._spare)
                self._spare = self._build()
                self._spare.rehearse(guest)

    def for_session(self, session_id: str) -> FastAPI:
        """The house of this session, built when it is asked for first, with the pulse of this moment."""
        with self._turn:
            house = self._houses.pop(session_id, None) or self._move_in(session_id)
            self._houses[session_id] = house
            while len(self._houses) > MOST:
                self._houses.popitem(last=False)[1].tear_down()
        with self.db.reading() as real, house.db.transaction() as decoy:
            for pulse in real.scalars(select(Pulse)):
                decoy.merge(copied(pulse))
        return house.face

    def _move_in(self, session_id: str) -> House:
        with self.db.reading() as real:
            if self._spare and self._spare.edition != edition_of(real):
                self._put_away(self._spare)
                self._spare = None
            house, self._spare = self._spare or self._build(), None
            house.wait_until_ready()
            with house.db.transaction() as decoy:
                furnish_visitor(real, decoy, session_id)
        return house

    def _build(self) -> House:
        """A house with everybody in it and nobody at the door."""
        db = _empty()
        with self.db.reading() as real, db.transaction() as decoy:
            edition = edition_of(real)
            furnish_staff(real, decoy)
        return House(self.furnish(db), db, edition)

    def _put_away(self, house: House | None) -> None:
        if house:
            house.tear_down()


class Elsewhere(Response):
    """An answer that another app gives to the same request."""

    def __init__(self, app: FastAPI, body: bytes) -> None:
        super().__init__()
        self._app, self._sent = app, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask it, as if the request had come there first."""
        waiting = [{"type": "http.request", "body": self._sent, "more_body": False}]

        async def once_more() -> dict[str, object]:
            return waiting.pop() if waiting else dict(await receive())

        await self._app({key: scope[key] for key in _SCOPE if key in scope}, once_more, send)


_PLANS: list[Database] = []
_DRAWING = threading.Lock()


def _empty() -> Database:
    """A database with every table and no row. The tables are drawn once in the life of a process, and copied."""
    with _DRAWING:
        if not _PLANS:
            _PLANS.append(_in_memory())
            Base.metadata.create_all(_PLANS[0].engine)
    db = _in_memory()
    with _PLANS[0].engine.connect() as plan, db.engine.connect() as copy:
        _sqlite(plan).backup(_sqlite(copy))
    return db


def _in_memory() -> Database:
    """A database that all its connections share, and that is gone with the last of them."""
    name = f"file:%252F{new_id()}"  # to SQLite, which reads it twice unquoted, `/` and the id; to a path no folder
    db = Database(f"sqlite:///{name}?vfs=memdb&cache=shared&uri=true")
    event.listen(db.engine, "connect", _look_on_while_another_writes)
    return db


def _sqlite(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _look_on_while_another_writes(connection: Any, _record: object) -> None:
    """As everywhere else; in memory, whoever looks would be refused otherwise."""
    connection.execute("PRAGMA read_uncommitted=ON")
