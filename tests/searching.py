"""Looking for secrets in bytes: as they are, in every cheap disguise, and under whatever one-byte key."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from urllib.parse import quote

_WIDTHS = {4: "I", 8: "Q"}
"""Blocks in which bytes are looked at, and what `memoryview` calls them."""

_SHORTEST = 8


def spellings(number: str) -> list[str]:
    """A number as people and programs write it."""
    digits, bare = number[1:], number[3:]
    a, b, c, d = bare[:2], bare[2:5], bare[5:7], bare[7:]
    return [
        bare,
        f"{a}-{b} {c} {d}",
        f"{a} {b} {c} {d}",
        f"{a}-{b}{c}{d}",
        f"{a}.{b}.{c}.{d}",
        f"{a} {b} {c}{d}",
        " ".join(bare),
        ", ".join(bare),
        "-".join(bare),
        digits,
    ]


def disguises(text: str) -> Iterator[bytes]:
    """A text as bytes, in every cheap disguise: turned round, base64 at each alignment, hex, UTF-16, quoted."""
    plain = text.encode()
    for each in {plain, plain[::-1], plain.lower(), plain.upper()}:
        yield each
        yield each.hex().encode()
        yield each.hex().upper().encode()
        yield from _base64(each)
    for wide in ("utf-16-le", "utf-16-be"):
        yield text.encode(wide)
    yield quote(text).encode()
    yield json.dumps(text)[1:-1].encode()


def found(secrets: Collection[str], where: bytes) -> set[str]:
    """Which of the secrets stand in the bytes, in every disguise and under any one-byte key."""
    return {str(secret) for secret in _search_for(frozenset(secrets)).finds(where)}


def plain(content: bytes) -> bytes:
    """As it is."""
    return content


def xored(content: bytes) -> bytes:
    """Each byte XOR the next: the same for a text under whatever one-byte key it is XORed with."""
    first, second = int.from_bytes(content[:-1]), int.from_bytes(content[1:])
    return (first ^ second).to_bytes(max(0, len(content) - 1))


def shifted(content: bytes) -> bytes:
    """Each byte minus the next: the same for a text whose every byte something was added to."""
    length = max(0, len(content) - 1)
    first, second = int.from_bytes(content[:-1]), int.from_bytes(content[1:])
    high, low = int.from_bytes(b"\x80" * length), int.from_bytes(b"\x7f" * length)
    return (((first | high) - (second & low)) ^ ((first ^ second ^ high) & high)).to_bytes(length)


class Search:
    """One search for many secrets: each in every disguise, and each of those under every one-byte key."""

    def __init__(self, secrets: Collection[str | bytes]) -> None:
        self._secrets = {turn: _turned(secrets, turn) for turn in (plain, xored, shifted)}
        self._needles = {turn: Needles(turned) for turn, turned in self._secrets.items()}

    def finds(self, where: bytes) -> set[str | bytes]:
        """Which of the secrets stand in there, in whatever way."""
        return {
            self._secrets[turn][needle]
            for turn, needles in self._needles.items()
            for needle in needles.standing_in(turn(where))
        }


class Needles:
    """Many things to look for at once, each of seven bytes or more.

    What is searched is looked at in blocks of four and of eight bytes; only what has one of them in it is compared.
    """

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._by_block: dict[int, dict[int, list[bytes]]] = {width: {} for width in _WIDTHS}
        for needle in needles:
            width = _width(needle)
            for offset in range(width):
                block = int.from_bytes(needle[offset : offset + width], sys.byteorder)
                self._by_block[width].setdefault(block, []).append(needle)
        self._blocks = {width: frozenset(by_block) for width, by_block in self._by_block.items()}

    def standing_in(self, content: bytes) -> set[bytes]:
        """Which of them stand in the content."""
        likely: set[bytes] = set()
        for width, called in _WIDTHS.items():
            blocks = memoryview(content + bytes(-len(content) % width)).cast(called)
            likely.update(*(self._by_block[width][each] for each in self._blocks[width].intersection(blocks)))
        return {needle for needle in likely if needle in content}


@cache
def _search_for(secrets: frozenset[str]) -> Search:
    return Search(secrets)


def _turned(secrets: Collection[str | bytes], turn: Callable[[bytes], bytes]) -> dict[bytes, str | bytes]:
    return {
        turn(form): secret
        for secret in secrets
        for form in (disguises(secret) if isinstance(secret, str) else _of_bytes(secret))
    }


def _width(needle: bytes) -> int:
    """The largest block of which a whole one lies in the needle, wherever that begins."""
    fitting = [width for width in _WIDTHS if len(needle) >= 2 * width - 1]
    assert fitting, "too short to be looked for"
    return max(fitting)


def _of_bytes(secret: bytes) -> Iterator[bytes]:
    for each in (secret, secret[::-1]):
        yield each
        yield each.hex().encode()
        yield each.hex().upper().encode()
        yield from _base64(each)


def _base64(content: bytes) -> Iterator[bytes]:
    for alignment in range(3):
        encoded = base64.b64encode(b"\0" * alignment + content)
        settled = encoded[-(-alignment * 8 // 6) + (alignment > 0) : len(encoded) - 4].rstrip(b"=")
        if len(settled) >= _SHORTEST:
            yield settled
            yield settled.replace(b"+", b"-").replace(b"/", b"_")
