"""What a passphrase is compared with, and what is kept of a new one: a staff key it unwraps, or a PHC string."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import duress, keys, passphrases, sessions, tries
from app.staff.credentials import Passphrase
from app.staff.directory import by_alias
from app.staff.models import Person
from app.vault.envelope import PrivateKey
from app.vault.staff_keys import TERMS, Wrapped, WrongPassphrase, new_staff_key, unwrap, wrap

_BY_THE_KEY = ""
"""What stands in the place of a PHC string when the staff key is the only proof: it matches nothing."""


@dataclass(frozen=True)
class Try:
    """An attempt that was counted, and what the passphrase is compared with."""

    alias: str | None
    person: Person | None
    phc: str | None = field(repr=False)
    wrapped: Wrapped | None
    allowance: str
    number: int
    other: str | None = field(default=None, repr=False)
    """The PHC string of the passphrase for duress, if they have one."""


@dataclass(frozen=True)
class Proved:
    """The passphrase was right; `key` is the person's staff key, if they have one. Under `duress` it was the other."""

    person: Person
    phc: str = field(repr=False)
    wrapped: Wrapped | None
    key: PrivateKey | None
    duress: bool = False


@dataclass(frozen=True)
class Secret:
    """What is to be kept of a passphrase."""

    phc: str = field(repr=False)
    key: PrivateKey | None = None
    wrapped: Wrapped | None = None
    key_is_new: bool = False


def tried(session: Session, alias: str, cookie: str | None, *, at: datetime) -> Try:
    """Count one more try for this alias, whoever it is."""
    person = by_alias(session, alias)
    allowance = tries.allowance(person, sessions.earlier(session, cookie), at=at)
    number = tries.count(session, allowance, at=at)
    return replace(against(session, person), allowance=allowance, number=number)


def against(session: Session, person: Person | None) -> Try:
    """What something typed is compared with, counted for nobody."""
    kept = session.get(Passphrase, person.id) if person else None
    key = keys.key_of(session, person) if person else None
    other = duress.standing(session, person.id) if person else None
    return Try(
        alias=person.alias if person else None,
        person=person,
        phc=kept.phc if kept else None,
        wrapped=key.wrapped if key else None,
        allowance="",
        number=0,
        other=other.phc if other else None,
    )


def prove(attempt: Try, passphrase: str, *, terms: str | None) -> Proved | None:
    """Compare. Where staff hold the key it costs the same whoever is asked for; elsewhere too, once nobody has one."""
    phc_fits, is_other = passphrases.which(passphrase, attempt.phc or None, attempt.other)
    key = _unwrapped(attempt, passphrase, terms or TERMS) if attempt.wrapped or terms else None
    right = key is not None if attempt.wrapped else phc_fits
    if attempt.person is None or not (right or is_other):
        return None
    if right:
        return Proved(attempt.person, attempt.phc or "", attempt.wrapped, key)
    harmless = new_staff_key() if attempt.wrapped or terms else None  # locked into the session as a real one is
    return Proved(attempt.person, attempt.phc or "", attempt.wrapped, harmless, duress=True)


def secret_for(
    person: Person, passphrase: str, *, terms: str | None, key: PrivateKey | None = None, beside: str = ""
) -> Secret:
    """What to keep of a new passphrase; `key` is the staff key they have already, `beside` whose salt it shares."""
    if not (terms or key):
        return Secret(passphrases.derive(passphrase, beside=beside))
    mine = key or new_staff_key()
    wrapped = wrap(mine, passphrases.as_bytes(passphrase), person=person.id, terms=terms or TERMS)
    return Secret(_BY_THE_KEY, mine, wrapped, key_is_new=key is None)


def keep(session: Session, person: Person, secret: Secret, *, at: datetime) -> None:
    """From now on this passphrase is theirs. One without a key takes the place of a key, which nothing unwraps now."""
    session.merge(Passphrase(person_id=person.id, phc=secret.phc, set_at=at))
    if secret.key and secret.wrapped and secret.key_is_new:
        keys.made(session, person, secret.key, secret.wrapped, at=at)
    elif secret.wrapped:
        keys.wrapped_anew(session, person, secret.wrapped, at=at)
    elif keys.key_of(session, person):
        keys.drop(session, person, at=at)


def is_still(session: Session, proved: Proved) -> Person | None:
    """The person, unless they left or changed the passphrase while it was being compared."""
    person = by_alias(session, proved.person.alias)
    kept = session.get(Passphrase, person.id) if person else None
    key = keys.key_of(session, person) if person else None
    same = kept is not None and kept.phc == proved.phc and (key.wrapped if key else None) == proved.wrapped
    return person if same else None


def _unwrapped(attempt: Try, passphrase: str, terms: str) -> PrivateKey | None:
    try:
        whose = attempt.person.id if attempt.person else ""
        return unwrap(attempt.wrapped, passphrases.as_bytes(passphrase), person=whose, terms=terms)
    except WrongPassphrase:
        return None
