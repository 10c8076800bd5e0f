"""The least a webhook can do: verify the signature, insert one row, commit, answer. What ours is compared with.

`BARE_CHECK=sdk` verifies as the carrier's own tutorial does, with its SDK; `own` with our faster check, so that nobody
can say we chose a slow opponent. On SQLite it keeps what it is given as safely as ours does, and its writers wait for a
lock, because SQLite's own busy-wait would cost it most of its rate at eight callers.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import nullcontext
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response
from twilio.request_validator import RequestValidator

from app.telephony.signature import Form, Signatures

TOKEN, PUBLIC_URL = os.environ["TWILIO_AUTH_TOKEN"], os.environ["PUBLIC_URL"]

engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=20)
turn = threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
validator = RequestValidator(TOKEN)
signatures = Signatures(PUBLIC_URL, (TOKEN,))
app = FastAPI()


if engine.dialect.name == "sqlite":

    @event.listens_for(engine, "connect")
    def keep_safely(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


async def form_of(request: Request) -> FormData:
    return await request.form()


async def verified(request: Request) -> Form:
    scope, headers = request.scope, request.headers
    body = await request.body()
    return signatures.verified_form(
        scope["raw_path"], scope["query_string"], headers["content-type"], body, headers["x-twilio-signature"]
    )


def verified_by_the_sdk(request: Request, form: Annotated[FormData, Depends(form_of)]) -> Response:
    if not validator.validate(PUBLIC_URL + request.url.path, form, request.headers["x-twilio-signature"]):
        return Response(status_code=403)
    return _insert(str(form["CallSid"]))


def verified_by_ourselves(form: Annotated[Form, Depends(verified)]) -> Response:
    return _insert(form["CallSid"])


def _insert(source: str) -> Response:
    with turn, Session(engine) as session, session.begin():
        session.execute(text("INSERT INTO bare (source) VALUES (:source)"), {"source": source})
    return Response("<Response/>", media_type="text/xml")


app.post("/carrier/voice")(verified_by_ourselves if os.environ["BARE_CHECK"] == "own" else verified_by_the_sdk)
