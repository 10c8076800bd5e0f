"""Just enough of DER (X.690) to read a time stamp: values, one inside the other."""

from __future__ import annotations

from typing import NamedTuple

LONG, WITHOUT_END, RESERVED = 0x80, 0x80, 0xFF
"""First bytes of a length: from here on it says how many bytes the length has; two of those DER does not have."""


class Der(NamedTuple):
    """One value: its tag, what is in it, and its bytes from the tag on."""

    tag: int
    content: bytes
    whole: bytes

    @property
    def inside(self) -> list[Der]:
        """The values that it is made of. ValueError when it is not made of any."""
        return der_values(self.content)


def der_values(raw: bytes) -> list[Der]:
    """The values that stand one after another. ValueError when they do not fill the bytes."""
    found, start = [], 0
    while start < len(raw):
        length, content = _length(raw, start + 1)
        end = content + length
        if end > len(raw):
            raise ValueError("a value is longer than what it stands in")
        found.append(Der(raw[start], raw[content:end], raw[start:end]))
        start = end
    return found


def _length(raw: bytes, place: int) -> tuple[int, int]:
    """A length, and where it ends."""
    first = raw[place] if place < len(raw) else WITHOUT_END
    if first < LONG:
        return first, place + 1
    end = place + 1 + (first & 0x7F)
    if first in {WITHOUT_END, RESERVED} or end > len(raw):
        raise ValueError("a length that DER does not have")
    return int.from_bytes(raw[place + 1 : end]), end
