"""By what the person of a session showed who they are, and how long ago: the grave deeds want it to be a moment ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff.credentials import StaffSession
from app.staff.factor_models import SessionProof

FRESH_FOR: Final = timedelta(minutes=5)
LINK, PASSPHRASE, PASSKEY, PROVIDER, DURESS = "link", "passphrase", "passkey", "provider", "duress"


def note(session: Session, session_id: str, kind: str, *, at: datetime) -> None:
    """The person of this session showed it now."""
    session.merge(SessionProof(session_id=session_id, kind=kind, at=at))


def shown_again(session: Session, session_id: str, kind: str, *, at: datetime) -> None:
    """The same, in the middle of a session."""
    note(session, session_id, kind, at=at)
    alias = session.get_one(StaffSession, session_id).person.alias
    record(session, at=at, by=alias, action="staff.proved_again", about=f"person:{alias}", what=kind)


def is_fresh(session: Session, session_id: str, *, at: datetime) -> bool:
    """Whether they showed it within five minutes. What was shown under duress opens nothing grave."""
    lately = SessionProof.session_id == session_id, SessionProof.at > at - FRESH_FOR
    return bool(session.scalar(select(exists().where(*lately, SessionProof.kind != DURESS))))
