"""The one way in which an entry can be written: RFC 8785."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.audit.verifier.entries import Told, encoded

SAFE = 2**53 - 1
"""The largest whole number that every reader of JSON reads as it stands."""

PLAIN_FROM, PLAIN_TO = -6, 21
"""Where the point stands in numbers that are written without an exponent."""


def written_so(told: Told, entry: bytes) -> bool:
    """Whether the bytes of an entry that was read are the ones that it has to be written in."""
    try:
        return canonical(told["entry"]).encode() == entry
    except ValueError:
        return False


def canonical(said: Any) -> str:
    """What was decoded, written as RFC 8785 does. ValueError for a number that it has no way for."""
    if isinstance(said, dict):
        return f"{{{','.join(f'{encoded(name)}:{canonical(said[name])}' for name in sorted(said, key=_in_utf_16))}}}"
    if isinstance(said, list):
        return f"[{','.join(map(canonical, said))}]"
    if isinstance(said, float):
        return _as_ecmascript(said)
    if isinstance(said, int) and abs(said) > SAFE:
        raise ValueError
    return encoded(said)


def _in_utf_16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _as_ecmascript(number: float) -> str:
    """As ECMAScript writes it: the fewest digits, an exponent only where the point is far from them."""
    sign, places, exponent = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, places))
    point = len(digits) + int(exponent)
    if not PLAIN_FROM < point <= PLAIN_TO and digits != "0":
        fraction = f".{digits[1:]}" if digits[1:] else ""
        written = f"{digits[0]}{fraction}e{point - 1:+}"
    elif point <= 0:
        written = f"0.{'0' * -point}{digits}"
    else:
        written = digits[:point].ljust(point, "0") + (f".{digits[point:]}" if digits[point:] else "")
    return f"-{written}" if sign and digits != "0" else written
