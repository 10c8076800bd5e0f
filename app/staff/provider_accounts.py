"""Whose account at the identity provider is whose. Bound by themselves, never because a name or address is equal."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff.models import Person
from app.staff.provider_models import ProviderAccount
from app.staff.provider_tokens import Shown
from app.vault import accounts
from app.vault.keyring import Keyring

WHAT: Final = "provider"
"""What the log calls this way in."""


def is_bound(session: Session, person_id: str, issuer: str) -> bool:
    """Whether the person has an account at this provider; at none (`""`) nobody has."""
    return bool(issuer) and standing(session, person_id, issuer) is not None


def standing(session: Session, person_id: str, issuer: str) -> ProviderAccount | None:
    """The person's account at this provider."""
    mine = ProviderAccount.person_id == person_id, ProviderAccount.issuer == issuer
    return session.scalar(select(ProviderAccount).where(*mine))


def owner(session: Session, shown: Shown, keyring: Keyring) -> Person | None:
    """Whose account was shown, if they are still on the staff. A digest under an older key is renewed."""
    account = _found(session, shown, keyring)
    if account is None:
        return None
    key_id, digest = next(iter(_digests(shown, keyring).items()))
    if account.key_id != key_id:
        account.key_id, account.digest = key_id, digest
    person = session.get_one(Person, account.person_id)
    return person if person.is_active else None


def bind(session: Session, person: Person, shown: Shown, keyring: Keyring, *, at: datetime) -> bool:
    """From now on this account is the person's, in the place of an earlier one. False when it is somebody else's."""
    account = _found(session, shown, keyring)
    if account:
        return account.person_id == person.id
    session.execute(delete(ProviderAccount).where(ProviderAccount.person_id == person.id))
    key_id, digest = next(iter(_digests(shown, keyring).items()))
    session.add(ProviderAccount(person_id=person.id, issuer=shown.issuer, key_id=key_id, digest=digest, bound_at=at))
    session.flush()
    record(session, at=at, by=person.alias, action="staff.factor_added", about=_about(person), what=WHAT)
    return True


def take_away(session: Session, person: Person, *, at: datetime, by: str) -> bool:
    """The account signs nobody in any more. False when there was none."""
    gone = forget(session, person)
    if gone:
        record(session, at=at, by=by, action="staff.factor_removed", about=_about(person), what=WHAT)
    return bool(gone)


def forget(session: Session, person: Person) -> int:
    """The same without a word in the log, for whoever writes one about more than this. How many there were."""
    found = session.scalars(select(ProviderAccount.id).where(ProviderAccount.person_id == person.id)).all()
    session.execute(delete(ProviderAccount).where(ProviderAccount.id.in_(found)))
    return len(found)


def _found(session: Session, shown: Shown, keyring: Keyring) -> ProviderAccount | None:
    every = _digests(shown, keyring).values()
    return session.scalar(select(ProviderAccount).where(ProviderAccount.digest.in_(every)))


def _digests(shown: Shown, keyring: Keyring) -> dict[str, str]:
    return accounts.digests(keyring, shown.issuer, shown.claim, shown.subject)


def _about(person: Person) -> str:
    return f"person:{person.alias}"
