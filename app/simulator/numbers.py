"""Telephone numbers and texts, as the wire sees them."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

import phonenumbers

WITHHELD: Final = (
    "Anonymous",
    "anonymous",
    "Restricted",
    "Unavailable",
    "Unknown",
    "Blocked",
    "Private",
    "+266696687",
    "266696687",
    "+7378742833",
    "+86282452253",
    "+8656696",
    "+2562533",
    "+7748283",
    "",
    "+",
)
"""How hidden numbers are spelled in From: words, and the same words as they are typed on a keypad."""
_GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENDED: Final = frozenset("^{}\\[~]|€\f")


@lru_cache(maxsize=4096)
def is_e164(number: str) -> bool:
    """Whether a number could be dialled from anywhere: `+`, country, subscriber."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", number):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def is_fixed(number: str) -> bool:
    """Whether a number belongs to a telephone on a wall, which takes no texts."""
    return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.FIXED_LINE


@lru_cache(maxsize=4096)
def country(number: str) -> str:
    """Two letters for the country of a number. For a hidden one the real carrier sends nonsense, and so do we."""
    if not is_e164(number):
        return "TH" if number else ""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def segments(body: str) -> int:
    """How many parts a text is sent in: 160 or 153 characters of GSM 7-bit, else 70 or 67 of UCS-2."""
    if all(letter in _GSM_7 or letter in _GSM_7_EXTENDED for letter in body):
        length, single, part = len(body) + sum(letter in _GSM_7_EXTENDED for letter in body), 160, 153
    else:
        length, single, part = len(body.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= single else -(-length // part)


def new_sid(kind: str) -> str:
    """A new identifier: two letters for the kind of thing, 32 hex digits."""
    return kind + secrets.token_hex(16)


def rfc2822(moment: datetime | None) -> str | None:
    """A moment as the carrier's JSON and callbacks spell it."""
    return format_datetime(moment.astimezone(UTC)) if moment else None
