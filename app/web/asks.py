"""What a route may ask for in its signature."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

from app.clock import Clock
from app.db import Database
from app.errors import BadInput

_FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100
"""Of a form, unless a face has a longer one."""

_NUL = "\0"
"""Nobody types it, and PostgreSQL keeps no text with it."""


async def _db(request: Request) -> Database:
    return cast(Database, request.app.state.db)


async def _now(request: Request) -> datetime:
    return cast(Clock, request.app.state.clock).now()


async def _posted(request: Request) -> Mapping[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415)
    body = (await request.body()).decode("utf-8", "replace")
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=request.app.state.most_fields)
    except ValueError as error:
        raise BadInput("the form has too many fields") from error
    return {name.replace(_NUL, ""): text.replace(_NUL, "") for name, text in reversed(pairs)}


Db = Annotated[Database, Depends(_db)]
"""The face's database."""

Now = Annotated[datetime, Depends(_now)]
"""The moment the request was let in, aware, in UTC."""

Posted = Annotated[Mapping[str, str], Depends(_posted)]
"""The fields of a posted form, blank ones kept, the first of each name, without NULs. 415 for any other kind of body:
no uploads."""
