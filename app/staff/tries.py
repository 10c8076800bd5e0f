"""How often a sign-in may be tried, so that guessing is hopeless and nobody is locked out by a guesser.

Tries are counted per *allowance*, before the passphrase is looked at:

- Strangers to a person share one: at most `MOST` tries for an alias in `WINDOW`, whoever makes them.
- A browser that this person signed in on before has its own, so a guesser elsewhere does not use it up.
- All unknown aliases share one more. It refuses in the same words, so it tells nobody which aliases exist.

A success gives its try back. A one-time link asks no allowance: with it a colleague always gets in.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, insert, literal, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import Instant
from app.staff.credentials import Attempt, StaffSession
from app.staff.models import Person

MOST = 10
WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)
"""How long after signing in a browser has an allowance of its own."""

_NOBODY = "nobody"


def allowance(person: Person | None, earlier: StaffSession | None, *, at: datetime) -> str:
    """Whose tries are counted: an unknown alias's, this browser's, or the person's as strangers see them."""
    if person is None:
        return _NOBODY
    if earlier and earlier.person_id == person.id and earlier.started_at > at - KNOWN_FOR:
        return earlier.id
    return person.id


def count(session: Session, allowance: str, *, at: datetime) -> int:
    """Count one more try and say how many that makes in this window. Two at once get two numbers."""
    tried = _add_one(session, allowance, at=at)
    if tried is not None:
        return tried
    try:
        with session.begin_nested():
            session.execute(insert(Attempt).values(allowance=allowance, since=at, tries=1))
    except IntegrityError:  # another made the row in this very moment
        return _add_one(session, allowance, at=at) or MOST + 1
    return 1


def give_back(session: Session, allowance: str) -> None:
    """A try that succeeded does not count."""
    mine = Attempt.allowance == allowance, Attempt.tries > 0
    session.execute(update(Attempt).where(*mine).values(tries=Attempt.tries - 1))


def _add_one(session: Session, allowance: str, *, at: datetime) -> int | None:
    over = Attempt.since <= literal(at - WINDOW, Instant())
    counted = (
        update(Attempt)
        .where(Attempt.allowance == allowance)
        .values(
            tries=case((over, 1), else_=Attempt.tries + 1),
            since=case((over, literal(at, Instant())), else_=Attempt.since),
        )
        .returning(Attempt.tries)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(counted)
