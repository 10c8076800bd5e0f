"""The other passphrase: for whoever is made to sign in. It opens a harmless view, and somebody is told.

It is compared with the same derivation as the real one, so that neither a stranger nor whoever looks over a shoulder
can tell by the time it takes whether there is one, or which was typed. It unwraps no key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.errors import DygnetError
from app.staff.credentials import Passphrase
from app.staff.factor_models import DuressPassphrase, SessionProof
from app.staff.freshness import DURESS
from app.staff.models import Person
from app.staff.passphrases import derive


class Decoyed(DygnetError):
    """Whoever asks is shown the harmless view from here on: no page is drawn for them by the real house."""

    status = 404


def standing(session: Session, person_id: str) -> DuressPassphrase | None:
    """The person's other passphrase, if they chose one."""
    return session.get(DuressPassphrase, person_id)


def derived(session: Session, person_id: str, passphrase: str) -> str:
    """What to keep of it, with the salt of the real one: one derivation then answers for both. Slow on purpose."""
    real = session.get(Passphrase, person_id)
    return derive(passphrase, beside=real.phc if real else "")


def choose(session: Session, person: Person, phc: str, *, at: datetime) -> None:
    """From now on it is their other passphrase."""
    session.merge(DuressPassphrase(person_id=person.id, phc=phc, set_at=at))
    _note(session, person, "chosen", at=at)


def take_away(session: Session, person: Person, *, at: datetime) -> None:
    """They have none any more."""
    session.execute(delete(DuressPassphrase).where(DuressPassphrase.person_id == person.id))
    _note(session, person, "removed", at=at)


def is_decoy(session: Session, session_id: str) -> bool:
    """Whether the session shows the harmless view."""
    return bool(session.scalar(_IS_DECOY, {"session": session_id}))


_IS_DECOY: Final = select(exists().where(SessionProof.session_id == bindparam("session"), SessionProof.kind == DURESS))
"""Asked at every door of the console, and therefore written out once."""


def _note(session: Session, person: Person, what: str, *, at: datetime) -> None:
    about = f"person:{person.alias}"
    record(session, at=at, by=person.alias, action="staff.duress_set", about=about, because=what)
