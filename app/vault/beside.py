"""A file beside the process that only the processes holding one kind of key can read, and only they can have made.

It is sealed to the key's public half, which many hold and anybody who can write files could seal to. So it carries
besides a code (HMAC-SHA-256) under a key that follows from the private half: what a stranger puts there is not taken.
"""

from __future__ import annotations

import hmac
import os
import tempfile
from pathlib import Path
from typing import Final

from app.errors import DygnetError, Misconfigured
from app.vault.envelope import Binding, CannotOpen, PrivateKey, key_id_of, open_box, seal
from app.vault.keyfiles import remember
from app.vault.keyring import Keyring
from app.vault.wiping import wipe

_CODE: Final = 32
_LARGEST: Final = 4 * 1024 * 1024
"""Bytes. Nothing of ours comes near it."""


class NothingBeside(DygnetError):
    """No such file, or it is damaged, or it belongs to another key or another place."""


class SealedFile:
    """One file, whole or as it was before, also after a power cut; readable by its owner alone."""

    def __init__(self, path: Path, keyring: Keyring, *, kind: str, name: str) -> None:
        """`kind` of key it is sealed to; the process must hold the private half. `name`: what it is, so that no file
        of ours can be put in the place of another."""
        self.path = path
        self._keyring = keyring
        self._kind = kind
        self._binding = Binding(table="beside", column="file", row=name, case="")

    @property
    def key_id(self) -> str:
        """The key that it would be sealed to now."""
        return self._keyring.public(self._kind).key_id

    def write(self, content: bytes) -> None:
        """OSError when it cannot be written."""
        key = self._keyring.private(self._kind, self.key_id)
        box = seal(content, key.public, binding=self._binding)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_code(key, box) + box)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(self.path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        remember(self.path.parent)

    def read(self) -> bytes:
        """What was written last; NothingBeside when there is nothing that can be used."""
        try:
            with self.path.open("rb") as file:
                written = file.read(_LARGEST)
        except FileNotFoundError:
            raise NothingBeside(f"there is no {self.path}") from None
        except OSError as problem:
            raise NothingBeside(f"{self.path} cannot be read: {problem.strerror}") from None
        code, box = written[:_CODE], written[_CODE:]
        try:
            key = self._keyring.private(self._kind, key_id_of(box))
            if hmac.compare_digest(_code(key, box), code):
                return open_box(box, key, binding=self._binding)
        except (CannotOpen, Misconfigured):
            pass
        raise NothingBeside(f"{self.path} is damaged, or sealed to a key that this process lacks")


def _code(key: PrivateKey, box: bytes) -> bytes:
    raw = key.to_bytes()
    try:
        return hmac.digest(hmac.digest(raw, b"dygnet file beside", "sha256"), box, "sha256")
    finally:
        wipe(raw)
