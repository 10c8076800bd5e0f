"""The kinds of key, and how each is made.

rota    hybrid    opens cases: of the doors, the console alone holds its private half
duty    hybrid    opens staff numbers and addresses: the carrier process and the engine hold it too
audit   Ed25519   signs the log's checkpoints
index   32 bytes  keys the short index of numbers and the locators of receipts; it has no public half
push    P-256     tells browsers' push services that a push is ours (VAPID); opens nothing

and one whose private half no machine keeps:

recovery  hybrid  opens the copies of the other keys; its private half is paper, k of n shares (`recovery.py`)
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.vault.envelope import NotAKey, PrivateKey, new_key

_INDEX_BYTES = 32
_PUSH_BYTES = 32


class IndexKey(bytes):
    """The key of the short index: bytes that do not show themselves."""

    def __repr__(self) -> str:
        return "<IndexKey>"

    __str__ = __repr__


@dataclass(frozen=True)
class Kind:
    """How a key of this kind is made, and what its public half is (its id is made from that)."""

    new: Callable[[], bytes]
    public_half: Callable[[bytes], bytes]
    has_public_file: bool = True
    is_on_paper: bool = False


def _hybrid(kind: str) -> Kind:
    return Kind(new=lambda: new_key(kind).to_bytes(), public_half=lambda raw: PrivateKey(kind, raw).public.raw)


def _new_log_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _log_public_half(raw: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()


def _index_fingerprint(raw: bytes) -> bytes:
    """Stands in for the public half an index key does not have: only its id is made from it."""
    if len(raw) != _INDEX_BYTES:
        raise NotAKey(f"an index key has {_INDEX_BYTES} bytes")
    return hashlib.sha256(b"dygnet index key id|" + raw).digest()


def push_key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    """The private half of a push key."""
    if len(raw) != _PUSH_BYTES:
        raise NotAKey(f"a push key has {_PUSH_BYTES} bytes")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


def _new_push_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_PUSH_BYTES)


def _push_public_half(raw: bytes) -> bytes:
    return push_key(raw).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


KINDS: Final = {
    "rota": _hybrid("rota"),
    "duty": _hybrid("duty"),
    "audit": Kind(_new_log_key, _log_public_half),
    "index": Kind(lambda: secrets.token_bytes(_INDEX_BYTES), _index_fingerprint, has_public_file=False),
    "push": Kind(_new_push_key, _push_public_half),
    "recovery": replace(_hybrid("recovery"), is_on_paper=True),
}

IN_FILES: Final = tuple(kind for kind, how in KINDS.items() if not how.is_on_paper)
"""The kinds that an installation has of its own, made by `dygnet init`."""
