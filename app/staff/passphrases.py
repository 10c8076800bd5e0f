"""Passphrases: what is refused, how they are kept, and a comparison that costs the same whoever asks."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import BadInput

SHORTEST = 12
LONGEST = 1024
"""Characters. The upper bound is looked at before anything is derived: a megabyte must not cost us a minute."""

_ARGON2ID = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)
"""A burst of sign-ins waits here, not for all the memory and every core of the machine."""


class WeakPassphrase(BadInput):
    """A passphrase that is not accepted; `reason` is `too_short`, `too_long` or `is_alias`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def refuse_weak(passphrase: str, *, alias: str) -> None:
    """Raise WeakPassphrase unless it may be used."""
    text = _normal(passphrase)
    if len(text) > LONGEST:
        raise WeakPassphrase("too_long", f"The passphrase may be at most {LONGEST} characters long.")
    if text.strip().casefold() == alias.casefold():
        raise WeakPassphrase("is_alias", "The passphrase may not be your alias.")
    if len(text.strip()) < SHORTEST:
        raise WeakPassphrase("too_short", f"The passphrase must be at least {SHORTEST} characters: a few words.")


def derive(passphrase: str) -> str:
    """The Argon2id PHC string to keep, where the passphrase unwraps no staff key."""
    with _TURNS:
        return _ARGON2ID.hash(_normal(passphrase))


def as_bytes(passphrase: str) -> bytes:
    """What a staff key is wrapped under. What is far too long is nobody's, and costs no more than another."""
    return _normal(passphrase if len(passphrase) <= LONGEST else "").encode(errors="replace")


def matches(phc: str | None, passphrase: str) -> bool:
    """Whether it is the one. Without a `phc`, or far too long, it is not, and takes as long to say so."""
    text = _normal(passphrase) if len(passphrase) <= LONGEST else ""
    with _TURNS:
        try:
            return _ARGON2ID.verify(phc or _nobodys(), text) and phc is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    return _ARGON2ID.hash(secrets.token_urlsafe(32))


def _normal(passphrase: str) -> str:
    """One form for letters that keyboards compose differently, such as å."""
    return unicodedata.normalize("NFC", passphrase)
