"""A reporter's receipt: twenty digits that open an anonymous mailbox.

Digits, because they can be spoken, keyed on a telephone and written on a hand. Twenty are 66 bits; Argon2id
(19 MiB, twice over) makes each guess cost a twentieth of a second. The receipt is stored nowhere: the row
keeps a verifier, a salt and a 16-bit locator; the mailbox's key follows from the digits.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.errors import BadInput
from app.vault.envelope import PrivateKey, PublicKey
from app.vault.secrecy import Secret

DIGITS: Final = 20
SALT_BYTES: Final = 16
ALWAYS_TRIED: Final = 2
"""Doors that are tried at each knock, at least: how many lie at one place is nobody's business."""

_LONGEST_INPUT: Final = 100
_NONCE_LENGTHS: Final = range(43, 129)  # 256 bits are 43 characters of base64, 64 of hex
_PASSES, _MEMORY_KIB, _LANES = 2, 19456, 1
_HASHER: Final = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
_AT_ONCE: Final = threading.BoundedSemaphore(4)  # keeps a crowd at the mailbox from eating the machine's memory


class Receipt(Secret):
    """Twenty digits. Shown once to the reporter, never stored, never printed by accident."""

    __slots__ = ("digits",)

    def __init__(self, digits: str) -> None:
        if not (len(digits) == DIGITS and digits.isascii() and digits.isdecimal()):
            raise ValueError("a receipt is twenty digits")
        self.digits: Final = digits

    @classmethod
    def parse(cls, text: str) -> Receipt | None:
        """What a person typed or keyed: any script's digits, with spaces and dashes where they like. Else None."""
        if len(text) > _LONGEST_INPUT:
            return None
        digits = "".join(_digit(character) for character in text if not _is_separator(character))
        return cls(digits) if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None

    @property
    def spoken(self) -> str:
        """In groups of four, for the page and for reading aloud: `1234 5678 9012 3456 7890`."""
        return " ".join(self.digits[start : start + 4] for start in range(0, DIGITS, 4))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Receipt) and hmac.compare_digest(self.digits, other.digits)

    __hash__ = None  # type: ignore[assignment]


def receipt_from(nonce: str) -> Receipt:
    """The receipt that belongs to a form's 256-bit nonce: the form sent twice shows it twice, and nobody stores it.

    The nonce is therefore as secret as the receipt. To recognise a form sent twice, store `mark_of(nonce)`.
    """
    digest = _digest_of(nonce, b"dygnet receipt v1|")
    return Receipt(f"{int.from_bytes(digest, 'big') % 10**DIGITS:0{DIGITS}d}")


def mark_of(nonce: str) -> str:
    """What may be stored of a form's nonce: 32 hex digits that lead back neither to it nor to the receipt."""
    return _digest_of(nonce, b"dygnet form mark v1|").hex()[:32]


def locator(index_key: bytes, receipt: Receipt) -> int:
    """Sixteen bits, 0 to 65535, to find candidate rows by without trying every verifier."""
    digest = hmac.digest(index_key, b"dygnet receipt locator v1|" + receipt.digits.encode(), "sha256")
    return int.from_bytes(digest[:2], "big")


@dataclass(frozen=True)
class Verifier:
    """What a row keeps to recognise a receipt: an Argon2id string with a salt of its own."""

    phc: str = field(repr=False)

    @classmethod
    def of(cls, receipt: Receipt) -> Verifier:
        """Slow on purpose: about a twentieth of a second."""
        with _AT_ONCE:
            return cls(_HASHER.hash(receipt.digits))

    def accepts(self, receipt: Receipt) -> bool:
        """Whether this is the receipt. As slow for a wrong one as for the right one."""
        with _AT_ONCE:
            try:
                return _HASHER.verify(self.phc, receipt.digits)
            except (VerificationError, InvalidHashError):
                return False


@dataclass(frozen=True)
class Door:
    """What a mailbox's row keeps of its receipt."""

    verifier: Verifier
    salt: bytes = field(repr=False)


def door_for(receipt: Receipt) -> Door:
    """A new mailbox's door: store both halves in its row."""
    return Door(Verifier.of(receipt), new_salt())


def knock(receipt: Receipt, doors: Sequence[Door]) -> tuple[int, PrivateKey] | None:
    """Which of the candidate doors the receipt opens, and the mailbox's key; None when it opens none.

    A miss costs what a hit costs: as many doors are tried whether or not they are there, and a key is derived.
    """
    tried = [door.verifier.accepts(receipt) for door in (*doors, *[_NOBODYS_DOOR] * (ALWAYS_TRIED - len(doors)))]
    opened = tried.index(True) if True in tried[: len(doors)] else None
    key = mailbox_key(receipt, _NOBODYS_DOOR.salt if opened is None else doors[opened].salt)
    return None if opened is None else (opened, key)


def new_receipt() -> Receipt:
    """A receipt that follows from nothing: for one that a handler hands out, and for the one it is exchanged for."""
    return Receipt(f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}")


def duress_receipt(key: PrivateKey) -> tuple[Receipt, Door, str]:
    """The receipt to give away under duress that belongs to a mailbox: its door, and the id of the key behind that.

    It follows from the mailbox's key, so that it can be shown again and is stored nowhere; nobody who has it comes from
    it to the key, or to the receipt whose key that is. Slow on purpose, like `door_for`.
    """
    drawn = HKDF(SHA256(), length=32 + SALT_BYTES, salt=None, info=b"dygnet duress receipt v1").derive(key.to_bytes())
    receipt, salt = Receipt(f"{int.from_bytes(drawn[:32], 'big') % 10**DIGITS:0{DIGITS}d}"), drawn[32:]
    return receipt, Door(Verifier.of(receipt), salt), mailbox_key(receipt, salt).key_id


@dataclass(frozen=True)
class WayBack:
    """A receipt made ready for keeping: where it is found, what recognises it, and the public key of the mailbox."""

    locator: int
    verifier: str = field(repr=False)
    salt: bytes = field(repr=False)
    key: PublicKey = field(repr=False)


def made_ready(index_key: bytes, receipt: Receipt) -> WayBack:
    """What is kept of a receipt. Slow on purpose, twice: never inside a transaction."""
    door = door_for(receipt)
    key = mailbox_key(receipt, door.salt).public
    return WayBack(locator(index_key, receipt), door.verifier.phc, door.salt, key)


def new_salt() -> bytes:
    """A salt for one mailbox's key; it is kept in the mailbox's row."""
    return secrets.token_bytes(SALT_BYTES)


def mailbox_key(receipt: Receipt, salt: bytes) -> PrivateKey:
    """The mailbox's key pair, always the same for the same digits and salt. Its public half is one more grant."""
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has at least {SALT_BYTES} bytes")
    with _AT_ONCE:
        stretched = hash_secret_raw(
            b"mailbox|" + receipt.digits.encode(), salt, _PASSES, _MEMORY_KIB, _LANES, hash_len=32, type=Type.ID
        )
    expand = HKDF(algorithm=SHA256(), length=96, salt=None, info=b"dygnet mailbox key v1")
    return PrivateKey("receipt", expand.derive(stretched))


def _digest_of(nonce: str, domain: bytes) -> bytes:
    if len(nonce) not in _NONCE_LENGTHS or not nonce.isascii():
        raise BadInput("The form has lost its mark. Open it again.")
    return hashlib.sha256(domain + nonce.encode()).digest()


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _is_separator(character: str) -> bool:
    """Spaces, dashes of every length, and the invisible marks that come along when text is copied."""
    return character.isspace() or unicodedata.category(character) in ("Pd", "Cf") or character == "\N{MINUS SIGN}"


_NOBODYS_DOOR: Final = Door(
    Verifier("$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGF0IGhvbWU$MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA"),
    b"nobody is at home",
)
