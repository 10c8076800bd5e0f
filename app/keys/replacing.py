"""The key to cases replaced where staff hold it. Its private half is made in memory, and is never in any file.

1. *prepared*: the new public half lies in the folder under a name that nobody uses.
2. *announced*: one transaction says that the present key is replaced, writes the new one down and into the log, and
   seals it to everybody who holds the present one and to the recovery key. Of two who replace it at once one is first.
3. *published*: the file is renamed, and every process seals to the new key within a second.
4. *resealed*: somebody who holds both keys seals old cases to the new one, a portion in each request.
5. *finished*: `Rotation.finish`, when nothing hangs on the old key.

What was cut short before 2 never was; what was cut short after it is published by whoever comes next.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.errors import AlreadyTaken, BadInput
from app.keys import recovery
from app.keys.generations import generations, write_down
from app.keys.hanging import BOXES
from app.keys.models import KeyGeneration, KeyReplacement, KeyRetirement
from app.staff import keys as staff_keys
from app.vault.envelope import PrivateKey, new_key
from app.vault.keyfiles import PUBLIC, KeyFile, alone_in, coming_in, files_in
from app.vault.keyring import Keyring
from app.vault.rotation import BATCH, Batch, left, reseal_all, reseal_some
from app.vault.staff_keys import ROTA
from app.vault.wiping import wipe

PORTION: Final = 8 * BATCH
"""Cases sealed anew in one request: about a second, after which whoever does it sees how far it has come."""

_GRANTS, *_FEW = BOXES[ROTA]
"""What there is one of for each case; and what there are few of, which goes with the last of those."""


class OtherPeople(BadInput):
    """Other people, or other keys of theirs, would be given the new key than were shown to whoever asked."""


class NobodyHolds(BadInput):
    """A new key would be in nobody's hands."""


def replace(db: Database, folder: Path, *, at: datetime, by: str, shown: str | None = None) -> str:
    """Make a new generation and give it to everybody who holds one; its id. The steps 1 to 3.

    `shown`: the roll of holders that whoever asks has seen (`staff.keys.roll`). AlreadyTaken when somebody else
    replaced the present key a moment ago; OtherPeople, NobodyHolds.
    """
    with alone_in(folder):
        settle(db, folder)
        old = _newest(folder)
        rota = new_key(ROTA)
        public = KeyFile(ROTA, old.generation + 1, rota.key_id, PUBLIC, folder)
        public.prepare(rota.public.raw)
        try:
            _announce(db, rota, old, public, at=at, by=by, shown=shown)
        except BaseException:
            with suppress(SQLAlchemyError):  # whoever comes next settles it
                settle(db, folder)  # the line may have broken after the commit: then it is announced, and must not go
            raise
        public.publish()
    return rota.key_id


def settle(db: Database, folder: Path) -> None:
    """Publish what was announced before a power cut; throw away what was not. Hold `alone_in` the folder meanwhile."""
    for half in (file for file in coming_in(folder) if file.kind == ROTA):
        with db.reading() as session:
            is_announced = session.get(KeyGeneration, half.key_id) is not None
        half.publish() if is_announced and half.half == PUBLIC else half.discard()


def in_use(session: Session, known: str) -> str:
    """The id of the key in use, by what is written down: this process may see the new file a second late."""
    while followed := session.get(KeyReplacement, known):
        known = followed.new_id
    return known


@dataclass(frozen=True)
class Older:
    """A generation that is not retired though there is a newer one, and how many cases are still sealed to it."""

    key_id: str
    left: int


def older(session: Session, current: str) -> Sequence[Older]:
    """The generations that a replacement has still to work off, the oldest first."""
    found = session.scalars(_not_retired(current).order_by(KeyGeneration.generation))
    return [Older(key_id, left(session, _GRANTS, key_id)) for key_id in found]


def is_replacing(session: Session, current: str) -> bool:
    """Whether there is any such generation. Counts nothing."""
    return session.scalar(_not_retired(current).limit(1)) is not None


def _not_retired(current: str) -> Select[str]:
    known = select(KeyGeneration.key_id).where(KeyGeneration.kind == ROTA, KeyGeneration.key_id != current)
    return known.where(KeyGeneration.key_id.not_in(select(KeyRetirement.key_id)))


def reseal(db: Database, folder: Path, old: PrivateKey, *, at: datetime, by: str, most: int = PORTION) -> Batch:
    """Seal the next cases to the key in use, and say in the log how many. Nothing is left when `last` is None."""
    if coming_in(folder):
        with alone_in(folder):
            settle(db, folder)
    new = Keyring.load(folder).public(ROTA)
    if new.key_id == old.key_id:
        raise BadInput("This is the key in use.")
    done = damaged = 0
    after: str | None = None
    while done < most:
        batch = reseal_some(db, _GRANTS, old, new, after=after, most=min(BATCH, most))
        done, damaged, after = done + batch.done, damaged + batch.damaged, batch.last
        if after is None:
            few = [batch for boxes in _FEW for batch in reseal_all(db, boxes, old, new)]
            done, damaged = done + sum(one.done for one in few), damaged + sum(one.damaged for one in few)
            break
    if done:
        with db.transaction() as session:
            table, key = _GRANTS.table.name, new.key_id
            record(session, at=at, by=by, action="keys.resealed", kind=ROTA, table=table, count=done, key=key)
    return Batch(done, damaged, after)


def _newest(folder: Path) -> KeyFile:
    present = [file for file in files_in(folder) if (file.kind, file.half) == (ROTA, PUBLIC)]
    if not present:
        raise BadInput("There is no rota key to replace yet: dygnet init makes the first.")
    return present[-1]


def _announce(
    db: Database, rota: PrivateKey, old: KeyFile, public: KeyFile, *, at: datetime, by: str, shown: str | None
) -> None:
    copied, raw = recovery.copier(public.folder), rota.to_bytes()
    try:
        with db.transaction() as session:
            _insist(session, old, shown=shown)
            session.add(KeyReplacement(old_id=old.key_id, new_id=rota.key_id, at=at, by=by))
            session.flush()
            write_down(session, generations(session, public.folder), at=None, by=by)
            write_down(session, [public], at=at, by=by)
            copied(session, public, raw, at=at)
            staff_keys.share(session, rota, at=at, by=by)
            generation, key = public.generation, rota.key_id
            record(session, at=at, by=by, action="keys.rotated", kind=ROTA, generation=generation, key=key)
    except IntegrityError:
        raise AlreadyTaken("A colleague replaced the key a moment ago.") from None
    finally:
        wipe(raw)


def _insist(session: Session, old: KeyFile, *, shown: str | None) -> None:
    if session.get(KeyReplacement, old.key_id):
        raise AlreadyTaken(f"{old.key_id} is replaced already. Bring this folder of keys up to date.")
    roll = staff_keys.roll(session)
    if not roll:
        raise NobodyHolds(
            "Nobody on the staff holds the key to cases yet, and a new one would be nobody's. Let somebody who works "
            "with cases sign in first."
        )
    if shown is not None and shown != staff_keys.mark_of(roll):
        raise OtherPeople("Other people would be given the new key than you were shown. Look again.")
