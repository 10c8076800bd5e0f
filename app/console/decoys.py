"""The harmless view: a console of its own, over a database of its own, in which nobody ever asked for help.

A session under duress sees nothing but this. It is the same code with the same pages; only the house is another: the
staff by their aliases, the programme, the engine's pulse, and no case, no number and no key that opens anything. What
is done there is done to it alone, works, looks right, and is gone when the process ends. So no address, known or
guessed, leads to a real case: the request never reaches the real house.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from fastapi import FastAPI
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.db import Base, Database
from app.escalation.models import Pulse
from app.programme.models import ProgrammeVersion
from app.staff.credentials import Passphrase, StaffSession
from app.staff.factor_models import CodeApp, DuressPassphrase, Passkey, RecoveryCode
from app.staff.freshness import PASSPHRASE, note
from app.staff.keys_models import RotaGrant, SessionKey, StaffKey
from app.staff.models import Channel, Person

Row = TypeVar("Row", bound=Base)

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
    """One decoy: its rooms, and the folder that goes with it."""

    face: FastAPI
    db: Database
    folder: Path

    def tear_down(self) -> None:
        """Nothing of it stays."""
        self.db.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Decoys:
    """The decoys of one process. `furnish` hangs the console's rooms over a database."""

    db: Database = field(repr=False)
    furnish: Callable[[Database], FastAPI] = field(repr=False)
    _houses: OrderedDict[str, House] = field(default_factory=OrderedDict, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def for_session(self, session_id: str) -> FastAPI:
        """The house of this session, built when it is asked for first, with the pulse of this moment."""
        with self._turn:
            house = self._houses.pop(session_id, None) or self._build(session_id)
            self._houses[session_id] = house
            while len(self._houses) > MOST:
                self._houses.popitem(last=False)[1].tear_down()
        with self.db.reading() as real, house.db.transaction() as decoy:
            for pulse in real.scalars(select(Pulse)):
                decoy.merge(_copied(pulse))
        return house.face

    def _build(self, session_id: str) -> House:
        folder = Path(tempfile.mkdtemp(prefix="dygnet-"))
        db = Database(f"sqlite:///{folder / 'house.db'}")
        (folder / "house.db").write_bytes(_empty())
        with self.db.reading() as real, db.transaction() as decoy:
            _furnish(real, decoy, session_id)
        return House(self.furnish(db), db, folder)


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


_TEMPLATE: list[bytes] = []
_DRAWING = threading.Lock()


def _empty() -> bytes:
    """A database with every table and no row, drawn once in the life of a process."""
    with _DRAWING:
        if not _TEMPLATE:
            _TEMPLATE.append(_drawn())
        return _TEMPLATE[0]


def draw_ahead() -> None:
    """Before it is needed: the first to sign in waits for it, whichever passphrase they type."""
    _empty()


def _drawn() -> bytes:
    with tempfile.TemporaryDirectory(prefix="dygnet-") as folder:
        db = Database(f"sqlite:///{folder}/house.db")
        Base.metadata.create_all(db.engine)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        return Path(folder, "house.db").read_bytes()


def _furnish(real: Session, decoy: Session, session_id: str) -> None:
    """The session as it is, the other passphrase as the only one, and what everybody may know of the staff."""
    mine = real.get_one(StaffSession, session_id)
    for table in (ProgrammeVersion, Person):
        decoy.add_all(_copied(row) for row in real.scalars(select(table)))
    decoy.flush()
    decoy.add_all(_copied(row) for row in real.scalars(select(Channel)))
    for keys in (StaffKey, RotaGrant):
        decoy.add_all(_copied(row) for row in real.scalars(select(keys).where(keys.person_id != mine.person_id)))
    decoy.add(_copied(mine))
    decoy.flush()
    note(decoy, mine.id, PASSPHRASE, at=mine.started_at)
    decoy.add_all(_copied(row) for row in real.scalars(select(SessionKey).where(SessionKey.session_id == mine.id)))
    _furnish_factors(real, decoy, mine.person_id)
    other = real.get(DuressPassphrase, mine.person_id)
    if other:
        decoy.add(Passphrase(person_id=other.person_id, phc=other.phc, set_at=other.set_at))


def _furnish_factors(real: Session, decoy: Session, person_id: str) -> None:
    """The second factors as whoever looks on has just seen them used. Nothing of them opens anything here."""
    for row in real.scalars(select(CodeApp).where(CodeApp.person_id == person_id, CodeApp.confirmed_at.is_not(None))):
        decoy.add(_copied(row, box=secrets.token_bytes(len(row.box))))
    for passkey in real.scalars(select(Passkey).where(Passkey.person_id == person_id)):
        decoy.add(_copied(passkey, box=None))
    for code in real.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)):
        decoy.add(_copied(code, id=secrets.token_hex(len(code.id) // 2)))


def _copied(row: Row, **other: Any) -> Row:
    columns = inspect(type(row)).column_attrs
    return type(row)(**{column.key: getattr(row, column.key) for column in columns} | other)
