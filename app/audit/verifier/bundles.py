"""What the entries of a bundle say, and their rows: most of them by their kind, the others read with care."""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from app.audit.verifier.canonical import written_so
from app.audit.verifier.cuts import Hours, Shapes, cut
from app.audit.verifier.entries import UNREADABLE, Edition, Told, decoded_as_known, edition, read_entry
from app.audit.verifier.formats import FORMATS
from app.audit.verifier.kinds import ASKED_FOR, Kind, Kinds, deed_told
from app.audit.verifier.patterns import Columns, facts_in_rows, weave
from app.audit.verifier.report import Report


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of entries from those before them."""

    kinds: Kinds = field(default_factory=Kinds)
    hours: Hours = field(default_factory=Hours)
    shapes: Shapes = field(default_factory=Shapes)


@dataclass(frozen=True)
class Bundle:
    """What the readers are told of the entries from `start` on. Of one that cannot be read they are told nothing."""

    start: int
    stamps: bytes
    """Of each entry the milliseconds since 1970, as they are written, with a space between; nothing for one that cannot
    be read."""

    span: tuple[int, int] | None
    """The earliest and the latest moment; None when none can be read."""

    editions: Sequence[tuple[Edition | None, int]]
    """The format and the programme of so many entries, and then of so many; None for those that cannot be read."""

    deeds: Sequence[tuple[int, Told]]
    """The leaves of those that were `ASKED_FOR`, and what they say."""

    def moments(self) -> Iterator[tuple[int, int]]:
        """The leaf and the moment of each."""
        return ((leaf, int(stamp)) for leaf, stamp in enumerate(self.stamps.split(b" "), self.start) if stamp)

    def of(self, *actions: str) -> Iterator[tuple[int, Told]]:
        """The entries about these deeds, each with its leaf. ValueError for deeds that nobody asked for."""
        if not ASKED_FOR.issuperset(actions):
            raise ValueError(f"not among the deeds that are asked for: {actions}")
        return ((leaf, told) for leaf, told in self.deeds if told["action"] in actions)


class Lines:
    """The entries of a bundle as they are written: their kinds, None for those that are read with care, and what stands
    in the cuts of each."""

    def __init__(self, start: int, entries: Sequence[bytes], hashes: Sequence[bytes], known: Known) -> None:
        """Entries that are missing at the end say nothing."""
        self.start, self.hashes, self._there = start, hashes, len(entries)
        self._entries = [*entries, *[b""] * (len(hashes) - len(entries))]
        self._read: dict[int, Told | None] = {}
        before, self._ats, between, self._facts, self._abouts, behind = cut(self._entries)
        self._stamps, strange = known.hours.stamps(self._ats), known.shapes.strange(self._facts)
        keys = zip(before, between, behind, map(bool, self._abouts), strict=True)
        self.kinds: list[Kind | None] = [known.kinds[key] for key in keys]
        if strange or not all(self._stamps):
            looked_at = zip(self.kinds, self._stamps, self._facts, strict=True)
            self.kinds = [kind if stamp and facts not in strange else None for kind, stamp, facts in looked_at]

    def told(self, place: int) -> Told | None:
        """The entry, read with care; None when it cannot be read."""
        if place not in self._read:
            try:
                self._read[place] = read_entry(self._entries[place])
            except UNREADABLE:
                self._read[place] = None
        return self._read[place]

    def row(self, view: str, place: int) -> bytes | None:
        """The row of one entry as it must be, written with care; None when the entry cannot be read."""
        told = self.told(place)
        return FORMATS[view].write(told, self.start + place, self.hashes[place].hex()).encode() if told else None

    def rows(self, view: str) -> bytes | None:
        """All rows as they must be; None when an entry cannot be read."""
        if None not in self.kinds:
            return self._woven(view)
        stretches: list[bytes | None] = []
        for by_kind, group in groupby(range(len(self.kinds)), lambda place: self.kinds[place] is not None):
            places = list(group)
            if by_kind:
                stretches.append(self._woven(view, slice(places[0], places[-1] + 1)))
            else:
                stretches += [self.row(view, place) for place in places]
        return None if None in stretches else b"".join(filter(None, stretches))

    def _woven(self, view: str, part: slice | None = None) -> bytes:
        patterns = [kind.patterns[view] for kind in self.kinds[part or slice(None)] if kind]
        stands = {name: column[part] for name, column in self._stands.items()} if part else self._stands
        return weave(patterns, FORMATS[view], stands)

    @cached_property
    def _stands(self) -> Columns:
        """What stands in the rows of those whose kind is known."""
        return {
            "leaf": [b"%d" % leaf for leaf in range(self.start, self.start + len(self.hashes))],
            "hashed": [*map(hexlify, self.hashes)],
            "at": self._ats,
            "stamp": self._stamps,
            "about": self._abouts,
            "again": [
                about if kind and kind.again else b"" for kind, about in zip(self.kinds, self._abouts, strict=True)
            ],
            "text": self._entries,
            **facts_in_rows(self._facts),
        }

    def bundle(self, report: Report) -> Bundle:
        """What they say, for those who read it; reported where one says nothing, or not as it is written here."""
        stamps = self._stamps.copy()
        editions = [kind.edition if kind else None for kind in self.kinds]
        deeds: list[tuple[int, Told]] = []
        for place, kind in enumerate(self.kinds):
            if kind:
                if kind.asked_for:
                    deeds.append((self.start + place, self._by_its_kind(place, kind)))
            elif told := self._with_care(place, report):
                stamps[place], editions[place] = b"%d" % told["milliseconds"], edition(told)
                if told["action"] in ASKED_FOR:
                    deeds.append((self.start + place, deed_told(told)))
            else:
                stamps[place] = b""
        runs = [(which, len(list(group))) for which, group in groupby(editions)]
        return Bundle(self.start, b" ".join(stamps), _span(stamps), runs, deeds)

    def _by_its_kind(self, place: int, kind: Kind) -> Told:
        told = kind.deed.copy()
        told["milliseconds"] = int(self._stamps[place])
        told["facts"] = decoded_as_known(self._facts[place].decode())[0]
        if about := self._abouts[place]:
            told["object"] = about.decode()
        return told

    def _with_care(self, place: int, report: Report) -> Told | None:
        told = self.told(place)
        if told is None:
            if place < self._there:
                report.wrong_leaf(self.start + place, "entry is not an entry of this log's format")
        elif not written_so(told, self._entries[place]):
            report.wrong_leaf(self.start + place, "entry is not written as this log writes (RFC 8785)")
        return told


def _span(stamps: Sequence[bytes]) -> tuple[int, int] | None:
    if len(set(map(len, stamps))) == 1 and b"".join(stamps).isdigit():
        return int(min(stamps)), int(max(stamps))
    moments = [int(stamp) for stamp in stamps if stamp]
    return (min(moments), max(moments)) if moments else None
