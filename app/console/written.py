"""A deed that may be refused for what was chosen: written down, or shown again with everything that was chosen."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.db import Database
from app.errors import AlreadyTaken, BadInput


def written(
    db: Database, write: Callable[[Session], None], *, onward: str, again: Callable[[Session], Response]
) -> Response:
    """Go `onward` when it is written, and to the page `again` when it is BadInput or AlreadyTaken."""
    try:
        with db.transaction() as session:
            write(session)
    except (BadInput, AlreadyTaken):
        with db.reading() as session:
            return again(session)
    return RedirectResponse(onward, status_code=303)
