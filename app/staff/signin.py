"""Getting in: a one-time link to set a passphrase, and the passphrase from then on."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.errors import BadInput
from app.staff import passphrases, people, sessions, tries
from app.staff.credentials import EnrolmentLink, Passphrase
from app.staff.directory import by_alias
from app.staff.models import Person

LINK_LASTS = timedelta(minutes=15)

_ALIAS_AT_MOST = 64
"""Characters of what was typed as an alias that are looked at."""


class LinkSpent(BadInput):
    """The link is unknown, used, too old, or its person left: the same answer for all."""

    def __init__(self) -> None:
        super().__init__("This link has been used or is too old. Ask for a new one.")


def make_link(session: Session, person: Person, *, at: datetime, by: str) -> str:
    """A one-time token for the person, valid for fifteen minutes. An earlier unused one is void from now on."""
    unused = EnrolmentLink.person_id == person.id, EnrolmentLink.used_at.is_(None), EnrolmentLink.expires_at > at
    session.execute(update(EnrolmentLink).where(*unused).values(expires_at=at))
    token = secrets.token_urlsafe(32)
    session.add(
        EnrolmentLink(
            token_hash=sessions.hashed(token), person_id=person.id, made_at=at, made_by=by, expires_at=at + LINK_LASTS
        )
    )
    record(session, at=at, by=by, action="staff.linked", about=f"person:{person.alias}")
    return token


def link_is_for(session: Session, token: str, *, at: datetime) -> Person | None:
    """Whose link it is, while it can be used. Looking does not use it."""
    link = _usable(session, token, at=at)
    return link.person if link else None


def enrol(session: Session, token: str, passphrase: str, *, at: datetime) -> str:
    """Set the passphrase of the link's person and sign them in here; everywhere else they are signed out.

    Returns the session's token. Raises LinkSpent, or WeakPassphrase, which leaves the link usable.
    """
    link = _usable(session, token, at=at)
    if link is None:
        raise LinkSpent
    passphrases.refuse_weak(passphrase, alias=link.person.alias)
    _use(session, link, at=at)
    people.end_every_door(session, link.person, at=at)
    session.merge(Passphrase(person_id=link.person_id, phc=passphrases.derive(passphrase), set_at=at))
    alias = link.person.alias
    record(session, at=at, by=alias, action="staff.enrolled", about=f"person:{alias}", what="passphrase")
    return sessions.begin(session, link.person, at=at)


def sign_in(db: Database, alias: str, passphrase: str, *, at: datetime, cookie: str | None = None) -> str | None:
    """The token of a new session, or None: one answer, at one price, for whatever was wrong.

    `cookie` is the token of an earlier session in this browser, if it has one (`tries`). Takes the database, not
    a session, because it writes twice: the try is committed before the passphrase is compared, so that many at
    once cannot share one; and the comparison, slow on purpose, holds up no other writer.
    """
    with db.transaction() as session:
        tried = _try(session, alias.strip().lower()[:_ALIAS_AT_MOST], cookie, at=at)
    right = passphrases.matches(tried.phc, passphrase) and tried.number <= tries.MOST
    with db.transaction() as session:
        person = _still(session, tried) if right else None
        if person is None:
            _refuse(session, tried, at=at)
            return None
        tries.give_back(session, tried.allowance)
        return sessions.begin(session, person, at=at)


class _Try(NamedTuple):
    alias: str | None
    phc: str | None
    allowance: str
    number: int


def _try(session: Session, alias: str, cookie: str | None, *, at: datetime) -> _Try:
    person = by_alias(session, alias)
    kept = session.get(Passphrase, person.id if person else "")
    allowance = tries.allowance(person, sessions.earlier(session, cookie), at=at)
    number = tries.count(session, allowance, at=at)
    return _Try(person.alias if person else None, kept.phc if kept else None, allowance, number)


def _still(session: Session, tried: _Try) -> Person | None:
    """The person, unless they left or changed the passphrase while it was being compared."""
    person = by_alias(session, tried.alias or "")
    kept = session.get(Passphrase, person.id) if person else None
    return person if kept and kept.phc == tried.phc else None


def _refuse(session: Session, tried: _Try, *, at: datetime) -> None:
    """Into the log, but no more often than an allowance has tries: a guesser may not flood it."""
    about = f"person:{tried.alias}" if tried.alias else ""
    if tried.number <= tries.MOST:
        record(session, at=at, by="unknown", action="staff.sign_in_failed", about=about, outcome="refused")
    elif tried.number == tries.MOST + 1:
        record(session, at=at, by="unknown", action="staff.locked", about=about, outcome="refused")


def _usable(session: Session, token: str, *, at: datetime) -> EnrolmentLink | None:
    unused = EnrolmentLink.used_at.is_(None), EnrolmentLink.expires_at > at
    link = session.scalar(select(EnrolmentLink).where(EnrolmentLink.token_hash == sessions.hashed(token), *unused))
    return link if link and link.person.is_active else None


def _use(session: Session, link: EnrolmentLink, *, at: datetime) -> None:
    """Of two at once, one wins."""
    won: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(EnrolmentLink).where(EnrolmentLink.id == link.id, EnrolmentLink.used_at.is_(None)).values(used_at=at)
    )
    if won.rowcount != 1:
        raise LinkSpent
