"""The founding: the first person who may hold the rota key is given it from its file, and the file is destroyed.

In this order, so that a power cut at any point loses no case: the grant is committed; it is opened again, from the
database, with the new holder's own key; the log takes note; the file goes. What was cut short is finished when the next
holder signs in.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.errors import AlreadyTaken
from app.staff import keys, keys_session
from app.staff.keys_models import RotaGrant
from app.staff.keys_session import Hand
from app.staff.models import Person
from app.vault.staff_founding import founding_keys, standing


def settle(db: Database, folder: Path, hand: Hand, *, at: datetime) -> None:
    """Whoever just signed in becomes a holder, if there still is a file and the key is for them; then it goes."""
    files = standing(folder)
    if not files:
        return
    with db.transaction() as session:
        person = session.get_one(Person, hand.person_id)
        if not keys.may_hold(person) or keys_session.is_locked(session, hand):
            return
        _give(session, folder, person, at=at)
    with db.transaction() as session:
        _insist_on_opening(session, hand, [file.key_id for file in files])
        for file in files:
            record(session, at=at, by=person.alias, action="keys.destroyed", because="founding", key=file.key_id)
    for file in files:
        file.destroy()


def _give(session: Session, folder: Path, person: Person, *, at: datetime) -> None:
    already = {grant.rota_key_id for grant in keys.grants_of(session, person.id)}
    for rota in founding_keys(folder):
        if rota.key_id not in already:
            keys.give(session, rota, person, at=at, by=person.alias, because="founding")


def _insist_on_opening(session: Session, hand: Hand, key_ids: list[str]) -> None:
    """CannotOpen rather than a file that is destroyed too early."""
    mine = keys_session.unlocked(session, hand)
    for key_id in key_ids:
        grant = session.get(RotaGrant, (hand.person_id, key_id))
        if grant is None:
            raise AlreadyTaken("A colleague took the key over from its file a moment ago.")
        keys.opened(grant, mine)
