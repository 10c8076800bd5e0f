"""Where entries are cut: all that differs between those about one kind of deed.

Entries are written in one way only (RFC 8785: names sorted, no spaces), so there are three such places: the moment, the
facts and the object's pseudonym. A regular expression cuts a whole bundle there. It proves nothing; that what stands in
a cut has a shape which cannot end its own field does, and is looked at for the bundle as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from app.audit.verifier.canonical import canonical
from app.audit.verifier.entries import UNREADABLE, Told, all_decoded, encoded

MOST_KNOWN = 10_000
"""Of each sort of thing that is remembered; a log with more of it is slower, and as well checked."""

_CUT = re.compile(
    rb'(\{"action":"[^:]*+:[^:]*+:")([^"]{14}[0-5]..[0-5][^"]{9})("[^{]*+)(\{[^}]*+\}),"object":"([^"]{32}|)([^\n]*+)\n'
)
_CUTS = 6
_AS_ONE = bytes.maketrans(b"023456789", b"111111111")
_MOMENT = b"1111-11-11T11:11:11.111111Z"
_HEX = b"0123456789abcdef"
_HOUR = re.compile(rb"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):")
_WITHIN_AN_HOUR = {b"%02d:%02d." % divmod(second, 60): second for second in range(3600)}
_TEN_DIGITS = range(10**9, 10**10 - 3600)
_FIFTEEN_DIGITS = 10**15

Cuts = Sequence[Sequence[bytes]]
"""Of each entry what stands before the moment; the moment; what stands before the facts; the facts; the object's
pseudonym, or nothing; what is behind. Nothing in any of them, for an entry of another shape."""


def cut(entries: Sequence[bytes]) -> Cuts:
    """Where one entry of a bundle has another shape, each half of the bundle is cut for itself."""
    if b"\n" not in b"".join(entries):
        pieces = _CUT.split(b"\n".join([*entries, b""]))
        cuts = [pieces[place :: _CUTS + 1] for place in range(1, _CUTS + 1)]
        if len(cuts[0]) == len(entries) and not any(pieces[:: _CUTS + 1]) and _in_shape(*cuts):
            return cuts
    half = len(entries) // 2
    if not half:
        return [[b""] * len(entries)] * _CUTS
    halves = zip(cut(entries[:half]), cut(entries[half:]), strict=True)
    return [[*left, *right] for left, right in halves]


def _in_shape(
    _before: list[bytes],
    ats: list[bytes],
    _: list[bytes],
    _facts: list[bytes],
    abouts: list[bytes],
    _behind: list[bytes],
) -> bool:
    """Whether all moments are digits and what belongs between them, and all pseudonyms hex digits."""
    digits = b"".join(ats).translate(_AS_ONE) == _MOMENT * len(ats)
    return digits and not b"".join(abouts).translate(None, _HEX)


class Hours(dict[bytes, int]):
    """The seconds since 1970 at which hours began, as moments name them; 0 for what is no hour of these ages."""

    def stamps(self, ats: Sequence[bytes]) -> list[bytes]:
        """Moments as milliseconds since 1970; nothing for an entry that has none in its cut, or one of another age."""
        stamps = list[bytes]()
        for hour, group in groupby(ats, itemgetter(slice(14))):
            if began := self[hour]:
                stamps += [b"%d%b" % (began + _WITHIN_AN_HOUR[at[14:20]], at[20:23]) for at in group]
            else:
                stamps += [b"" for _ in group]
        return stamps

    def __missing__(self, hour: bytes) -> int:
        if len(self) >= MOST_KNOWN:
            self.clear()
        try:
            named = f"{hour.decode()}00:00+00:00"
            began = int(datetime.fromisoformat(named).timestamp()) if _HOUR.fullmatch(hour) else 0
        except ValueError:
            began = 0
        self[hour] = began if began in _TEN_DIGITS else 0
        return self[hour]


class Shapes:
    """The facts whose shape is known: what would be read in them is what is written in them, letter by letter.

    A shape is the text with every digit made 1: what is one object of single things, its names in order and without
    digits, stays so whatever the digits are. Only numbers that begin with 0 have to be looked at.
    """

    def __init__(self) -> None:
        self._known = {b""}

    def strange(self, facts: Sequence[bytes]) -> set[bytes]:
        """Those in which something else could be read, or that could be written otherwise."""
        joined = b"\n".join(facts)
        shapes = joined.translate(_AS_ONE).split(b"\n")
        if self._known.issuperset(shapes) and _no_number_begins_with_0(joined):
            return set()
        return {one for one, shape in zip(facts, shapes, strict=True) if not self._holds(one, shape)}

    def _holds(self, facts: bytes, shape: bytes) -> bool:
        return (shape in self._known and _no_number_begins_with_0(facts)) or self._read(facts, shape)

    def _read(self, facts: bytes, shape: bytes) -> bool:
        if not _written_so(facts):
            return False
        if _written_so(shape) and all(_in_one_way(*fact) for fact in _of(shape).items()):
            self._remember(shape)
        return True

    def _remember(self, shape: bytes) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known = {b""}
        self._known.add(shape)

    def __len__(self) -> int:
        return len(self._known)


def _no_number_begins_with_0(facts: bytes) -> bool:
    alone = all(behind[:1] in b",}" for behind in facts.split(b'":0')[1:])
    return alone and b'":-0' not in facts


def _written_so(facts: bytes) -> bool:
    """Whether it is all of an object without escapes, as the log and its views write it."""
    try:
        told = _of(facts)
        return b"\\" not in facts and canonical(told).encode() == encoded(told).encode() == facts
    except UNREADABLE:
        return False


def _of(facts: bytes) -> Told:
    told = all_decoded(facts.decode())
    if type(told) is not dict:
        raise TypeError
    return told


def _in_one_way(name: str, value: Any) -> bool:
    """Whether nothing changes but digits when the ones in a shape are others."""
    if type(value) is int:
        return "1" not in name and abs(value) < _FIFTEEN_DIGITS
    return "1" not in name and (value is None or type(value) in (str, bool))
