"""A new generation of a key while everything runs, in steps that can each be the last before a power cut.

1. *made*: the new key lies in the folder under a name that nobody uses.
2. *announced*: one transaction writes down the key, its copy for recovery and the entry in the log; the log's own key
   is handed over there.
3. *published*: the files are renamed. Every process sees it within a second and seals to the new key; one that does
   not see it goes on as before, and what it seals is found in the next step.
4. *resealed*: what hangs on the old key is sealed to the new one, batch by batch.
5. *finished*, when asked for and nothing is left: the old private half and its copies are destroyed.

Whoever starts again goes on where it stopped. The rota key goes another way where staff hold it (`replacing.py`), and
comes back here to be finished.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit.handovers import hand_over
from app.audit.impersonal import Plain
from app.audit.log import write
from app.db import Database
from app.errors import BadInput
from app.keys import recovery, replacing
from app.keys.ages import SETTLES
from app.keys.generations import Generation, generations, unfinished, write_down
from app.keys.hanging import BOXES, damaged_on, hanging_on
from app.keys.models import KeyGeneration, KeyRetirement, RecoveryCopy
from app.logs import Log
from app.staff import keys as staff_keys
from app.vault.envelope import PrivateKey, PublicKey, key_id_for
from app.vault.keyfiles import PRIVATE, PUBLIC, KeyFile, alone_in, coming_in, files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES, KINDS
from app.vault.providers import lock_of
from app.vault.rotation import Boxes, left, reseal_all
from app.vault.staff_keys import ROTA

_log = Log("keys")


@dataclass(frozen=True)
class Step:
    """Something that is done and will not be undone by a crash. `damaged`: rows that do not open."""

    name: str
    done: int = 0
    of: int = 0
    damaged: int = 0


@dataclass(frozen=True)
class Rotation:
    """The rotation of one kind of key in a folder.

    `staff_hold`: the rota key's private half is in people's hands. `opened`: what of it somebody opened just now, to
    tell rows that are damaged from rows that are still to be sealed anew.
    """

    db: Database
    folder: Path
    kind: str
    at: datetime
    by: str
    staff_hold: bool = False
    opened: Mapping[str, PrivateKey] = field(default_factory=dict, repr=False)

    def run(self, *, anew: bool = False) -> Iterator[Step]:
        """All steps but the last. A rotation that is not finished is gone on with, unless another is wanted `anew`."""
        if self.kind not in IN_FILES:
            raise BadInput(f"There is no key of the kind {self.kind} here: {', '.join(IN_FILES)}.")
        if self._goes_to_staff:
            yield from self._replace(anew=anew)
            return
        with alone_in(self.folder):
            yield from self._renew(anew=anew)
        yield from self._reseal()

    def finish(self) -> list[str]:
        """Destroy what the older generations still could. BadInput while anything hangs on them. Their ids."""
        with alone_in(self.folder):
            with self.db.transaction() as session:
                older = unfinished(session, self.folder, self.kind)
                self._insist_on_nothing_left(session)
                for key in older:
                    self._retire(session, key.key_id)
            return self._destroy_the_retired()

    def _replace(self, *, anew: bool) -> Iterator[Step]:
        """Old cases are sealed anew by the people who hold both keys; nothing here could."""
        with alone_in(self.folder):
            replacing.settle(self.db, self.folder)
        with self.db.reading() as session:
            if unfinished(session, self.folder, self.kind) and not anew:
                return
        replacing.replace(self.db, self.folder, at=self.at, by=self.by)
        yield Step("published")

    def _renew(self, *, anew: bool) -> Iterator[Step]:
        coming = [file for file in coming_in(self.folder) if file.kind == self.kind]
        if not coming:
            with self.db.reading() as session:
                if unfinished(session, self.folder, self.kind) and not anew:
                    return
            coming = [self._make()]
            yield Step("made")
        private = next((file for file in coming if file.half == PRIVATE), None)
        if private:
            self._announce(private)
            yield Step("announced")
        self._publish()
        yield Step("published")

    def _make(self) -> KeyFile:
        """The private half first: the public one follows from it."""
        present = [file for file in files_in(self.folder) if file.kind == self.kind]
        if not present:
            raise BadInput(f"There is no {self.kind} key to replace yet: dygnet init makes the first.")
        kind = KINDS[self.kind]
        raw = kind.new()
        key_id = key_id_for(self.kind, kind.public_half(raw))
        private = KeyFile(self.kind, present[-1].generation + 1, key_id, PRIVATE, self.folder)
        private.prepare(raw, lock_of(self.folder))
        return private

    def _announce(self, private: KeyFile) -> None:
        raw = private.read(lock_of(self.folder), path=private.coming)
        if KINDS[self.kind].has_public_file and not _public_of(private).path.exists():
            _public_of(private).prepare(KINDS[self.kind].public_half(raw))
        old = self._log_key() if self.kind == "audit" else None
        copied = recovery.copier(self.folder)
        with self.db.transaction() as session:
            if session.get(KeyGeneration, private.key_id):
                return
            write_down(session, generations(session, self.folder), at=None, by=self.by)
            write_down(session, [private], at=self.at, by=self.by)
            copied(session, private, raw, at=self.at)
            if old:
                self._hand_over(session, *old, raw, private.generation)
            self._note(session, "keys.rotated", generation=private.generation, key=private.key_id)

    def _publish(self) -> None:
        """The private half first, so that no process seals to a key whose private half is nowhere."""
        coming = {file.half: file for file in coming_in(self.folder) if file.kind == self.kind}
        for half in (PRIVATE, PUBLIC):
            if half in coming:
                coming[half].publish()

    @property
    def _goes_to_staff(self) -> bool:
        return self.staff_hold and self.kind == ROTA

    def _log_key(self) -> tuple[Ed25519PrivateKey, str]:
        keyring = Keyring.load(self.folder, private=("audit",))
        return keyring.log_key, keyring.log_name

    def _hand_over(self, session: Session, old: Ed25519PrivateKey, origin: str, raw: bytes, generation: int) -> None:
        new = Ed25519PrivateKey.from_private_bytes(raw)
        hand_over(session, old, new, origin=origin, generation=generation, at=self.at, by=self.by)

    def _reseal(self) -> Iterator[Step]:
        if self.kind not in BOXES:
            return
        keyring = Keyring.load(self.folder, private=(self.kind,))
        new = keyring.public(self.kind)
        for old in (key for key in keyring.privates(self.kind) if key.key_id != new.key_id):
            for boxes in BOXES[self.kind]:
                yield from self._reseal_table(boxes, old, new)

    def _reseal_table(self, boxes: Boxes, old: PrivateKey, new: PublicKey) -> Iterator[Step]:
        with self.db.reading() as session:
            of = left(session, boxes, old.key_id)
        step = partial(Step, boxes.table.name, of=of)
        done = damaged = 0
        for batch in reseal_all(self.db, boxes, old, new):
            done, damaged = done + batch.done, damaged + batch.damaged
            yield step(done=done, damaged=damaged)
        if done:
            with self.db.transaction() as session:
                self._note(session, "keys.resealed", table=boxes.table.name, count=done, key=new.key_id)

    def _insist_on_nothing_left(self, session: Session) -> None:
        known = generations(session, self.folder, self.kind)
        if self.kind in BOXES and known[-1].since > self.at - SETTLES:
            raise BadInput("The new key is younger than a minute: some process may not have seen it yet.")
        for older, newer in pairwise(known):
            if older.over_at is None and (rows := self._still_needed_by(session, older, until=newer.since)):
                said = ", ".join(f"{count} in {table}" for table, count in rows.items())
                do = " Somebody who holds the key seals them anew, at /console/keys." if self._goes_to_staff else ""
                raise BadInput(f"{older.key_id} is still needed: {said}. Nothing was destroyed.{do}")

    def _still_needed_by(self, session: Session, older: Generation, *, until: datetime) -> Mapping[str, int]:
        """How many rows of each table would be lost with it. Those that do not open are lost, and said aloud."""
        rows = dict(hanging_on(session, older, until=until))
        key = self._opened(older) if rows else None
        if key:
            for table, ids in damaged_on(session, key, self.kind).items():
                _log.error("rows do not open, and no key is kept for them", name=table, count=len(ids))
                rows[table] -= len(ids)
        return {table: count for table, count in rows.items() if count}

    def _opened(self, older: Generation) -> PrivateKey | None:
        """What opens rows of this generation, where it is at hand."""
        if self.kind not in BOXES or not older.has_private:
            return self.opened.get(older.key_id)
        return Keyring.load(self.folder, private=(self.kind,)).private(self.kind, older.key_id)

    def _retire(self, session: Session, key_id: str) -> None:
        session.add(KeyRetirement(key_id=key_id, at=self.at, by=self.by))
        session.execute(delete(RecoveryCopy).where(RecoveryCopy.key_id == key_id))
        if self.kind == ROTA:
            staff_keys.retire(session, key_id)
        self._note(session, "keys.destroyed", key=key_id)

    def _destroy_the_retired(self) -> list[str]:
        """Also what an earlier attempt wrote down and did not come to. The log's public halves stay: they verify."""
        with self.db.reading() as session:
            over = {each.key_id for each in generations(session, self.folder, self.kind) if each.over_at}
        gone = [file for file in files_in(self.folder) if file.key_id in over]
        for file in gone:
            if file.half == PRIVATE or self.kind != "audit":
                file.destroy()
        return sorted({file.key_id for file in gone if file.half == PRIVATE or self.kind != "audit"})

    def _note(self, session: Session, action: str, **facts: Plain) -> None:
        write(session, at=self.at, by=self.by, action=action, facts={"kind": self.kind, **facts})


def _public_of(private: KeyFile) -> KeyFile:
    return KeyFile(private.kind, private.generation, private.key_id, PUBLIC, private.folder)
