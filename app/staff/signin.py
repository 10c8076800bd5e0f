"""Getting in: a one-time link to set a passphrase, and the passphrase from then on.

Where staff hold the key (`terms`: what a guess at it costs), the passphrase is proved by unwrapping the person's staff
key: nothing cheaper to guess at is kept of it, and the key goes into the session. Argon2 never runs inside a
transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.errors import BadInput
from app.staff import (
    duress,
    freshness,
    half_sign_ins,
    keys_session,
    passphrases,
    people,
    second_factors,
    sessions,
    tries,
)
from app.staff.credentials import EnrolmentLink, StaffSession
from app.staff.duress import Decoyed
from app.staff.factor_models import DuressPassphrase
from app.staff.half_sign_ins import Half
from app.staff.models import Person
from app.staff.proofs import Proved, Secret, is_still, keep, prove, secret_for, tried

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


def link_id(session: Session, token: str, *, at: datetime) -> str | None:
    """The row of a link that can be used, for somebody who goes elsewhere before they use it."""
    link = _usable(session, token, at=at)
    return link.id if link else None


def enrol(
    db: Database,
    token: str,
    passphrase: str,
    *,
    at: datetime,
    terms: str | None = None,
    ours: Sequence[str] = (),
    issuer: str = "",
) -> str | Half:
    """Set the passphrase of the link's person and sign them in here; everywhere else they are signed out.

    Returns the session's token, or what waits for their second factor if they have one. Raises LinkSpent, or
    WeakPassphrase, which leaves the link usable. Where staff hold the key the person has a new one, which nobody has
    let in yet: what an earlier one opened, it does not.
    """
    with db.reading() as session:
        person = link_is_for(session, token, at=at)
    if person is None:
        raise LinkSpent
    passphrases.refuse_weak(passphrase, alias=person.alias, ours=ours)
    secret = secret_for(person, passphrase, terms=terms)
    with db.transaction() as session:
        return _enrol(session, token, secret, at=at, issuer=issuer)


def sign_in(
    db: Database,
    alias: str,
    passphrase: str,
    *,
    at: datetime,
    cookie: str | None = None,
    terms: str | None = None,
    issuer: str = "",
    by_provider: bool = False,
) -> str | Half | None:
    """The token of a new session, what waits for a second factor, or None: one answer for whatever was wrong.

    `cookie` is the token of an earlier session in this browser, if it has one (`tries`). Takes the database, not
    a session, because it writes twice: the try is committed before the passphrase is compared, so that many at
    once cannot share one; and the comparison, slow on purpose, holds up no other writer. `issuer`: the identity
    provider in use, whose accounts are second factors; `by_provider`: the only one there is.
    """
    proved = _proved(db, alias, passphrase, at=at, cookie=cookie, terms=terms)
    if proved is None:
        return None
    unwrapped = proved.key is not None or proved.duress
    fresh = secret_for(proved.person, passphrase, terms=terms) if terms and not unwrapped else None
    with db.transaction() as session:
        person = is_still(session, proved)
        if person is None:
            return None
        if fresh:
            keep(session, person, fresh, at=at)
        key = fresh.key if fresh else proved.key
        if by_provider or second_factors.has_one(session, person.id, issuer=issuer):
            return half_sign_ins.begin(session, person, at=at, key=key, duress=proved.duress)
        return sessions.begin(session, person, at=at, key=key, duress=proved.duress)


def proves(
    db: Database, alias: str, passphrase: str, *, at: datetime, cookie: str | None = None, terms: str | None = None
) -> Proved | None:
    """What the passphrase proves, in the middle of a session. None for a wrong one, which is counted and in the log.

    Decoyed for the one chosen for duress: from this moment the session is a decoy.
    """
    proved = _proved(db, alias, passphrase, at=at, cookie=cookie, terms=terms)
    if proved is None or not proved.duress:
        return proved
    with db.transaction() as session:
        found = sessions.signed_in(session, cookie, at=at)
        if found is None or found.person_id != proved.person.id:
            return None
        freshness.note(session, found.id, freshness.DURESS, at=at)
        keys_session.destroy(session, StaffSession.id == found.id)
    raise Decoyed


def _proved(
    db: Database, alias: str, passphrase: str, *, at: datetime, cookie: str | None, terms: str | None
) -> Proved | None:
    with db.transaction() as session:
        attempt = tried(session, alias.strip().lower()[:_ALIAS_AT_MOST], cookie, at=at)
    proved = prove(attempt, passphrase, terms=terms)
    with db.transaction() as session:
        if proved and attempt.number <= tries.MOST and is_still(session, proved):
            tries.give_back(session, attempt.allowance)
            return proved
        refused(session, attempt.alias, attempt.number, at=at)
    return None


def change_passphrase(
    db: Database,
    token: str,
    old: str,
    new: str,
    *,
    at: datetime,
    terms: str | None = None,
    ours: Sequence[str] = (),
) -> bool:
    """Put a new passphrase in the place of the old; False when the old one was wrong. Other browsers are signed out.

    The staff key stays the same and so do its grants. WeakPassphrase before anything is compared; and for the one they
    chose for duress, once the old one was right.
    """
    with db.reading() as session:
        who = sessions.who(session, token, at=at)
    if who is None:
        return False
    passphrases.refuse_weak(new, alias=who.alias, ours=ours)
    proved = proves(db, who.alias, old, at=at, cookie=token, terms=terms)
    if proved is None:
        return False
    _refuse_the_other(db, who, new)
    secret = secret_for(who, new, terms=terms, key=proved.key, beside=proved.phc)
    with db.transaction() as session:
        person = is_still(session, proved)
        if person is None:
            return False
        keep(session, person, secret, at=at)
        people.end_every_door(session, person, at=at, but=sessions.hashed(token))
        about = f"person:{person.alias}"
        record(session, at=at, by=person.alias, action="staff.passphrase_changed", about=about)
        return True


def _refuse_the_other(db: Database, person: Person, new: str) -> None:
    with db.reading() as session:
        other = duress.standing(session, person.id)
    if other and passphrases.matches(other.phc, new):
        raise passphrases.WeakPassphrase("is_for_duress", "This is the passphrase you chose for duress: take another.")


def _enrol(session: Session, token: str, secret: Secret, *, at: datetime, issuer: str) -> str | Half:
    link = spend(session, _usable(session, token, at=at), at=at)
    keep(session, link.person, secret, at=at)
    session.execute(delete(DuressPassphrase).where(DuressPassphrase.person_id == link.person_id))
    alias = link.person.alias
    record(session, at=at, by=alias, action="staff.enrolled", about=f"person:{alias}", what="passphrase")
    if second_factors.has_one(session, link.person_id, issuer=issuer):
        return half_sign_ins.begin(session, link.person, at=at, key=secret.key, duress=False)
    return sessions.begin(session, link.person, at=at, key=secret.key, proof=freshness.LINK)


def spend(session: Session, link: EnrolmentLink | None, *, at: datetime) -> EnrolmentLink:
    """Use the link up: its person is signed out everywhere. LinkSpent when there is none, or another was quicker."""
    if link is None or link.expires_at <= at or not link.person.is_active:
        raise LinkSpent
    _use(session, link, at=at)
    people.end_every_door(session, link.person, at=at)
    return link


def refused(session: Session, alias: str | None, number: int, *, at: datetime, because: str = "") -> None:
    """Somebody was not let in: noted, but no more often than an allowance has tries: no guesser floods the log."""
    about = f"person:{alias}" if alias else ""
    if number <= tries.MOST:
        failed = "staff.sign_in_failed"
        record(session, at=at, by="unknown", action=failed, about=about, outcome="refused", because=because)
    elif number == tries.MOST + 1:
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
