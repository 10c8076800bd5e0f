"""What a witness signs: that it saw this checkpoint, at this second, grown out of all it saw before.

C2SP tlog-cosignature, `cosignature/v1`: Ed25519 over a header, the POSIX time and the checkpoint's text. The signature
in the note is the time in eight bytes and then the signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit.note import DASH, ID_BYTES, BadNote, VerifierKey, base64_of, unbase64

_TIME_BYTES: Final = 8
_LATEST: Final = 253_402_300_799  # the last POSIX second of the year 9999: a moment that can be written down


@dataclass(frozen=True)
class WitnessKey(VerifierKey):
    """A witness's public key, under the witness's name."""

    ALGORITHM: ClassVar[bytes] = b"\x04"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether this witness signed the text at the time that stands in the signature."""
        second = int.from_bytes(signature[:_TIME_BYTES])
        return second <= _LATEST and super().has_signed(_said(text, second), signature[_TIME_BYTES:])

    def cosigned(self, text: str, lines: str) -> tuple[str, datetime] | None:
        """This witness's line among `lines`, and the moment that it names; None when there is none that holds."""
        for line in lines.splitlines(keepends=True):
            name, _, encoded = line.rstrip("\n").removeprefix(DASH).partition(" ")
            try:
                raw = unbase64(encoded)
            except BadNote:
                continue
            if (name, raw[:ID_BYTES]) == (self.name, self.key_id) and self.has_signed(text, raw[ID_BYTES:]):
                second = int.from_bytes(raw[ID_BYTES : ID_BYTES + _TIME_BYTES])
                return line, datetime.fromtimestamp(second, UTC)
        return None


@dataclass(frozen=True)
class Cosigner:
    """A witness's private key, with the name it signs under."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier_key(self) -> WitnessKey:
        return WitnessKey(self.name, self.private.public_key().public_bytes_raw())

    def line(self, text: str, *, at: datetime) -> str:
        """The signature line over a checkpoint's text, as of the second in which `at` lies."""
        second = int(at.timestamp())
        signature = self.private.sign(_said(text, second).encode())
        raw = self.verifier_key.key_id + second.to_bytes(_TIME_BYTES) + signature
        return f"{DASH}{self.name} {base64_of(raw)}\n"


def _said(text: str, second: int) -> str:
    return f"cosignature/v1\ntime {second}\n{text}"
