"""What an identity provider calls a colleague, as a digest under the index key: found again, and never read back.

Without the key nobody can try names, which are few. Carrier and public process hold it too, as with `seeds`.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.vault.keyring import Keyring
from app.vault.wiping import wipe

_KEY = 32


def digests(keyring: Keyring, *parts: str) -> dict[str, str]:
    """The digest in hex under each generation of the key by its id, the newest first."""
    told = "\0".join(parts).encode()
    return {key_id: _digest(keyring, key_id, told) for key_id in keyring.index_keys}


def _digest(keyring: Keyring, key_id: str, told: bytes) -> str:
    info = b"dygnet provider account v1|" + key_id.encode()
    key = HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=info).derive(keyring.index_keys[key_id])
    try:
        return hmac.digest(key, told, "sha256").hex()
    finally:
        wipe(key)
