"""What is a telephone number, and what only looks like one. Numbers are E.164 everywhere: `+46701740605`."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_KEYS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_WITHHELD: Final = frozenset(
    "+" + word.translate(_KEYS) for word in ("ANONYMOUS", "RESTRICTED", "UNAVAILABLE", "UNKNOWN", "BLOCKED", "PRIVATE")
)
"""How a withheld number is written as a number: the word as it is spelled on a keypad."""

_NOT_GEOGRAPHIC = "001"
_LONGEST_INPUT = 40


def caller_number(raw: str | None, unknown: Collection[str] = frozenset()) -> str | None:
    """The caller's number, or None for a hidden one: withheld in any spelling, SIP, a short code, a sender's name.

    `unknown` are numbers that stand for many callers, such as a switchboard that forwards to the line.
    """
    if raw is None or not _E164.fullmatch(raw) or raw in _WITHHELD or raw in unknown:
        return None
    number = _parsed(raw, region=None)
    return _e164(number) if number and phonenumbers.is_valid_number(number) else None


def keyed_number(digits: str, region: str = "SE") -> str | None:
    """The number a caller keyed to be called back on, or None when it may not be dialled.

    National with its leading 0, or international with 00. Never an emergency or short number, a premium one,
    or one that belongs to no country.
    """
    if len(digits) > _LONGEST_INPUT or not (digits.isascii() and digits.isdecimal() and digits.startswith("0")):
        return None
    return _dialable(_parsed(f"+{digits[2:]}" if digits.startswith("00") else digits, region))


def written_number(text: str, region: str = "SE") -> str | None:
    """The number a person wrote in a form, spaces and dashes and all; None as for `keyed_number`."""
    if len(text) > _LONGEST_INPUT or any(character.isalpha() for character in text):
        return None
    return _dialable(_parsed(text, region))


def may_be_dialled(number: str) -> bool:
    """Whether this E.164 number may ever be rung or texted: the last check before the carrier."""
    return _E164.fullmatch(number) is not None and _dialable(_parsed(number, region=None)) == number


def spoken(number: str, region: str = "SE") -> str:
    """The number for a voice to read back, digit by digit in its usual groups: `0 7 0, 1 7 4, 0 6, 0 5`."""
    parsed = phonenumbers.parse(number)
    at_home = phonenumbers.region_code_for_number(parsed) == region
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(parsed, style).replace("+", "00")
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", written))


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _dialable(number: PhoneNumber | None) -> str | None:
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        return None
    if phonenumbers.region_code_for_number(number) == _NOT_GEOGRAPHIC:
        return None
    return _e164(number)


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
