"""Passphrases: what is refused, how they are kept, and a comparison that costs the same whoever asks."""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError

from app.errors import BadInput
from app.staff.strength import weakness

SHORTEST = 12
LONGEST = 1024
"""Characters. The upper bound is looked at before anything is derived: a megabyte must not cost us a minute."""

_ARGON2ID = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)
"""A burst of sign-ins waits here, not for all the memory and every core of the machine."""


class WeakPassphrase(BadInput):
    """A passphrase that is not accepted; `reason` is `too_short`, `too_long`, `is_alias`, or one of `strength`'s."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def refuse_weak(passphrase: str, *, alias: str, ours: Sequence[str] = ()) -> None:
    """Raise WeakPassphrase unless it may be used. `ours`: words of the house that are tried first."""
    text = _normal(passphrase)
    if len(text) > LONGEST:
        raise WeakPassphrase("too_long", f"The passphrase may be at most {LONGEST} characters long.")
    if text.strip().casefold() == alias.casefold():
        raise WeakPassphrase("is_alias", "The passphrase may not be your alias.")
    if len(text.strip()) < SHORTEST:
        raise WeakPassphrase("too_short", f"The passphrase must be at least {SHORTEST} characters: a few words.")
    if why := weakness(text, [alias, "dygnet", *ours]):
        raise WeakPassphrase(why, "The passphrase is too easy to guess: take four or five words that nobody expects.")


def derive(passphrase: str, *, beside: str = "") -> str:
    """The Argon2id PHC string to keep, where the passphrase unwraps no staff key; with the salt of one `beside` it."""
    with _TURNS:
        return _hashed_like(beside, passphrase) if beside else _ARGON2ID.hash(_normal(passphrase))


def as_bytes(passphrase: str) -> bytes:
    """What a staff key is wrapped under. What is far too long is nobody's, and costs no more than another."""
    return _normal(passphrase if len(passphrase) <= LONGEST else "").encode(errors="replace")


def matches(phc: str | None, passphrase: str) -> bool:
    """Whether it is the one. Without a `phc`, or far too long, it is not, and takes as long to say so."""
    return which(passphrase, phc)[0]


def which(passphrase: str, *phcs: str | None) -> tuple[bool, ...]:
    """Of each of these whether it is the one: they share a salt (`derive`), so that one derivation answers for all."""
    text = passphrase if len(passphrase) <= LONGEST else ""
    with _TURNS:
        try:
            found = _hashed_like(next(filter(None, phcs), _nobodys()), text)
        except (InvalidHashError, ValueError):
            found = ""
    right = passphrase == text
    return tuple(right and bool(phc) and hmac.compare_digest(phc or "", found) for phc in phcs)


def _hashed_like(phc: str, passphrase: str) -> str:
    hasher = PasswordHasher.from_parameters(extract_parameters(phc))
    salt = phc.split("$")[4]
    return hasher.hash(_normal(passphrase), salt=base64.b64decode(salt + "=" * (-len(salt) % 4)))


@cache
def _nobodys() -> str:
    return _ARGON2ID.hash(secrets.token_urlsafe(32))


def _normal(passphrase: str) -> str:
    """One form for letters that keyboards compose differently, such as å."""
    return unicodedata.normalize("NFC", passphrase)
