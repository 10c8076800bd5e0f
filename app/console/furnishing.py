"""What stands in a decoy (`decoys`): the staff and the programme as everybody may know them, and whoever came.

Of everybody's ways in there is what a page says of them, their kinds and days, and nothing that opens anything.
"""

from __future__ import annotations

import secrets
from typing import Any, TypeVar

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from app.db import Base
from app.programme.models import ProgrammeVersion
from app.staff.credentials import Passphrase, StaffSession
from app.staff.factor_models import CodeApp, DuressPassphrase, Passkey, RecoveryCode
from app.staff.freshness import PASSPHRASE, note
from app.staff.keys_models import RotaGrant, SessionKey, StaffKey
from app.staff.models import Channel, Person
from app.staff.probes import Probe, Proof
from app.staff.provider_models import ProviderAccount

Row = TypeVar("Row", bound=Base)

_MATCHES_NOTHING = ""
_WAYS_IN = (Passphrase, CodeApp, Passkey, RecoveryCode, ProviderAccount, StaffSession)


def furnish_staff(real: Session, decoy: Session) -> None:
    """Everybody, for whoever will come."""
    for table in (ProgrammeVersion, Person):
        decoy.add_all(copied(row) for row in real.scalars(select(table)))
    decoy.flush()
    for theirs in (Channel, Probe):
        decoy.add_all(copied(row) for row in real.scalars(select(theirs)))
    decoy.flush()
    decoy.add_all(copied(row) for row in real.scalars(select(Proof)))
    for person_id in decoy.scalars(select(Person.id)):
        _furnish_ways_in(real, decoy, person_id)


def furnish_visitor(real: Session, decoy: Session, session_id: str) -> None:
    """The session as it is, the other passphrase as the only one, and no key of theirs."""
    mine = real.get_one(StaffSession, session_id)
    for ways_in in _WAYS_IN:
        decoy.execute(delete(ways_in).where(ways_in.person_id == mine.person_id))
    _furnish_ways_in(real, decoy, mine.person_id, but=mine.id)
    decoy.add(copied(mine))
    for keys in (StaffKey, RotaGrant):
        decoy.add_all(copied(row) for row in real.scalars(select(keys).where(keys.person_id != mine.person_id)))
    decoy.flush()
    note(decoy, mine.id, PASSPHRASE, at=mine.started_at)
    decoy.add_all(copied(row) for row in real.scalars(select(SessionKey).where(SessionKey.session_id == mine.id)))
    other = real.get(DuressPassphrase, mine.person_id)
    if other:
        decoy.merge(Passphrase(person_id=other.person_id, phc=other.phc, set_at=other.set_at))


def copied(row: Row, **other: Any) -> Row:
    """The same row for another database, but for what is `other`."""
    columns = inspect(type(row)).column_attrs
    return type(row)(**{column.key: getattr(row, column.key) for column in columns} | other)


def _furnish_ways_in(real: Session, decoy: Session, person_id: str, *, but: str = "") -> None:
    """As whoever looks on has just seen them used, or reads of them among the colleagues."""
    chosen = real.get(Passphrase, person_id)
    if chosen:
        decoy.add(copied(chosen, phc=_MATCHES_NOTHING))
    for row in real.scalars(select(CodeApp).where(CodeApp.person_id == person_id, CodeApp.confirmed_at.is_not(None))):
        decoy.add(copied(row, box=secrets.token_bytes(len(row.box))))
    for passkey in real.scalars(select(Passkey).where(Passkey.person_id == person_id)):
        decoy.add(copied(passkey, box=None))
    for account in real.scalars(select(ProviderAccount).where(ProviderAccount.person_id == person_id)):
        decoy.add(copied(account))
    for code in real.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)):
        decoy.add(copied(code, id=secrets.token_hex(len(code.id) // 2)))
    theirs = select(StaffSession).where(StaffSession.person_id == person_id, StaffSession.id != but)
    for last in real.scalars(theirs.order_by(StaffSession.started_at.desc()).limit(1)):
        decoy.add(copied(last, id=secrets.token_hex(len(last.id) // 2), csrf=secrets.token_urlsafe(32)))
