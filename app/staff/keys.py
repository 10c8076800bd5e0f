"""Who holds the rota key: staff keys are made, grants are given and taken away. Each is an entry in the log.

A grant is the rota key's private half sealed to one person's staff key. Whoever holds one can let a colleague in;
nobody else can, not even the operator, once the founding file is gone (`keys_founding`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff.keys_models import FormerHolder, RotaGrant, StaffKey
from app.staff.models import Person
from app.staff.roles import CASE_ROLES
from app.vault.envelope import PrivateKey
from app.vault.sealed import Sealed
from app.vault.staff_keys import Wrapped, fingerprint, grant_rota, open_rota


def key_of(session: Session, person: Person) -> StaffKey | None:
    """The person's key, or None before they enrolled."""
    return session.get(StaffKey, person.id)


def made(session: Session, person: Person, key: PrivateKey, wrapped: Wrapped, *, at: datetime) -> None:
    """The person has a new key. What was granted to an earlier one opens nothing any more, and is deleted."""
    take_grants(session, person, at=at, by=person.alias, because="new_key")
    row = StaffKey(person_id=person.id, key_id=key.key_id, public_key=key.public.raw, made_at=at)
    _wrap(row, wrapped, at=at)
    session.merge(row)
    record(session, at=at, by=person.alias, action="keys.made", about=_about(person), kind="staff")


def wrapped_anew(session: Session, person: Person, wrapped: Wrapped, *, at: datetime) -> None:
    """The same key under another passphrase: grants stay good."""
    _wrap(session.get_one(StaffKey, person.id), wrapped, at=at)


def give(session: Session, rota: PrivateKey, person: Person, *, at: datetime, by: str, because: str) -> None:
    """Let the person in: seal this generation of the rota key to their key. LookupError before they have one."""
    key = key_of(session, person)
    if key is None:
        raise LookupError("nothing can be sealed to somebody who has not enrolled")
    box = Sealed(grant_rota(rota, key.public, person=person.id))
    session.merge(RotaGrant(person_id=person.id, rota_key_id=rota.key_id, box=box, at=at, by=by))
    former = FormerHolder.person_id == person.id, FormerHolder.rota_key_id == rota.key_id
    session.execute(delete(FormerHolder).where(*former))
    record(session, at=at, by=by, action="keys.granted", about=_about(person), because=because, key=rota.key_id)


def share(session: Session, rota: PrivateKey, *, at: datetime, by: str) -> int:
    """Give a new generation to everybody who holds one already; to how many. Needs nobody's passphrase."""
    people = [person for person, _ in roll(session)]
    for person in people:
        give(session, rota, person, at=at, by=by, because="rotation")
    return len(people)


def roll(session: Session) -> Sequence[tuple[Person, str]]:
    """Everybody who would be given a new generation, by alias, with the digits of their key."""
    found = select(Person, StaffKey).join(StaffKey).where(Person.id.in_(select(RotaGrant.person_id)))
    rows = session.execute(found.order_by(Person.alias)).all()
    return [(person, digits_of(key)) for person, key in rows if may_hold(person)]


def mark_of(roll: Sequence[tuple[Person, str]]) -> str:
    """What tells one roll from another: by whom is on it, and by all the digits of each."""
    said = "\n".join(f"{person.id} {digits}" for person, digits in roll)
    return hashlib.sha256(said.encode()).hexdigest()


def retire(session: Session, rota_key_id: str) -> None:
    """A generation is used no more: nobody holds it, and nobody is remembered for having held it."""
    session.execute(delete(RotaGrant).where(RotaGrant.rota_key_id == rota_key_id))
    session.execute(delete(FormerHolder).where(FormerHolder.rota_key_id == rota_key_id))


def take_grants(session: Session, person: Person, *, at: datetime, by: str, because: str) -> None:
    """From this moment the person opens no case. That they once could is remembered."""
    for grant in grants_of(session, person.id):
        if because != "new_key":
            session.merge(FormerHolder(person_id=person.id, rota_key_id=grant.rota_key_id, at=at))
        about, key = _about(person), grant.rota_key_id
        record(session, at=at, by=by, action="keys.revoked", about=about, because=because, key=key)
        session.delete(grant)
    session.flush()


def drop(session: Session, person: Person, *, at: datetime) -> None:
    """They set a passphrase while the server holds the key: nothing unwraps what they had."""
    take_grants(session, person, at=at, by=person.alias, because="new_key")
    session.execute(delete(StaffKey).where(StaffKey.person_id == person.id))


def forget(session: Session, person: Person, *, at: datetime, by: str, because: str) -> None:
    """They left, or lost every way in: their grants and their key are gone."""
    take_grants(session, person, at=at, by=by, because=because)
    session.execute(delete(StaffKey).where(StaffKey.person_id == person.id))


def grants_of(session: Session, person_id: str) -> Sequence[RotaGrant]:
    """What the person was given, the newest last."""
    mine = select(RotaGrant).where(RotaGrant.person_id == person_id)
    return session.scalars(mine.order_by(RotaGrant.at, RotaGrant.rota_key_id)).all()


def opened(grant: RotaGrant, key: PrivateKey) -> PrivateKey:
    """The rota key in a grant, with its owner's staff key."""
    return open_rota(grant.box.box, key, person=grant.person_id, rota=grant.rota_key_id)


def holders(session: Session, rota_key_id: str) -> Sequence[Person]:
    """Who can open what is sealed to this generation, by alias."""
    holding = select(RotaGrant.person_id).where(RotaGrant.rota_key_id == rota_key_id)
    return session.scalars(select(Person).where(Person.id.in_(holding)).order_by(Person.alias)).all()


def is_last_holder(session: Session, person: Person, rota_key_id: str) -> bool:
    """Whether nobody else can open cases: a new one-time link would leave nobody who can."""
    return [holder.id for holder in holders(session, rota_key_id)] == [person.id]


def stand_still(session: Session, rota_key_id: str) -> None:
    """Nobody else takes a grant of this generation away before this transaction is over: of two who each take away one
    of the last two, the later sees that theirs is the last."""
    mine = select(RotaGrant.person_id).where(RotaGrant.rota_key_id == rota_key_id)
    session.execute(mine.order_by(RotaGrant.person_id).with_for_update())


def waiting(session: Session, rota_key_id: str) -> Sequence[Person]:
    """Who has a key and works with cases, and was not let in yet, by alias."""
    granted = exists().where(RotaGrant.person_id == Person.id, RotaGrant.rota_key_id == rota_key_id)
    found = select(Person).join(StaffKey).where(Person.left_at.is_(None), ~granted).order_by(Person.alias)
    return [person for person in session.scalars(found) if may_hold(person)]


def may_hold(person: Person) -> bool:
    """Whether the key is for them: somebody who works with cases."""
    return person.is_active and not set(CASE_ROLES).isdisjoint(person.roles)


def former_holders(session: Session, rota_key_id: str) -> Sequence[Person]:
    """Who could once open this generation, which still is in use, by alias."""
    once = select(FormerHolder.person_id).where(FormerHolder.rota_key_id == rota_key_id)
    return session.scalars(select(Person).where(Person.id.in_(once)).order_by(Person.alias)).all()


def digits_of(key: StaffKey) -> str:
    """The digits by which two people compare whose key it is."""
    return fingerprint(key.person_id, key.public_key)


def _wrap(row: StaffKey, wrapped: Wrapped, *, at: datetime) -> None:
    row.terms, row.salt, row.box, row.wrapped_at = wrapped.terms, wrapped.salt, wrapped.box, at


def _about(person: Person) -> str:
    return f"person:{person.alias}"
