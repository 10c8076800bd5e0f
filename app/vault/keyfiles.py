"""Key files: one line that says what it is, then base64, in a folder only their owner enters.

A name is `kind.generation.id.half`, as in `rota.0001.1a2b3c4d.key`: the generation is counted, so that
which key is newest does not hang on file times that a copy or a restore changes. A key that is being made
ends in `.coming`: no process uses it until it is written down in the database, and then it is renamed.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import itertools
import os
import re
import secrets
import shlex
import stat
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app.errors import Misconfigured
from app.vault.locks import Lock

PRIVATE: Final = "key"
PUBLIC: Final = "pub"

_NAME = re.compile(r"([a-z]{1,16})\.(\d{4,})\.([0-9a-f]{8})\.(key|pub)")
_WORDS = {PRIVATE: "private", PUBLIC: "public"}
_COMING = ".coming"
_LONGEST = 16_384


@dataclass(frozen=True, order=True)
class KeyFile:
    """A key file's place and what its name says. Files of one kind sort from oldest to newest."""

    kind: str
    generation: int
    key_id: str
    half: str
    folder: Path

    @classmethod
    def named(cls, path: Path) -> Self | None:
        """The key file at this path, going by its name; None for a file that is none of ours."""
        match = _NAME.fullmatch(path.name)
        if match is None:
            return None
        kind, generation, digits, half = match.groups()
        return cls(kind, int(generation), f"{kind}-{digits}", half, path.parent)

    @property
    def path(self) -> Path:
        return self.folder / f"{self.kind}.{self.generation:04d}.{self.key_id.rpartition('-')[2]}.{self.half}"

    @property
    def coming(self) -> Path:
        """Where it lies until it is published."""
        return self.path.with_name(self.path.name + _COMING)

    @property
    def header(self) -> str:
        return f"dygnet {_WORDS[self.half]} key, version 1, {self.kind}, {self.key_id}"

    @property
    def locked_header(self) -> str:
        return f"dygnet locked {_WORDS[self.half]} key, version 1, {self.kind}, {self.key_id}"

    @property
    def is_locked(self) -> bool:
        """Whether its bytes are encrypted on disk."""
        return self._lines(self.path)[0] == self.locked_header

    def read(self, lock: Lock | None = None, *, path: Path | None = None) -> bytes:
        """The key's bytes. Misconfigured when others may read a private one, when it is not what its name says, or
        when it is locked and there is nothing to open it with."""
        header, body = self._lines(path or self.path)
        try:
            raw = base64.b64decode("".join(body.split()), validate=True)
        except binascii.Error:
            raise Misconfigured(f"The key file {self.path} is damaged: restore it from a backup.") from None
        if header == self.header:
            return raw
        if header != self.locked_header:
            raise Misconfigured(f"The key file {self.path} holds something else than its name says.")
        if lock is None:
            raise Misconfigured(f"The key file {self.path} is locked, but {self.folder} has no lock file any more.")
        return lock.opened(raw, place=self.locked_header)

    def write(self, raw: bytes, lock: Lock | None = None) -> Path:
        """Write the key, whole or not at all and never over another. Hold `alone_in` the folder meanwhile."""
        if self.path.exists():
            raise Misconfigured(f"The key file {self.path} exists already and is not overwritten.")
        return self._put(self.path, raw, lock)

    def prepare(self, raw: bytes, lock: Lock | None = None) -> None:
        """Write the key where nobody uses it yet."""
        self._put(self.coming, raw, lock)

    def publish(self) -> None:
        """From now on it is in use. Safe to repeat."""
        if self.coming.exists():
            self.coming.rename(self.path)
            remember(self.folder)

    def discard(self) -> None:
        """What was prepared is not published after all."""
        self.coming.unlink(missing_ok=True)
        remember(self.folder)

    def rewrite(self, raw: bytes, lock: Lock | None) -> None:
        """Write the same key again, locked or not, over what stands there: never less than one whole file."""
        self._put(self.path, raw, lock)

    def destroy(self) -> None:
        """Overwrite and remove it. A disk that moves what it writes (an SSD, a copy-on-write file system) may keep the
        old bytes until it needs the room: what counts there is that the disk itself is encrypted."""
        with contextlib.suppress(FileNotFoundError):
            with self.path.open("r+b") as file:
                file.write(secrets.token_bytes(self.path.stat().st_size))
                file.flush()
                os.fsync(file.fileno())
            self.path.unlink()
            remember(self.folder)

    def _lines(self, path: Path) -> tuple[str, str]:
        """The header and what follows it."""
        try:
            with path.open("rb") as file:
                if self.half == PRIVATE and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise Misconfigured(f"Others can read {path}. Run: chmod 600 {shlex.quote(str(path))}")
                text = file.read(_LONGEST).decode("ascii")
        except (OSError, UnicodeDecodeError):
            raise Misconfigured(f"The key file {path} cannot be read by this process.") from None
        header, _, body = text.partition("\n")
        return header.strip(), body

    def _put(self, path: Path, raw: bytes, lock: Lock | None) -> Path:
        locked = lock is not None and self.half == PRIVATE
        header = self.locked_header if locked else self.header
        kept = lock.closed(raw, place=header) if lock and locked else raw
        body = "\n".join(textwrap.wrap(base64.b64encode(kept).decode(), 64))
        write_whole(path, f"{header}\n{body}\n", mode=0o600 if self.half == PRIVATE else 0o644)
        return path


def files_in(folder: Path) -> list[KeyFile]:
    """Every key file in the folder, oldest generation first. Misconfigured when two keys share a generation, or when
    others may enter the folder."""
    try:
        if stat.S_IMODE(folder.stat().st_mode) & 0o022:
            raise Misconfigured(f"Others can write in {folder}. Run: chmod 700 {shlex.quote(str(folder))}")
        found = sorted(file for file in map(KeyFile.named, folder.iterdir()) if file)
    except OSError:
        raise Misconfigured(f"There is no folder of keys at {folder} (KEYS_DIR). Run: dygnet init") from None
    for older, newer in itertools.pairwise(found):
        if (older.kind, older.generation) == (newer.kind, newer.generation) and older.key_id != newer.key_id:
            raise Misconfigured(f"{older.path.name} and {newer.path.name} in {folder} claim the same generation.")
    return found


def coming_in(folder: Path) -> list[KeyFile]:
    """The halves that are made and not in use yet: what a rotation was in the middle of."""
    names = (path.with_suffix("") for path in folder.iterdir() if path.suffix == _COMING)
    return sorted(file for file in map(KeyFile.named, names) if file)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One maker of keys at a time: two first starts at once must not make two generations."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """The file is there whole or as it was before, also after a power cut."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    remember(path.parent)


def remember(folder: Path) -> None:
    """Make a new name in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
