"""The least a form can do: read it, insert one row as it came, commit, answer. What ours is compared with.

`BARE_RECEIPT=yes` makes a receipt as ours does, with the same Argon2id, and keeps its verifier in the row: what the
slow part costs anybody who gives one. On SQLite it keeps what it is given as safely as ours does, and its writers wait
for a lock (`bench/bare.py` says why).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import nullcontext
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from app.vault.receipts import made_ready, mark_of, receipt_from

WITH_RECEIPT: Final = os.environ.get("BARE_RECEIPT") == "yes"

engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=20)
turn = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
app = FastAPI()


if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def keep_safely(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


async def posted(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


@app.post("/sv/contact")
def take_in(form: Annotated[dict[str, str], Depends(posted)]) -> HTMLResponse:
    receipt, verifier = receipt_from(form["nonce"]), ""
    if WITH_RECEIPT:
        verifier = made_ready(b"i" * 32, receipt).verifier
    row = {"mark": mark_of(form["nonce"]), "verifier": verifier, "number": form["number"], "message": form["message"]}
    with turn, Session(engine) as session, session.begin():
        session.execute(text("INSERT INTO bare_forms VALUES (:mark, :verifier, :number, :message)"), row)
    return HTMLResponse(f"<p>{receipt.spoken if WITH_RECEIPT else 'Tack'}</p>")
