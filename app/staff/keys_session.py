"""A staff key while its owner is signed in: in the database locked, in memory only while a request needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.errors import DygnetError
from app.staff.credentials import StaffSession
from app.staff.keys_models import SessionKey
from app.vault.envelope import PrivateKey
from app.vault.staff_keys import lock, new_secret, unlock


class Locked(DygnetError):
    """The session has no key that opens: it began before keys were held by staff, or its cookie is gone."""

    status = 403


@dataclass(frozen=True)
class Hand:
    """What a request brings to open a key with: whose, in which session, and the secret from the browser."""

    person_id: str
    session_id: str
    secret: str = field(repr=False)


def keep(session: Session, session_id: str, key: PrivateKey) -> str:
    """Lock the key into a session that begins. Returns the secret for the browser, which is kept nowhere else."""
    secret = new_secret()
    session.add(SessionKey(session_id=session_id, box=lock(key, secret, session=session_id)))
    return secret


def is_locked(session: Session, hand: Hand) -> bool:
    """Whether there is nothing to open here, going by what is kept. Opens nothing."""
    return not hand.secret or session.get(SessionKey, hand.session_id) is None


def unlocked(session: Session, hand: Hand) -> PrivateKey:
    """The staff key of whoever asks. Locked when the session has none; CannotOpen with another browser's secret."""
    kept = session.get(SessionKey, hand.session_id)
    if kept is None or not hand.secret:
        raise Locked("This session opens nothing. Sign in again.")
    return unlock(kept.box, hand.secret, session=hand.session_id)


def destroy(session: Session, *which: ColumnElement[bool]) -> None:
    """The keys of these sessions are gone."""
    of_these = select(StaffSession.id).where(StaffSession.id == SessionKey.session_id, *which)
    session.execute(delete(SessionKey).where(of_these.exists()))  # there are few keys, and sessions of many years
