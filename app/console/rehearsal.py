"""A decoy's pages are asked for once before anybody comes: what a page costs the first time, and never again, would
tell a stopwatch which house it is in."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import FastAPI
from sqlalchemy import delete
from starlette.types import Message

from app.db import Database
from app.logs import Log
from app.staff import sessions
from app.staff.credentials import StaffSession
from app.staff.factor_models import SessionProof
from app.staff.models import Person

_PAGES: Final = ("/console/", "/console/roster", "/console/account", "/console/channels")
_log = Log("console")


def rehearse(face: FastAPI, db: Database, person_id: str) -> None:
    """Look round as this member of staff. What goes wrong costs a moment later on, and nothing else."""
    try:
        _look_round(face, db, person_id)
    except Exception as problem:  # noqa: BLE001 - it is only a rehearsal
        _log.warning("pages could not be asked for ahead", problem=problem)


def _look_round(face: FastAPI, db: Database, person_id: str) -> None:
    site = face.state.site
    with db.transaction() as session:
        token = sessions.begin(session, session.get_one(Person, person_id), at=site.at_the_door())
    for path in _PAGES:
        asyncio.run(_ask(face, path, f"{site.cookie.wire_name}={token}"))
    mine = sessions.hashed(token)
    with db.transaction() as session:
        session.execute(delete(SessionProof).where(SessionProof.session_id == mine))
        session.execute(delete(StaffSession).where(StaffSession.id == mine))


async def _ask(face: FastAPI, path: str, cookie: str) -> None:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        """Nobody looks at it."""

    about = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": ""}
    where = {"http_version": "1.1", "scheme": "https", "server": ("localhost", 443), "client": None}
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    await face({"type": "http", "asgi": {"version": "3.0"}, "headers": headers, **about, **where}, receive, send)
