"""Rows by the bundle: what all rows about one kind of deed have in common, and what of each entry stands in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.audit.verifier.entries import Told
from app.audit.verifier.formats import Format

Pattern = tuple[bytes, ...]
"""What stands before, between and behind the places of a row; empty places are no places."""

Columns = Mapping[str, Sequence[bytes]]
"""For each name of a place what stands there, in one row after another."""


def facts_in_rows(facts: Sequence[bytes]) -> Columns:
    """Facts without backslashes and ends of lines, as rows of CSV and CEF have them."""
    joined = b"\n".join(facts)
    quoted = b'"%b"' % joined.replace(b'"', b'""').replace(b"\n", b'"\n"')
    return {
        "quoted": quoted.replace(b'"{}"', b"{}").split(b"\n"),
        "escaped": joined.replace(b"=", b"\\=").split(b"\n"),
    }


def weave(patterns: Sequence[Pattern], written: Format, stands: Columns) -> bytes:
    """The rows of these patterns, of which there is one at least, one behind the other."""
    between = list(zip(*patterns, strict=True))
    pieces = len(between) + len(written.places)
    woven = [b""] * (pieces * len(patterns))
    for turn, column in enumerate(between):
        woven[2 * turn :: pieces] = column
    for turn, name in enumerate(written.places):
        woven[2 * turn + 1 :: pieces] = stands[name]
    return b"".join(woven)


def read_pattern(written: Format, told: Sequence[Told], stands: Columns) -> Pattern:
    """The pattern of a kind from two entries of it, between which everything differs that can stand in the places.
    ValueError unless the rows that it makes are theirs."""
    leaves = zip(told, stands["leaf"], stands["hashed"], strict=True)
    rows = [written.write(one, int(leaf), hashed.decode()).encode() for one, leaf, hashed in leaves]
    rest, pieces = rows[0], list[bytes]()
    for name in written.places:
        word = stands[name][0]
        piece, _, rest = rest.partition(word) if word else (b"", b"", rest)
        pieces.append(piece)
    pattern = (*pieces, rest)
    if weave([pattern] * len(rows), written, stands) != b"".join(rows):
        raise ValueError
    return pattern
