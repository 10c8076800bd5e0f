"""Key files: one line that says what it is, then base64, in a folder only their owner enters.

A name is `kind.generation.id.half`, as in `rota.0001.1a2b3c4d.key`: the generation is counted, so that
which key is newest does not hang on file times that a copy or a restore changes.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import itertools
import os
import re
import shlex
import stat
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from app.errors import Misconfigured

PRIVATE: Final = "key"
PUBLIC: Final = "pub"

_NAME = re.compile(r"([a-z]{1,16})\.(\d{4,})\.([0-9a-f]{8})\.(key|pub)")
_WORDS = {PRIVATE: "private", PUBLIC: "public"}
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
    def header(self) -> str:
        return f"dygnet {_WORDS[self.half]} key, version 1, {self.kind}, {self.key_id}"

    def read(self) -> bytes:
        """The key's bytes. Misconfigured when others may read a private one, or when it is not what its name says."""
        try:
            with self.path.open("rb") as file:
                if self.half == PRIVATE and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise Misconfigured(f"Others can read {self.path}. Run: chmod 600 {shlex.quote(str(self.path))}")
                text = file.read(_LONGEST).decode("ascii")
        except (OSError, UnicodeDecodeError):
            raise Misconfigured(f"The key file {self.path} cannot be read by this process.") from None
        header, _, body = text.partition("\n")
        if header.strip() != self.header:
            raise Misconfigured(f"The key file {self.path} holds something else than its name says.")
        try:
            return base64.b64decode("".join(body.split()), validate=True)
        except binascii.Error:
            raise Misconfigured(f"The key file {self.path} is damaged: restore it from a backup.") from None

    def write(self, raw: bytes) -> Path:
        """Write the key, whole or not at all and never over another. Hold `alone_in` the folder meanwhile."""
        if self.path.exists():
            raise Misconfigured(f"The key file {self.path} exists already and is not overwritten.")
        body = "\n".join(textwrap.wrap(base64.b64encode(raw).decode(), 64))
        unfinished = self.path.with_name(f".{self.path.name}.unfinished")
        unfinished.unlink(missing_ok=True)
        mode = 0o600 if self.half == PRIVATE else 0o644
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(f"{self.header}\n{body}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.path)
        _remember(self.folder)
        return self.path


def files_in(folder: Path) -> list[KeyFile]:
    """Every key file in the folder, oldest generation first. Misconfigured when two keys share a generation."""
    try:
        found = sorted(file for file in map(KeyFile.named, folder.iterdir()) if file)
    except OSError:
        raise Misconfigured(f"There is no folder of keys at {folder} (KEYS_DIR). Run: dygnet init") from None
    for older, newer in itertools.pairwise(found):
        if (older.kind, older.generation) == (newer.kind, newer.generation) and older.key_id != newer.key_id:
            raise Misconfigured(f"{older.path.name} and {newer.path.name} in {folder} claim the same generation.")
    return found


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """One maker of keys at a time: two first starts at once must not make two generations."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _remember(folder: Path) -> None:
    """Make a new name in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
