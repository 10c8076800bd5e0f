"""The keys that people hold: each under its owner's passphrase, and under their browser's secret while they are in.

A staff key opens one thing, its owner's grants of the rota key. Its private half is written down in two ways only:

- *wrapped* under Argon2id of the passphrase, with a salt of its own. Nothing else is kept of the passphrase, so there
  is no cheaper thing to try guesses on.
- *locked* under a secret that stands in one browser's cookie, for one session.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import Final

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.vault.envelope import Binding, CannotOpen, PrivateKey, PublicKey, new_key, open_key, seal_key
from app.vault.wiping import wipe

STAFF: Final = "staff"
ROTA: Final = "rota"
TERMS: Final = "argon2id,m=65536,t=2,p=1"
"""What a guess costs: 64 MiB twice over, more than three times what a sign-in without a staff key asks."""

FINGERPRINT_DIGITS: Final = 20
"""66 bits: nobody makes another key with the same ones."""

_TERMS = re.compile(r"argon2id,m=(\d{1,6}),t=(\d),p=(\d)")  # a row cannot ask for more than a gigabyte
_SALT, _NONCE, _KEY = 16, 12, 32
_TURNS = threading.BoundedSemaphore(2)


class WrongPassphrase(CannotOpen):
    """The passphrase does not unwrap the key."""


@dataclass(frozen=True)
class Wrapped:
    """A staff key as it is kept: `terms` and `salt` say how its passphrase becomes the key of its `box`."""

    key_id: str
    terms: str
    salt: bytes = field(repr=False)
    box: bytes = field(repr=False)


def new_staff_key() -> PrivateKey:
    """A key pair for one person."""
    return new_key(STAFF)


def wrap(key: PrivateKey, passphrase: bytes, *, person: str, terms: str = TERMS) -> Wrapped:
    """The key under a passphrase. `person` is the owner's id: in another's row it does not open."""
    salt = secrets.token_bytes(_SALT)
    box = _shut(key, _stretched(passphrase, salt, terms), about=_wrapping(person, key.key_id, terms))
    return Wrapped(key.key_id, terms, salt, box)


def unwrap(wrapped: Wrapped | None, passphrase: bytes, *, person: str, terms: str = TERMS) -> PrivateKey:
    """The key. WrongPassphrase otherwise; without a `wrapped` always, after the work of these `terms`."""
    if wrapped is None:
        wipe(_stretched(passphrase, bytes(_SALT), terms))
        raise WrongPassphrase("there is no key here")
    key = _stretched(passphrase, wrapped.salt, wrapped.terms)
    try:
        return _opened(wrapped.box, key, about=_wrapping(person, wrapped.key_id, wrapped.terms))
    except CannotOpen:
        raise WrongPassphrase("the passphrase does not unwrap this key") from None


def new_secret() -> str:
    """A secret for one session, for the browser alone: 256 random bits."""
    return secrets.token_urlsafe(_KEY)


def lock(key: PrivateKey, secret: str, *, session: str) -> bytes:
    """The key, for as long as a session lasts. `session` is its id."""
    return _shut(key, _session_key(secret, session), about=session.encode())


def unlock(box: bytes, secret: str, *, session: str) -> PrivateKey:
    """The key that was locked. CannotOpen with any other secret, or in another session."""
    return _opened(box, _session_key(secret, session), about=session.encode())


def grant_rota(rota: PrivateKey, to: PublicKey, *, person: str) -> bytes:
    """The rota key's private half, sealed to a person's staff key."""
    return seal_key(rota, to, binding=_granting(person, rota.key_id))


def open_rota(box: bytes, key: PrivateKey, *, person: str, rota: str) -> PrivateKey:
    """The rota key with this id. WrongKey for somebody else's grant; CannotOpen for a tampered or misplaced one."""
    opened = open_key(box, key, kind=ROTA, binding=_granting(person, rota))
    if opened.key_id != rota:
        raise CannotOpen("the grant holds another key than it says")
    return opened


def fingerprint(person: str, public: bytes) -> str:
    """What two people read to each other to know that they mean the same key: four groups of five digits."""
    digest = hashlib.sha256(b"dygnet staff key fingerprint v1|" + person.encode() + b"|" + public).digest()
    digits = f"{int.from_bytes(digest) % 10**FINGERPRINT_DIGITS:0{FINGERPRINT_DIGITS}d}"
    return " ".join(digits[start : start + 5] for start in range(0, FINGERPRINT_DIGITS, 5))


def _stretched(passphrase: bytes, salt: bytes, terms: str) -> bytes:
    agreed = _TERMS.fullmatch(terms)
    if agreed is None:
        raise CannotOpen("the key is wrapped on terms that are not known here")
    memory, time, lanes = map(int, agreed.groups())
    try:
        with _TURNS:
            return hash_secret_raw(
                passphrase, salt, time_cost=time, memory_cost=memory, parallelism=lanes, hash_len=_KEY, type=Type.ID
            )
    except HashingError:
        raise CannotOpen("the key is wrapped on terms that nobody can keep") from None


def _session_key(secret: str, session: str) -> bytes:
    info = b"dygnet session lock v1|" + session.encode()
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=info).derive(secret.encode())


def _shut(secret: PrivateKey, key: bytes, *, about: bytes) -> bytes:
    raw, nonce = secret.to_bytes(), secrets.token_bytes(_NONCE)
    try:
        return nonce + AESGCM(key).encrypt(nonce, raw, about)
    finally:
        wipe(raw, key)


def _opened(box: bytes, key: bytes, *, about: bytes) -> PrivateKey:
    try:
        raw = AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], about)
    except (InvalidTag, ValueError):
        raise CannotOpen("a locked key does not open here") from None
    finally:
        wipe(key)
    try:
        return PrivateKey(STAFF, raw)
    finally:
        wipe(raw)


def _wrapping(person: str, key_id: str, terms: str) -> bytes:
    return f"dygnet staff key v1|{person}|{key_id}|{terms}".encode()


def _granting(person: str, rota: str) -> Binding:
    return Binding(table="staff_rota_grants", column="box", row=f"{person}|{rota}", case="")
