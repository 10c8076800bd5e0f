"""What only people change (the programme, the staff, the roster) is read once and remembered until somebody changes it.

The database has an edition, a random id, and triggers give it a new one whenever one of those tables is written, by
whomever: `dygnet apply`, the console, another process, an operator's own SQL. A transaction asks for the edition once,
one row; what was read under that edition before still holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from sqlalchemy import CheckConstraint, String, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base
from app.journeys import Question

Something = TypeVar("Something")

_ASKED: Final = "edition"
_EDITIONS: Final = 8
"""Remembered at once: the one in force, and one or the other that a transaction in progress is about to end."""


class Edition(Base):
    """The one row whose id is new after every change. A random id, so that an undone change leaves no id behind that
    another change could be given."""

    __tablename__ = "edition"
    __table_args__ = (CheckConstraint("number = 1", name="only_one"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32))


WHICH_EDITION: Final = Question(select(Edition.id), {})
"""To be asked along with others; whoever does says the answer to `learn`."""


def remembered(read: Callable[[Session], Something]) -> Callable[[Session], Something]:
    """Make `read` remember what it returned until somebody changes what it reads.

    It may read the tables with triggers and nothing else. What it returns is shared: let nobody be able to change it.
    """
    return _kept(read, edition_of)


def standing_for(read: Callable[[Session], Something]) -> Callable[[Session], Something]:
    """The same, and what the session has in hand is not written for it: its own changes count from when they are."""
    return _kept(read, _edition_written)


def _kept(read: Callable[[Session], Something], edition_in: Callable[[Session], str]) -> Callable[[Session], Something]:
    kept: dict[str, Something] = {}

    @wraps(read)
    def recall(session: Session) -> Something:
        edition = edition_in(session)
        if not edition:
            return read(session)
        if edition not in kept:
            if len(kept) >= _EDITIONS:
                kept.clear()
            kept[edition] = read(session)
        return kept[edition]

    return recall


def edition_of(session: Session) -> str:
    """The edition that this transaction sees, its own changes included. Empty while no triggers are there."""
    session.flush()
    return _edition_written(session)


def _edition_written(session: Session) -> str:
    if _ASKED not in session.info:
        learn(session, session.connection().exec_driver_sql("SELECT id FROM edition").scalar())
    known: str = session.info[_ASKED]
    return known


def learn(session: Session, edition: str | None) -> None:
    """This is the edition that the transaction sees."""
    session.info[_ASKED] = edition or ""


def _ask_again(session: Session, *_: object) -> None:
    session.info.pop(_ASKED, None)


event.listen(Session, "after_flush", _ask_again)
event.listen(Session, "after_soft_rollback", _ask_again)
event.listen(Session, "after_bulk_update", lambda done: _ask_again(done.session))
event.listen(Session, "after_bulk_delete", lambda done: _ask_again(done.session))
