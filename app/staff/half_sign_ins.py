"""Between the passphrase and the second factor: a few minutes, in one browser, that open nothing yet.

The session begins with a token of its own only when both were shown.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff import sessions
from app.staff.factor_models import HalfSignIn
from app.staff.models import Person
from app.vault.envelope import PrivateKey
from app.vault.staff_keys import lock, new_secret, unlock

LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Half:
    """What the browser is given: the passphrase was right, the second factor is asked for."""

    token: str = field(repr=False)


def begin(session: Session, person: Person, *, at: datetime, key: PrivateKey | None, duress: bool) -> Half:
    """Wait for the second factor. The staff key waits too, locked under a secret that only the browser has."""
    session.execute(delete(HalfSignIn).where(HalfSignIn.expires_at <= at))
    token, secret = secrets.token_urlsafe(32), new_secret()
    row = HalfSignIn(id=sessions.hashed(token), person_id=person.id, begun_at=at, expires_at=at + LASTS, duress=duress)
    row.box = lock(key, secret, session=row.id) if key else None
    session.add(row)
    record(session, at=at, by=person.alias, action="staff.halfway", about=f"person:{person.alias}")
    return Half(f"{token}.{secret}")


def standing(session: Session, token: str | None, *, at: datetime) -> HalfSignIn | None:
    """The half sign-in that this browser began, while it can be finished."""
    row = session.get(HalfSignIn, sessions.hashed(token)) if token else None
    return row if row and row.used_at is None and row.expires_at > at else None


def finish(session: Session, token: str, person: Person, *, at: datetime) -> str | None:
    """The token of a session: the second factor was shown. Of two at once, one gets it."""
    half = standing(session, token, at=at)
    if half is None or half.person_id != person.id or not person.is_active or not _use(session, half, at=at):
        return None
    key = unlock(half.box, token.partition(".")[2], session=half.id) if half.box else None
    return sessions.begin(session, person, at=at, key=key, duress=half.duress)


def _use(session: Session, half: HalfSignIn, *, at: datetime) -> bool:
    won: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(HalfSignIn).where(HalfSignIn.id == half.id, HalfSignIn.used_at.is_(None)).values(used_at=at)
    )
    return won.rowcount == 1
