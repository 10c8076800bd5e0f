"""What a witness is asked: `old SIZE`, the lines of a consistency proof, an empty line, a checkpoint."""

from __future__ import annotations

import re
from typing import Final, NamedTuple, Self

from app.audit.note import BadNote, unbase64
from app.errors import BadInput

MOST_LINES: Final = 63
"""Hashes in a proof; tlog-witness allows no more."""

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_HASH: Final = 32


class Request(NamedTuple):
    """Sign `note`, of whose log you signed the first `old` leaves; `proof` shows that it grew out of them."""

    old: int
    proof: list[bytes]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """BadInput, naming the line, when it is malformed."""
        try:
            head, gap, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise BadInput("the request is not UTF-8") from None
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not old or not gap:
            raise BadInput("a request is the line 'old SIZE', the lines of a proof, an empty line and a checkpoint")
        if len(lines) > MOST_LINES:
            raise BadInput(f"a proof has at most {MOST_LINES} lines")
        return cls(int(old[1]), [_hash(line) for line in lines], note)


def _hash(line: str) -> bytes:
    try:
        raw = unbase64(line)
    except BadNote:
        raw = b""
    if len(raw) != _HASH:
        raise BadInput("a line of the proof is not the base64 of 32 bytes")
    return raw
