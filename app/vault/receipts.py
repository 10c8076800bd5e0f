"""A reporter's receipt: twenty digits that open an anonymous mailbox.

Digits, because they can be spoken, keyed on a telephone and written on a hand. Twenty are 66 bits; Argon2id
(19 MiB, twice over) makes each guess cost a fortieth of a second. The receipt is stored nowhere: the row
keeps a verifier, a salt and a 16-bit locator; the mailbox's key follows from the digits.

Verifier and key follow from one stretching of the digits, by HKDF with a purpose of its own for each (RFC 5869,
section 3.2), so that whoever holds the one is no closer to the other. Stretching once for each of them would
cost the person and the server twice what it costs a thief, who needs to try the verifier alone.
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
_TERMS: Final = "argon2id,m=19456,t=2,p=1"
"""Stands before each verifier: should a later version stretch harder, it knows which rows are of today."""

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
class Door:
    """What a mailbox's row keeps of its receipt: what recognises it, and a salt of its own."""

    verifier: str = field(repr=False)
    salt: bytes = field(repr=False)


def door_for(receipt: Receipt, salt: bytes | None = None) -> tuple[Door, PrivateKey]:
    """A new mailbox's door, both halves for its row, and the mailbox's key. Slow on purpose: a fortieth of a second."""
    salt = new_salt() if salt is None else salt
    stretched = _stretch(receipt, salt)
    return Door(_verifier(stretched), salt), _key(stretched)


def knock(receipt: Receipt, doors: Sequence[Door]) -> tuple[int, PrivateKey] | None:
    """Which of the candidate doors the receipt opens, and the mailbox's key; None when it opens none.

    A miss costs what a hit costs: as many doors are tried whether or not they are there, and a key is derived.
    A door that is damaged opens for nobody and keeps nobody from the others.
    """
    whole = [door if len(door.salt) >= SALT_BYTES else _NOBODYS_DOOR for door in doors]
    tried = (*whole, *[_NOBODYS_DOOR] * (ALWAYS_TRIED - len(doors)))
    stretched = [_stretch(receipt, door.salt) for door in tried]
    fits = [
        hmac.compare_digest(_verifier(one).encode(), door.verifier.encode())
        for one, door in zip(stretched, tried, strict=True)
    ]
    opened = fits.index(True) if True in fits[: len(doors)] else None
    key = _key(stretched[opened or 0])
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
    receipt = Receipt(f"{int.from_bytes(drawn[:32], 'big') % 10**DIGITS:0{DIGITS}d}")
    door, its_key = door_for(receipt, drawn[32:])
    return receipt, door, its_key.key_id


@dataclass(frozen=True)
class WayBack:
    """A receipt made ready for keeping: where it is found, what recognises it, and the public key of the mailbox."""

    locator: int
    verifier: str = field(repr=False)
    salt: bytes = field(repr=False)
    key: PublicKey = field(repr=False)


def made_ready(index_key: bytes, receipt: Receipt) -> WayBack:
    """What is kept of a receipt. Slow on purpose: never inside a transaction."""
    door, key = door_for(receipt)
    return WayBack(locator(index_key, receipt), door.verifier, door.salt, key.public)


def new_salt() -> bytes:
    """A salt for one mailbox's key; it is kept in the mailbox's row."""
    return secrets.token_bytes(SALT_BYTES)


def mailbox_key(receipt: Receipt, salt: bytes) -> PrivateKey:
    """The mailbox's key pair, always the same for the same digits and salt. Its public half is one more grant."""
    return _key(_stretch(receipt, salt))


def _stretch(receipt: Receipt, salt: bytes) -> bytes:
    """What verifier and key follow from. As slow for a wrong receipt as for the right one."""
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has at least {SALT_BYTES} bytes")
    with _AT_ONCE:
        return hash_secret_raw(
            b"mailbox|" + receipt.digits.encode(), salt, _PASSES, _MEMORY_KIB, _LANES, hash_len=32, type=Type.ID
        )


def _verifier(stretched: bytes) -> str:
    drawn = HKDF(SHA256(), length=32, salt=None, info=b"dygnet receipt verifier v1").derive(stretched)
    return f"{_TERMS}${drawn.hex()}"


def _key(stretched: bytes) -> PrivateKey:
    drawn = HKDF(SHA256(), length=96, salt=None, info=b"dygnet mailbox key v1").derive(stretched)
    return PrivateKey("receipt", drawn)


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


_NOBODYS_DOOR: Final = Door(verifier="", salt=b"nobody is at home")
