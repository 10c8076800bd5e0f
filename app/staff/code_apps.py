"""Authenticator apps (TOTP, RFC 6238: SHA-1, six digits, thirty seconds): set up, checked, used up, taken away.

A code counts once: the counter it belongs to is written down with the same statement that looks whether it was used,
so that of two at once one is refused. A clock may be a step slow or fast.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Any, Final

import pyotp
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff.factor_models import NEVER, CodeApp
from app.staff.models import Person
from app.vault import seeds
from app.vault.keyring import Keyring

STEP: Final = 30
"""Seconds."""

ISSUER: Final = "Dygnet"
"""What the app shows. Not the programme's name: whoever sees the telephone learns nothing of it."""

SHOWN_FOR: Final = timedelta(minutes=15)
"""How long a new seed may be shown and confirmed. A proof of who they are was asked for it, and none is after that."""

_DRIFT: Final = (0, -1, 1)


def standing(session: Session, person_id: str) -> CodeApp | None:
    """The person's app, once it has shown a right code."""
    row = session.get(CodeApp, person_id)
    return row if row and row.confirmed_at else None


def begin(session: Session, person: Person, keyring: Keyring, *, at: datetime) -> str:
    """A new seed in base32, which takes the place of one that was never confirmed. ValueError while an app stands."""
    if standing(session, person.id):
        raise ValueError("take the app away first")
    seed = pyotp.random_base32()
    key_id, box = seeds.shut(seed.encode(), keyring, person=person.id)
    session.merge(CodeApp(person_id=person.id, key_id=key_id, box=box, sealed_at=at, made_at=at, last_counter=NEVER))
    record(session, at=at, by=person.alias, action="staff.factor_begun", about=_about(person), what="code_app")
    return seed


def begun(session: Session, person_id: str, keyring: Keyring, *, at: datetime) -> str | None:
    """The seed of an app that has shown no code yet, for the page that shows it again."""
    row = session.get(CodeApp, person_id)
    return _seed(row, keyring) if row and _is_begun(row, at=at) else None


def uri(seed: str, alias: str) -> str:
    """What the square on the page says to the app."""
    return pyotp.TOTP(seed).provisioning_uri(name=alias, issuer_name=ISSUER)


def confirm(session: Session, person: Person, code: str, keyring: Keyring, *, at: datetime) -> bool:
    """A first right code makes the app a factor."""
    row = session.get(CodeApp, person.id)
    if row is None or not _is_begun(row, at=at) or not _takes(session, row, code, keyring, at=at):
        return False
    row.confirmed_at = at
    record(session, at=at, by=person.alias, action="staff.factor_added", about=_about(person), what="code_app")
    return True


def uses(session: Session, person_id: str, code: str, keyring: Keyring, *, at: datetime) -> bool:
    """Whether the code is right and was not used; from now on it was."""
    row = standing(session, person_id)
    if row is None or not _takes(session, row, code, keyring, at=at):
        return False
    _seal_anew(row, keyring, at=at)
    return True


def take_away(session: Session, person: Person, *, at: datetime, by: str) -> bool:
    """The app is no factor any more. False when there was none."""
    row = standing(session, person.id)
    session.execute(delete(CodeApp).where(CodeApp.person_id == person.id))
    if row:
        record(session, at=at, by=by, action="staff.factor_removed", about=_about(person), what="code_app")
    return row is not None


def counter_of(seed: str, code: str, *, at: datetime) -> int | None:
    """The counter that a code belongs to, if it is one of the three that may be shown now."""
    shown, now = pyotp.TOTP(seed), int(at.timestamp()) // STEP
    digits = "".join(code.split())
    found = None
    for drift in _DRIFT:
        if hmac.compare_digest(shown.generate_otp(now + drift).encode(), digits.encode()):
            found = now + drift
    return found


def _is_begun(row: CodeApp, *, at: datetime) -> bool:
    return row.confirmed_at is None and at - row.made_at < SHOWN_FOR


def _takes(session: Session, row: CodeApp, code: str, keyring: Keyring, *, at: datetime) -> bool:
    seed = _seed(row, keyring)
    counter = counter_of(seed, code, at=at) if seed else None
    if counter is None:
        return False
    unused = CodeApp.person_id == row.person_id, CodeApp.last_counter < counter
    used: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(CodeApp).where(*unused).values(last_counter=counter).execution_options(synchronize_session=False)
    )
    session.refresh(row)
    return used.rowcount == 1


def _seed(row: CodeApp, keyring: Keyring) -> str | None:
    """None when its key is gone: the app is useless, and a recovery code or a link helps."""
    seed = seeds.opened(row.box, keyring, key_id=row.key_id, person=row.person_id)
    return seed.decode() if seed else None


def _seal_anew(row: CodeApp, keyring: Keyring, *, at: datetime) -> None:
    seed = _seed(row, keyring)
    if seed and row.key_id != seeds.current(keyring):
        row.key_id, row.box = seeds.shut(seed.encode(), keyring, person=row.person_id)
        row.sealed_at = at


def _about(person: Person) -> str:
    return f"person:{person.alias}"
