"""Who is signed in. A session is a random token in one browser and its hash in the database.

Where staff hold the key, a second secret follows the token, behind a dot: it unlocks the session's staff key.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff import freshness, keys_session
from app.staff.credentials import StaffSession
from app.staff.models import Person
from app.vault.envelope import PrivateKey

IDLE = timedelta(minutes=30)
"""A session is over when its person did nothing for so long..."""

LONGEST = timedelta(hours=12)
"""...and in any case so long after it began."""

_SEEN_EVERY = timedelta(minutes=1)


def begin(
    session: Session,
    person: Person,
    *,
    at: datetime,
    key: PrivateKey | None = None,
    proof: str = freshness.PASSPHRASE,
    duress: bool = False,
) -> str:
    """A new session; returns the token for the browser, which is kept nowhere else. It unlocks the staff `key`.

    `proof`: by what they showed who they are. Under `duress` it is a decoy.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            id=hashed(token), person_id=person.id, started_at=at, last_seen_at=at, csrf=secrets.token_urlsafe(32)
        )
    )
    record(session, at=at, by=person.alias, action="staff.signed_in", about=f"person:{person.alias}")
    session.flush()
    freshness.note(session, hashed(token), freshness.DURESS if duress else proof, at=at)
    if key is None:
        return token
    return f"{token}.{keys_session.keep(session, hashed(token), key)}"


def signed_in(session: Session, token: str | None, *, at: datetime) -> StaffSession | None:
    """The session that the token opens, with its `person` and `csrf`; None when it is unknown or over."""
    found = session.get(StaffSession, hashed(token)) if token else None
    if found is None or found.ended_at is not None or not found.person.is_active:
        return None
    if at - found.last_seen_at >= IDLE or at - found.started_at >= LONGEST:
        return None
    return found


def who(session: Session, token: str | None, *, at: datetime) -> Person | None:
    """The person the token signs in, or None. Only looks: `seen` says that they did something."""
    found = signed_in(session, token, at=at)
    return found.person if found else None


def seen(session: Session, token: str, *, at: datetime) -> None:
    """The person did something themselves, so the idle time begins anew. Writes at most once a minute.

    Call it for what a person asks for, not for what a page fetches by itself: a board left open must lock.
    """
    stale = StaffSession.id == hashed(token), StaffSession.last_seen_at <= at - _SEEN_EVERY
    alive = StaffSession.ended_at.is_(None), StaffSession.last_seen_at > at - IDLE
    noted: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(StaffSession).where(*stale, *alive).values(last_seen_at=at)
    )
    if noted.rowcount:
        sweep(session, at=at)


def sweep(session: Session, *, at: datetime) -> None:
    """The keys of sessions that ended, idled out or grew too old are gone, though nobody came back to them."""
    over = StaffSession.last_seen_at <= at - IDLE, StaffSession.started_at <= at - LONGEST
    keys_session.destroy(session, or_(StaffSession.ended_at.is_not(None), *over))


def sign_out(session: Session, token: str, *, at: datetime) -> None:
    """End the session. Ending one that is over, or never was, does nothing."""
    found = session.get(StaffSession, hashed(token))
    if found and found.ended_at is None:
        end(session, found, at=at)


def standing(session: Session, person_id: str, *, at: datetime) -> Sequence[StaffSession]:
    """A person's sessions that are not over, the one used last first."""
    lately = StaffSession.last_seen_at > at - IDLE, StaffSession.started_at > at - LONGEST
    mine = StaffSession.person_id == person_id, StaffSession.ended_at.is_(None)
    found = select(StaffSession).where(*mine, *lately).order_by(StaffSession.last_seen_at.desc(), StaffSession.id)
    return session.scalars(found).all()


def ends_at(found: StaffSession) -> datetime:
    """When it is over unless its person does something; sometimes even if they do."""
    return min(found.last_seen_at + IDLE, found.started_at + LONGEST)


def will_end_at(found: StaffSession, *, at: datetime) -> datetime:
    """The same once it was `seen` at this moment."""
    renewed = at if at - found.last_seen_at >= _SEEN_EVERY else found.last_seen_at
    return min(renewed + IDLE, found.started_at + LONGEST)


def end(session: Session, found: StaffSession, *, at: datetime) -> None:
    """It is over, by its person's word."""
    found.ended_at = at
    keys_session.destroy(session, StaffSession.id == found.id)
    about = f"person:{found.person.alias}"
    record(session, at=at, by=found.person.alias, action="staff.signed_out", about=about)


def earlier(session: Session, token: str | None) -> StaffSession | None:
    """The session the browser's cookie is from, over or not: it tells a known browser from a stranger's."""
    return session.get(StaffSession, hashed(token)) if token else None


def hashed(token: str) -> str:
    """What is kept of a token, and its session's id: of 256 random bits, so that a plain hash is not guessed back."""
    return hashlib.sha256(token.partition(".")[0].encode()).hexdigest()
