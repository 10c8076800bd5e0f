"""A signed text between two houses: what it is, a head in canonical JSON, a sealed box if it carries one, a signature.

    dygnet handover 1
    {"due_at":…,"made_at":…,"package":…,"sealed_to":…,"signed_by":…}
    the box, in base64url; empty where there is none
    the signature over everything above, in base64url

One text has one spelling: what is written otherwise, or after its end, is refused, so that a digest names it. The box
opens with the receiver's key and in its place only (`vault/envelope.py`). docs/handover.md says it for other programs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ValidationError

from app.errors import BadInput
from app.routing.kept import Kept
from app.vault.envelope import Binding, PrivateKey
from app.vault.wiping import wipe

H = TypeVar("H", bound=Kept)

PACKAGE: Final = "dygnet handover 1"
RECEIPT: Final = "dygnet handover receipt 1"
TABLE: Final = "handover_packages"
"""Where a package's box belongs, at both ends; a receiver keeps it in the table of that name."""

LONGEST: Final = 60_000
"""Characters of a text: what a door takes in one request."""

_LINES: Final = 4
_SIGNING: Final = b"dygnet handover signature 1"
_PRINTED: Final = 32


class NotAPackage(BadInput):
    """It is not a text of this kind, or not as it was signed. Nothing was opened and nothing kept."""

    status = 422


@dataclass(frozen=True)
class Letter:
    """A text as it goes from one house to another. Its head is public; what is in the box is not."""

    kind: str
    head: str
    box: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def signed_part(self) -> bytes:
        """What the signature is over."""
        return f"{self.kind}\n{self.head}\n{_encoded(self.box)}\n".encode()

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.signed_part.decode()}{_encoded(self.signature)}\n"

    @property
    def digest(self) -> str:
        """What both houses' logs call it: SHA-256 in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def insist_signed_by(self, key: Ed25519PublicKey) -> None:
        """NotAPackage when somebody else signed it, or it was altered since."""
        try:
            key.verify(self.signature, self.signed_part)
        except InvalidSignature:
            raise NotAPackage("The signature is not the sender's, or something was altered on the way.") from None


def sign(kind: str, head: Kept, box: bytes, key: Ed25519PrivateKey) -> Letter:
    """Put a text together. BadInput when it is longer than a door takes."""
    unsigned = Letter(kind, head.canonical().decode(), box, b"")
    letter = Letter(kind, unsigned.head, box, key.sign(unsigned.signed_part))
    if len(letter.text) > LONGEST:
        raise BadInput("This is more than one package holds. Hand over fewer or shorter fields.")
    return letter


def read(text: str, kind: str) -> Letter:
    """The text's parts; whose signature it is remains to be seen. NotAPackage for anything but one whole text."""
    lines = text.split("\n")
    if len(text) > LONGEST or len(lines) != _LINES + 1 or lines[0] != kind or lines[-1]:
        raise NotAPackage(f"This is not a whole text of the kind “{kind}”. Fetch it again from whoever sent it.")
    letter = Letter(kind, lines[1], _decoded(lines[2]), _decoded(lines[3]))
    if letter.text != text:
        raise NotAPackage("This text was written by something else than Dygnet, or altered on the way.")
    return letter


def head_of(letter: Letter, shape: type[H]) -> H:
    """What stands in its head. NotAPackage when that is not what it should be, or spelt in another way."""
    try:
        head = shape.read(letter.head.encode())
    except ValidationError:
        raise NotAPackage("The head of this text is not of a version that is known here.") from None
    if head.canonical() != letter.head.encode():
        raise NotAPackage("The head of this text is spelt in another way than it was signed.")
    return head


def signing_key(rota: PrivateKey) -> Ed25519PrivateKey:
    """The key a house signs with, worked out from the one that opens its cases.

    Whoever may open a case may hand it over, and nobody else: there is no further key to keep, to copy or to lose.
    """
    raw = rota.to_bytes()
    try:
        seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_SIGNING).derive(raw)
    finally:
        wipe(raw)
    return Ed25519PrivateKey.from_private_bytes(seed)


def fingerprint(public: bytes) -> str:
    """Half a SHA-256 of a signing key's public half, in hex: short enough to be read out over the telephone."""
    return hashlib.sha256(public).hexdigest()[:_PRINTED]


def place_of_box(package: str) -> Binding:
    """The one place in which the box of a package opens."""
    return Binding(table=TABLE, column="box", row=package, case="")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAPackage("This text is damaged: a line of it is not base64.") from None
