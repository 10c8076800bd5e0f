"""Seeds of authenticator apps, under the index key: the one key that a console has however the key to cases is held.

Carrier and public process hold it too. A seed is worth nothing without a passphrase, and the database has none.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.vault.keyring import Keyring
from app.vault.wiping import wipe

_NONCE, _KEY = 12, 32


def shut(seed: bytes, keyring: Keyring, *, person: str) -> tuple[str, bytes]:
    """The id of the current index key, and the seed under it. In another `person`'s row it does not open."""
    key_id = current(keyring)
    nonce = secrets.token_bytes(_NONCE)
    return key_id, nonce + AESGCM(_key(keyring, key_id)).encrypt(nonce, seed, person.encode())


def opened(box: bytes, keyring: Keyring, *, key_id: str, person: str) -> bytes | None:
    """The seed; None when its key was destroyed, or the row is another's or was tampered with."""
    if key_id not in keyring.index_keys:
        return None
    key = _key(keyring, key_id)
    try:
        return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], person.encode())
    except (InvalidTag, ValueError):
        return None
    finally:
        wipe(key)


def current(keyring: Keyring) -> str:
    """The id of the index key that seeds are shut under today."""
    return next(iter(keyring.index_keys))


def _key(keyring: Keyring, key_id: str) -> bytes:
    info = b"dygnet code app seed v1|" + key_id.encode()
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=info).derive(keyring.index_keys[key_id])
