"""Key files that are encrypted on disk: one random key opens a folder's files, and lies there wrapped.

What wraps it is a passphrase (Argon2id) or a key inside a hardware token (`tokens.py`). Wrapping one key
instead of every file means that Argon2id runs once for each process, and that another passphrase is one small file.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final, Protocol

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import Misconfigured
from app.vault.secrecy import Secret

KEY_BYTES: Final = 32
_SALT, _NONCE = 16, 12
_CONTEXT: Final = b"dygnet lock v1"
_MOST_PASSES, _MOST_KIB = 64, 4_194_304


class CannotUnlock(Misconfigured):
    """The passphrase or the token does not open this folder."""


class Wrapper(Protocol):
    """Keeps the folder's key: a passphrase, or a token."""

    @property
    def name(self) -> str:
        """What the lock file says about it, one line."""

    def wrapped(self, key: bytes) -> bytes:
        """The key, so that only `unwrapped` gets it back."""

    def unwrapped(self, kept: bytes) -> bytes:
        """The key. CannotUnlock for another passphrase or token."""


class Lock(Secret):
    """The key that opens a folder's locked files."""

    __slots__ = ("_aead", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._aead = AESGCM(key)

    @classmethod
    def new(cls) -> Lock:
        return cls(secrets.token_bytes(KEY_BYTES))

    def kept_by(self, wrapper: Wrapper) -> bytes:
        """What stands in the lock file."""
        return wrapper.wrapped(self._key)

    def closed(self, raw: bytes, *, place: str) -> bytes:
        """Locked, for the file with this header and no other."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._aead.encrypt(nonce, raw, place.encode())

    def opened(self, kept: bytes, *, place: str) -> bytes:
        """What was locked. CannotUnlock when it was tampered with, or locked elsewhere."""
        try:
            return self._aead.decrypt(kept[:_NONCE], kept[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise CannotUnlock(f"The lock of this folder does not open its file: {place}.") from None


@dataclass(frozen=True)
class Cost:
    """What a guess at the passphrase costs: RFC 9106, section 4, the second recommended choice."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4

    def __str__(self) -> str:
        return f"argon2id t={self.passes} m={self.memory_kib} p={self.lanes}"

    @classmethod
    def parse(cls, words: str) -> Cost:
        """As `str` wrote it. Misconfigured for what a lock file of ours cannot say."""
        try:
            passes, memory, lanes = (int(part.partition("=")[2]) for part in words.split()[1:])
        except ValueError:
            raise Misconfigured("The lock file of the keys is damaged: restore it from a backup.") from None
        if not (0 < passes <= _MOST_PASSES and 8 * lanes <= memory <= _MOST_KIB and lanes > 0):
            raise Misconfigured("The lock file of the keys asks for more work than any of ours does.")
        return cls(passes, memory, lanes)


@dataclass(frozen=True)
class Passphrase:
    """A passphrase that keeps a folder's key, and what a guess at it costs."""

    words: str = field(repr=False)
    cost: Cost = Cost()

    @property
    def name(self) -> str:
        return f"passphrase, {self.cost}"

    def wrapped(self, key: bytes) -> bytes:
        salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        return salt + nonce + self._stretched(salt).encrypt(nonce, key, _CONTEXT)

    def unwrapped(self, kept: bytes) -> bytes:
        salt, nonce, locked = kept[:_SALT], kept[_SALT : _SALT + _NONCE], kept[_SALT + _NONCE :]
        try:
            return self._stretched(salt).decrypt(nonce, locked, _CONTEXT)
        except (InvalidTag, ValueError, HashingError):
            raise CannotUnlock("The passphrase does not open the folder of keys.") from None

    def _stretched(self, salt: bytes) -> AESGCM:
        cost = self.cost
        key = hash_secret_raw(
            self.words.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, hash_len=KEY_BYTES, type=Type.ID
        )
        return AESGCM(key)
