"""What a handler does to somebody who came in by the form, where no console runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from app.cases import letters
from app.cases.models import Case
from app.clock import WallClock
from app.db import Database
from app.staff.directory import by_alias

FROM_US: Final = "Hej!\nVi kan ses i morgon.\n\nSäg var det är tryggt för dig."


def a_handler_writes(db: Database) -> None:
    """A letter to whoever has the only case, a minute ago by the wall: the real doors here live by it."""
    with db.transaction() as session:
        case, anna = session.scalars(select(Case)).one(), by_alias(session, "anna")
        letters.write(session, case, FROM_US, by=anna, source="letter", at=WallClock().now() - timedelta(minutes=1))
