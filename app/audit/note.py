"""Signed notes and checkpoints, as C2SP signed-note and tlog-checkpoint write them, with Ed25519.

A note is a text, an empty line, and signature lines. A verifier key is one line that names a key and
holds its public half: `name+id+key`. A checkpoint is a note that says: this log, this size, this root.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import DygnetError

DASH: Final = "\N{EM DASH} "
_CHECKPOINT: Final = re.compile(r"(?P<origin>[^\n]+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>[^\n]+)\n")
_MOST_SIGNATURES: Final = 100
_KEY_BYTES: Final = 32
_ROOT_BYTES: Final = 32
ID_BYTES: Final = 4


class BadNote(DygnetError):
    """A note or key that is malformed, or that nobody we trust has signed."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key with the name its owner signs under."""

    ALGORITHM: ClassVar[bytes] = b"\x01"
    """The byte by which signed-note tells kinds of signatures apart: Ed25519 over the note's text."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(character.isspace() for character in self.name):
            raise BadNote("the name of a key is not empty and holds neither spaces nor plus")
        if len(self.public) != _KEY_BYTES:
            raise BadNote("an Ed25519 public key is 32 bytes")

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.ALGORITHM + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_of(self.ALGORITHM + self.public)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read `name+id+key`; BadNote when it is malformed or its id does not belong to its key."""
        name, _, rest = line.strip().partition("+")
        key_id, _, key = rest.partition("+")
        raw = unbase64(key)
        if raw[:1] != cls.ALGORITHM:
            raise BadNote(f"the verifier key is not an Ed25519 key of kind {cls.ALGORITHM.hex()}")
        made = cls(name, raw[1:])
        if made.key_id.hex() != key_id:
            raise BadNote("the verifier key's id does not belong to its name and key")
        return made

    def has_signed(self, text: str, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier_key(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The text as a signed note. BadNote for a text that cannot be one."""
        _refuse_unfit(text)
        return f"{text}\n{self.signature_line(text)}"

    def signature_line(self, text: str) -> str:
        key_id = self.verifier_key.key_id
        return f"{DASH}{self.name} {base64_of(key_id + self.private.sign(text.encode()))}\n"


class Checkpoint(NamedTuple):
    """A log's size and root, under the log's unchanging name (`origin`)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    @property
    def line(self) -> str:
        """The checkpoint for a piece of paper: `origin size root`. Whoever kept it needs no signature to trust it."""
        return f"{self.origin} {self.size} {base64_of(self.root)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text; BadNote for anything but three lines (we sign no extension lines)."""
        found = _CHECKPOINT.fullmatch(text)
        if not found:
            raise BadNote("a checkpoint has three lines: origin, size and root")
        root = unbase64(found["root"])
        if len(root) != _ROOT_BYTES:
            raise BadNote("a checkpoint's root is 32 bytes")
        return cls(found["origin"], int(found["size"]), root)


def open_note(note: str, keys: Iterable[VerifierKey]) -> str:
    """The note's text, if a key we trust has signed it; BadNote if none has, or if such a key's signature is wrong."""
    text, lines = _split(note)
    trusted = {(key.name, key.key_id): key for key in keys}
    signed = False
    for line in lines:
        name, _, encoded = line.removeprefix(DASH).partition(" ")
        raw = unbase64(encoded)
        if not line.startswith(DASH) or not name or len(raw) <= ID_BYTES:
            raise BadNote("a signature line of the note is malformed")
        key = trusted.get((name, raw[:ID_BYTES]))
        if key and not key.has_signed(text, raw[ID_BYTES:]):
            raise BadNote(f"the signature of {name} is wrong")
        signed = signed or key is not None
    if not signed:
        raise BadNote("the note is not signed by a key we trust")
    return text


def _split(note: str) -> tuple[str, list[str]]:
    _refuse_unfit(note)
    body, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines.pop() != "" or not 1 <= len(lines) <= _MOST_SIGNATURES:
        raise BadNote("a note is a text, an empty line and signature lines")
    return body + "\n", lines


def _refuse_unfit(text: str) -> None:
    if not text.endswith("\n") or any(character < " " and character != "\n" for character in text):
        raise BadNote("a note ends with a newline and holds no other control characters")


def base64_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("base64 was expected") from None
