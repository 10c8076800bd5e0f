"""A key of the openers' own that passes away: kept far from the backups, in one small file, replaced by each of them.

A store that keeps versions, a tape, a thief's copy of last month: with the passphrase and a key of then, an older
`openers.backup` opens what was forgotten since. Locked with such a key it opens for nobody, for that key has been
written over. What may not be kept in versions is then one file of some hundred bytes, in a place that can promise it.

The last two keys are kept: a copy of the folder that is a night behind still opens. So what is forgotten is gone from
every copy after the second backup.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from app.backup import files
from app.errors import BadInput, Misconfigured
from app.vault.locks import CannotUnlock, Lock

_TITLE: Final = "dygnet openers' key v1"


@dataclass(frozen=True)
class PassingKey:
    """The file, or one in each of several places that cannot burn together. What it holds the folder's lock keeps."""

    places: Sequence[Path]
    lock: Lock

    @contextmanager
    def renewed(self, openers: Path) -> Iterator[Lock]:
        """A new key to lock the openers with. Only when that is done is the one before the last written over: a power
        cut on the way leaves keys too many, never one too few."""
        self._insist_on_elsewhere(openers.parent)
        kept, new = self._kept(), Lock.new()
        last = [key for key in kept if opens(key, openers)]
        self._keep([new, *kept])
        yield new
        self._keep([new, *last[:1]])

    def of(self, openers: Path) -> Lock:
        """The key that opens these. CannotUnlock when none does: they are older than the backup before the last."""
        found = next((key for key in self._kept() if opens(key, openers)), None)
        if found is None:
            raise CannotUnlock(f"No key in {self.places[0]} opens {openers}: it is too old, or another folder's.")
        return found

    def _kept(self) -> list[Lock]:
        """The newest first, from the first place that has any."""
        there = next((path for path in self.places if path.exists()), None)
        if there is None:
            return []
        title, *lines = there.read_text("ascii").splitlines()
        if title != _TITLE:
            raise Misconfigured(f"{there} holds no key for openers")
        return [Lock(_ByTheFolder(self.lock).unwrapped(base64.b64decode(line))) for line in lines]

    def _keep(self, keys: Sequence[Lock]) -> None:
        lines = [base64.b64encode(key.kept_by(_ByTheFolder(self.lock))).decode() for key in keys]
        for path in self.places:
            files.replace(path, "\n".join([_TITLE, *lines, ""]).encode("ascii"))

    def _insist_on_elsewhere(self, folder: Path) -> None:
        for path in self.places:
            if path.resolve().is_relative_to(folder.resolve()):
                raise BadInput(f"{path} lies among the backups and would be copied with them: choose another place")
            if not path.parent.is_dir():
                raise BadInput(f"{path.parent} is not there: is the place for the key mounted?")


def opens(key: Lock, path: Path) -> bool:
    """Whether a file is there and this key is the one to it."""
    try:
        return path.exists() and next(files.read(path, key)) is not None
    except CannotUnlock:
        return False


@dataclass(frozen=True)
class _ByTheFolder:
    """Keeps a key by the folder's own lock, and so by the passphrase."""

    lock: Lock
    name: ClassVar[str] = "the folder's lock"
    _place: ClassVar[str] = "openers.key"

    def wrapped(self, key: bytes) -> bytes:
        return self.lock.closed(key, place=self._place)

    def unwrapped(self, kept: bytes) -> bytes:
        return self.lock.opened(kept, place=self._place)
