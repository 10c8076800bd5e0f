"""Sealing and opening: HPKE (RFC 9180) with the ML-KEM-768 + X25519 hybrid, SHA-256 and AES-256-GCM.

A box is `version | length of key id | key id | HPKE output`. It opens only with the key it names and only
in the place it was sealed for: table, column, row and case are part of the key schedule, so that a box moved
elsewhere is as dead as a box tampered with. Contents are padded to whole blocks: a box tells no length.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from app.errors import DygnetError
from app.vault.secrecy import Secret
from app.vault.wiping import wipe

FORMAT_VERSION: Final = 1
BLOCK: Final = 256
"""Bytes; a sealed text grows by whole blocks."""

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_HEADER, _LENGTH = 2, 4
_SEED, _MLKEM_PUBLIC, _X25519 = 64, 1184, 32
_Halves = tuple[MLKEM768PrivateKey, X25519PrivateKey]
_KEY_ID = re.compile(r"[a-z]{1,16}-[0-9a-f]{8}")


class WrongKey(DygnetError):
    """The box is sealed to another key; the message names both."""


class CannotOpen(DygnetError):
    """Tampered with, moved from its place, or not a box at all: no telling which."""


class NotAKey(DygnetError):
    """These bytes are no key, or not the key their id promises."""


class PublicKey:
    """Seals, cannot open. `raw` is the ML-KEM-768 public key (1184 bytes) and the X25519 one (32)."""

    __slots__ = ("hpke", "key_id", "raw")

    def __init__(self, key_id: str, raw: bytes) -> None:
        if len(raw) != _MLKEM_PUBLIC + _X25519 or key_id != key_id_for(_kind(key_id), raw):
            raise NotAKey(f"{key_id} is not the id of this public key")
        self.key_id = key_id
        self.raw = raw
        self.hpke = _hpke_public(raw)

    @classmethod
    def from_bytes(cls, key_id: str, raw: bytes) -> PublicKey:
        """The public key in `raw`; NotAKey when it does not belong to the id."""
        return cls(key_id, raw)

    def __repr__(self) -> str:
        return f"<PublicKey {self.key_id}>"


class PrivateKey(Secret):
    """Opens what was sealed to its `public` half. Shows only its id, refuses to be pickled, leaves zeros behind."""

    __slots__ = ("_raw", "hpke", "key_id", "public")

    def __init__(self, kind: str, raw: bytes, halves: _Halves | None = None) -> None:
        """`raw` is the ML-KEM-768 seed (64 bytes) and the X25519 key (32); the id follows from them.

        `halves` are the same two, when they are at hand: making them from `raw` is a third of the work of a new key.
        """
        if len(raw) != _SEED + _X25519:
            raise NotAKey(f"a private key has {_SEED + _X25519} bytes")
        mlkem, x25519 = halves or _halves(raw)
        public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        self.public = PublicKey(key_id_for(kind, public), public)
        self.key_id = self.public.key_id
        self._raw = bytearray(raw)
        self.hpke = MLKEM768X25519PrivateKey(mlkem, x25519)

    def __del__(self) -> None:
        raw = getattr(self, "_raw", bytearray())
        raw[:] = bytes(len(raw))

    @classmethod
    def from_bytes(cls, key_id: str, raw: bytes) -> PrivateKey:
        """The private key in `raw`; NotAKey when it does not belong to the id."""
        key = cls(_kind(key_id), raw)
        if key.key_id != key_id:
            raise NotAKey(f"{key_id} is not the id of this private key")
        return key

    def to_bytes(self) -> bytes:
        """A copy of the secret itself, for a key file or a grant: `wipe` it when it is sealed."""
        return bytes(self._raw)

    def __repr__(self) -> str:
        return f"<PrivateKey {self.key_id}>"


def new_key(kind: str) -> PrivateKey:
    """A fresh key; its id is the kind and the beginning of the public half's SHA-256."""
    mlkem, x25519 = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    parts = mlkem.private_bytes_raw(), x25519.private_bytes_raw()
    raw = b"".join(parts)
    try:
        return PrivateKey(kind, raw, (mlkem, x25519))
    finally:
        wipe(raw, *parts)


def key_id_for(kind: str, public: bytes) -> str:
    """The id a public half has: `rota-1a2b3c4d`."""
    key_id = f"{kind}-{hashlib.sha256(public).hexdigest()[:8]}"
    if not _KEY_ID.fullmatch(key_id):
        raise NotAKey("a key's kind is one to sixteen small letters")
    return key_id


@dataclass(frozen=True)
class Binding:
    """The one place a box belongs to. `case` is "" for what belongs to no case."""

    table: str
    column: str
    row: str
    case: str

    def __post_init__(self) -> None:
        if not (self.table and self.column and self.row):
            raise ValueError("a box is bound to a table, a column and a row")

    def info(self, key_id: str) -> bytes:
        """What HPKE mixes into the key: every part with its length before it, so that no two places collide."""
        parts = ("dygnet", str(FORMAT_VERSION), self.table, self.column, self.row, self.case, key_id)
        return b"".join(_with_length(part.encode()) for part in parts)


def seal(plaintext: bytes, to: PublicKey, *, binding: Binding) -> bytes:
    """A box only the holder of `to`'s private half can open, and only in the place `binding` names."""
    key_id, padded = to.key_id.encode(), _padded(plaintext)
    try:
        sealed = _SUITE.encrypt(padded, to.hpke, info=binding.info(to.key_id))
    except ValueError:  # an X25519 point that agrees on nothing
        raise NotAKey(f"nothing can be sealed to {to.key_id}") from None
    finally:
        wipe(padded)
    return bytes((FORMAT_VERSION, len(key_id))) + key_id + sealed


def seal_key(secret: PrivateKey, to: PublicKey, *, binding: Binding) -> bytes:
    """A private key in a box, and no copy of it beside."""
    raw = secret.to_bytes()
    try:
        return seal(raw, to, binding=binding)
    finally:
        wipe(raw)


def open_box(box: bytes, key: PrivateKey, *, binding: Binding) -> bytes:
    """What was sealed. WrongKey when the box names another key; CannotOpen for anything else."""
    sealed_to = key_id_of(box)
    if sealed_to != key.key_id:
        raise WrongKey(f"the box is sealed to {sealed_to}, not to {key.key_id}")
    try:
        padded = _SUITE.decrypt(box[_HEADER + len(sealed_to) :], key.hpke, info=binding.info(key.key_id))
        return _unpadded(padded)
    except (InvalidTag, ValueError):
        raise CannotOpen(f"a box sealed to {sealed_to} does not open in this place") from None


def open_key(box: bytes, key: PrivateKey, *, kind: str, binding: Binding) -> PrivateKey:
    """The private key of a kind that was sealed; its bytes are wiped. WrongKey and CannotOpen as for `open_box`."""
    raw = open_box(box, key, binding=binding)
    try:
        return PrivateKey(kind, raw)
    finally:
        wipe(raw)


def key_id_of(box: bytes) -> str:
    """The id of the key a box is sealed to."""
    if len(box) < _HEADER or box[0] != FORMAT_VERSION:
        raise CannotOpen("not a sealed box of a known format version")
    key_id = box[_HEADER : _HEADER + box[1]].decode("ascii", errors="replace")
    if not _KEY_ID.fullmatch(key_id):
        raise CannotOpen("a sealed box without a key id")
    return key_id


def _kind(key_id: str) -> str:
    return key_id.rpartition("-")[0]


def _halves(raw: bytes | bytearray) -> _Halves:
    """Made from views: a slice would be one more copy that nobody wipes."""
    seen = memoryview(raw)
    return MLKEM768PrivateKey.from_seed_bytes(seen[:_SEED]), X25519PrivateKey.from_private_bytes(seen[_SEED:])


def _hpke_public(raw: bytes) -> MLKEM768X25519PublicKey:
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC:]),
        )
    except ValueError:
        raise NotAKey("the bytes are no ML-KEM-768 and X25519 public key") from None


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(_LENGTH, "big") + part


def _padded(plaintext: bytes) -> bytes:
    length = _LENGTH + len(plaintext)
    return b"".join((len(plaintext).to_bytes(_LENGTH, "big"), plaintext, bytes(-length % BLOCK)))


def _unpadded(padded: bytes) -> bytes:
    """What was padded. The padded bytes are wiped: what comes out is the only copy."""
    end = _LENGTH + int.from_bytes(padded[:_LENGTH], "big")
    try:
        if end > len(padded) or any(padded[end:]):
            raise ValueError("the padding is not ours")
        return padded[_LENGTH:end]
    finally:
        wipe(padded)
