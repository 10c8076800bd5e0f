"""Second factors taken together: whether somebody has one, and what is left of them when they go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff import code_apps, provider_accounts, recovery_codes
from app.staff.factor_models import CodeApp, DuressPassphrase, HalfSignIn, Passkey, RecoveryCode
from app.staff.models import Person
from app.vault.keyring import Keyring


def has_one(session: Session, person_id: str, *, issuer: str = "") -> bool:
    """Whether they have an app or a passkey, or an account at the provider in use. Recovery codes alone are no factor:
    they stand in for one."""
    app = exists().where(CodeApp.person_id == person_id, CodeApp.confirmed_at.is_not(None))
    passkey = exists().where(Passkey.person_id == person_id)
    return bool(session.scalar(select(or_(app, passkey)))) or provider_accounts.is_bound(session, person_id, issuer)


def is_last(session: Session, person_id: str, *, issuer: str = "") -> bool:
    """Whether taking one away leaves none."""
    others = bool(code_apps.standing(session, person_id)) + provider_accounts.is_bound(session, person_id, issuer)
    mine = select(Passkey.id).where(Passkey.person_id == person_id)
    return others + len(session.scalars(mine.limit(2)).all()) == 1


def takes(session: Session, person: Person, code: str, keyring: Keyring, *, at: datetime) -> bool:
    """Whether it is what their app shows, or one of their recovery codes; it is used up."""
    return code_apps.uses(session, person.id, code, keyring, at=at) or recovery_codes.uses(session, person, code, at=at)


def forget(session: Session, person: Person, *, at: datetime, by: str, because: str) -> int:
    """All of them are gone: they left, or two colleagues say that everything is lost (`resets`). How many were."""
    gone = len(session.scalars(select(Passkey.id).where(Passkey.person_id == person.id)).all())
    gone += 1 if code_apps.standing(session, person.id) else 0
    gone += provider_accounts.forget(session, person)
    for table in (CodeApp, Passkey, RecoveryCode, DuressPassphrase, HalfSignIn):
        session.execute(delete(table).where(table.person_id == person.id))
    if gone:
        about = f"person:{person.alias}"
        record(session, at=at, by=by, action="staff.factor_removed", about=about, what="all", because=because)
    return gone
