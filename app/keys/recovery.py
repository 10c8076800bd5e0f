"""Recovery in the house: shares taken into use, copies kept up to date, the shares tried, the keys restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database
from app.errors import BadInput
from app.keys.models import KeyGeneration, KeyRetirement, RecoveryCopy, RecoveryDrill, RecoveryKey
from app.staff import keys as staff_keys
from app.staff.directory import by_alias
from app.staff.models import Person
from app.vault import recovery
from app.vault.envelope import CannotOpen, PrivateKey, PublicKey
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, alone_in, files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES, KINDS
from app.vault.providers import Half, lock_of, providers_for
from app.vault.recovery import KIND, Shares

DRILL_EVERY: Final = timedelta(days=365)
"""How often somebody tries whether the shares are still there and work."""

Copier = Callable[..., None]


def take_into_use(db: Database, folder: Path, shares: Shares, *, at: datetime, by: str) -> list[str]:
    """From now on these shares open the copies; those of before open none that they do. The keys that were copied.

    Print them first: what was printed and not taken into use does no harm, and the other way round it would.
    """
    public, probe = shares.public, recovery.new_probe(shares.public)
    with alone_in(folder):
        copies = [(half, recovery.copy_of(half.key_id, half.read(), public)) for half in _privates(folder)]
        with db.transaction() as session:
            row = RecoveryKey(key_id=public.key_id, shares=len(shares.papers), needed=shares.needed)
            row.set_id, row.probe, row.probe_digest, row.at, row.by = shares.set_id, probe.box, probe.digest, at, by
            session.add(row)
            session.flush()
            for half, box in copies:
                session.execute(delete(RecoveryCopy).where(RecoveryCopy.key_id == half.key_id))
                session.add(_row(half, public.key_id, box, at=at))
            count, needed = len(shares.papers), shares.needed
            record(session, at=at, by=by, action="keys.shared", key=public.key_id, shares=count, needed=needed)
        _keep_public(folder, public)
    return sorted(half.key_id for half, _ in copies)


def copier(folder: Path) -> Copier:
    """What keeps a copy of a new key for whoever has the shares; does nothing where none were made yet."""
    public = _public_half(folder)

    def keep(session: Session, key: KeyFile | Half, raw: bytes, *, at: datetime) -> None:
        if public and session.get(RecoveryKey, public.key_id):
            session.add(_row(key, public.key_id, recovery.copy_of(key.key_id, raw, public), at=at))

    return keep


def current(session: Session) -> RecoveryKey | None:
    """The shares in use."""
    return session.scalar(select(RecoveryKey).order_by(RecoveryKey.at.desc()).limit(1))


def uncovered(session: Session, folder: Path) -> list[str]:
    """The keys in use of which the shares in use would bring nothing back; also one whose private half staff hold."""
    shares = current(session)
    mine = RecoveryCopy.recovery_id == (shares.key_id if shares else "")
    over = session.scalars(select(KeyRetirement.key_id))
    known = {*session.scalars(select(RecoveryCopy.key_id).where(mine)), *over}
    return sorted({file.key_id for file in files_in(folder) if file.kind in IN_FILES} - known)


def last_drill(session: Session, recovery_id: str) -> RecoveryDrill | None:
    """When the shares were last seen to work."""
    worked = RecoveryDrill.recovery_id == recovery_id, RecoveryDrill.worked.is_(True)
    return session.scalar(select(RecoveryDrill).where(*worked).order_by(RecoveryDrill.at.desc()).limit(1))


def drill(db: Database, key: PrivateKey, *, at: datetime, by: str) -> bool:
    """Whether these shares are the ones in use, and open what is sealed to them. Opens no key; is kept as a fact."""
    with db.reading() as session:
        known = session.get(RecoveryKey, key.key_id)
        now = current(session)
    if now is None:
        raise BadInput("No shares have been made here yet: dygnet keys shares")
    worked = known is not None and known.key_id == now.key_id and _opens(known, key)
    with db.transaction() as session:
        session.add(RecoveryDrill(recovery_id=(known or now).key_id, at=at, by=by, worked=worked))
        outcome = "done" if worked else "refused"
        record(session, at=at, by=by, action="keys.drilled", outcome=outcome, key=(known or now).key_id)
    return worked


def restore(
    db: Database, folder: Path, key: PrivateKey, *, at: datetime, by: str, to: str | None = None
) -> Iterator[str]:
    """Bring back every key that is missing here, one after another; safe to repeat.

    `to`: the alias of a colleague whose staff key the rota key is granted to, instead of a file.
    """
    with db.reading() as session:
        mine = select(RecoveryCopy).where(RecoveryCopy.recovery_id == key.key_id)
        copies = list(session.scalars(mine.order_by(RecoveryCopy.kind, RecoveryCopy.generation)))
    if not copies:
        raise BadInput("These shares open nothing here: they are of another installation, or were replaced.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_in(folder):
        with db.reading() as session:
            strangers = _strangers(session, folder, copies)
        if strangers:
            raise BadInput(
                f"{folder} holds other keys ({', '.join(strangers)}), as after a new dygnet init. Move them to another "
                "folder and try again; keep them, if anything came in meanwhile."
            )
        _keep_public(folder, key.public)
        for copy in copies:
            raw = recovery.opened_copy(copy.box, copy.key_id, key)
            granted = to is not None and copy.kind == "rota"
            if _put_back(folder, copy, raw, whole=not granted) or granted:
                with db.transaction() as session:
                    if granted and to is not None:
                        _grant(session, to, PrivateKey.from_bytes(copy.key_id, raw), at=at, by=by)
                    record(session, at=at, by=by, action="keys.recovered", kind=copy.kind, key=copy.key_id)
                yield copy.key_id


def _strangers(session: Session, folder: Path, copies: list[RecoveryCopy]) -> list[str]:
    """Keys here that this installation never had, of the kinds that are to come back: a `dygnet init` too many."""
    known = {*(copy.key_id for copy in copies), *session.scalars(select(KeyGeneration.key_id))}
    kinds = {copy.kind for copy in copies}
    return sorted({file.key_id for file in files_in(folder) if file.kind in kinds} - known)


def _keep_public(folder: Path, recovery_key: PublicKey) -> None:
    """The half that copies are sealed to, as the newest of its kind."""
    mine = [file for file in files_in(folder) if file.kind == KIND]
    if recovery_key.key_id not in {file.key_id for file in mine}:
        generation = max((file.generation for file in mine), default=0) + 1
        KeyFile(KIND, generation, recovery_key.key_id, PUBLIC, folder).write(recovery_key.raw)


def _put_back(folder: Path, copy: RecoveryCopy, raw: bytes, *, whole: bool) -> bool:
    """Write the halves that are missing, only the public one unless `whole`; whether the private one was written."""
    private = KeyFile(copy.kind, copy.generation, copy.key_id, PRIVATE, folder)
    public = KeyFile(copy.kind, copy.generation, copy.key_id, PUBLIC, folder)
    missing = whole and not private.path.exists()
    if missing:
        private.write(raw, lock_of(folder))
    if KINDS[copy.kind].has_public_file and not public.path.exists():
        public.write(KINDS[copy.kind].public_half(raw))
    return missing


def insist_on_a_key(session: Session, alias: str) -> Person:
    """The colleague to whom the rota key can be granted. BadInput, with what to do, when it cannot."""
    person = by_alias(session, alias)
    if person is None:
        raise BadInput(f"Nobody on the staff is called {alias}: see the programme file.")
    if not staff_keys.may_hold(person):
        raise BadInput(f"{alias} does not work with cases, and the key is not for them: choose a colleague who does.")
    if staff_keys.key_of(session, person) is None:
        raise BadInput(f"{alias} has no staff key yet: let them enrol first (dygnet staff link).")
    return person


def _grant(session: Session, alias: str, rota: PrivateKey, *, at: datetime, by: str) -> None:
    person = insist_on_a_key(session, alias)
    staff_keys.give(session, rota, person, at=at, by=by, because="recovered")


def _opens(known: RecoveryKey, key: PrivateKey) -> bool:
    try:
        return recovery.opens(recovery.Probe(known.probe, known.probe_digest), key)
    except CannotOpen:
        return False


def _public_half(folder: Path) -> PublicKey | None:
    keyring = Keyring.load(folder)
    return keyring.public(KIND) if keyring.has_public(KIND) else None


def _privates(folder: Path) -> list[Half]:
    halves = (half for provider in providers_for(folder) for half in provider.halves())
    return [half for half in halves if half.half == PRIVATE and half.kind in IN_FILES]


def _row(key: KeyFile | Half, recovery_id: str, box: bytes, *, at: datetime) -> RecoveryCopy:
    return RecoveryCopy(
        key_id=key.key_id, recovery_id=recovery_id, kind=key.kind, generation=key.generation, box=box, at=at
    )
