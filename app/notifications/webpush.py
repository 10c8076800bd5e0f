"""What a browser's push service takes: a body only that browser can read, and a token that says who sends it. Pure.

RFC 8291 (the keys), RFC 8188 (the encoding `aes128gcm`, one record), RFC 8292 (VAPID: a JWT signed with ES256).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST: Final = 3993
"""Bytes of text that fit into the 4096 that every push service takes (RFC 8291, section 4)."""

PADDED_TO: Final = 512
"""Bytes that every text is made as long as, so that its length says nothing."""

TOKEN_LASTS: Final = timedelta(hours=1)
_RECORD_SIZE: Final = 4096
_POINT, _SALT, _AUTH, _HALF = 65, 16, 16, 32
_LAST_RECORD: Final = b"\x02"


class NotASubscription(ValueError):
    """What a browser gave is not what RFC 8291 calls for."""


@dataclass(frozen=True)
class Subscription:
    """A browser's: its push service's `endpoint`, its public key and the secret it shares with whoever may push."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @classmethod
    def read(cls, about: Mapping[str, str]) -> Self:
        """From the texts a browser gives (base64url). NotASubscription when they are none."""
        try:
            made = cls(about["endpoint"], unwritten(about["p256dh"]), unwritten(about["auth"]))
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), made.p256dh)
        except (KeyError, ValueError):
            raise NotASubscription("not a push subscription") from None
        if len(made.p256dh) != _POINT or len(made.auth) != _AUTH:
            raise NotASubscription("not a push subscription")
        return made


def encrypted(
    plain: bytes,
    to: Subscription,
    *,
    ours: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body of one push. `ours` and `salt` are made anew each time; only a test of the RFC's example gives them."""
    ours, salt = ours or ec.generate_private_key(ec.SECP256R1()), salt or secrets.token_bytes(_SALT)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), to.p256dh)
    point = point_of(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    material = _derived(shared, salt=to.auth, info=b"WebPush: info\x00" + to.p256dh + point, length=_HALF)
    key = _derived(material, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derived(material, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
    header = salt + _RECORD_SIZE.to_bytes(4) + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, plain + _LAST_RECORD, None)


def padded(plain: bytes) -> bytes:
    """A JSON text made longer by blanks, which nobody who reads it notices."""
    if len(plain) > LONGEST:
        raise ValueError("too long for a push")
    return plain.ljust(PADDED_TO)


def token(key: ec.EllipticCurvePrivateKey, *, endpoint: str, subject: str, at: datetime) -> str:
    """The header `Authorization`: for this push service, for an hour, from whom (`subject`, an https or mailto URI)."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + TOKEN_LASTS).timestamp()),
        "sub": subject,
    }
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = written(r.to_bytes(_HALF) + s.to_bytes(_HALF))
    return f"vapid t={signed}.{signature}, k={written(point_of(key.public_key()))}"


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point: how browsers write a public key."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def written(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unwritten(text: str) -> bytes:
    """The bytes of base64url, padded or not. ValueError for anything else."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _derived(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


def _json(value: object) -> str:
    return written(json.dumps(value, separators=(",", ":")).encode())
