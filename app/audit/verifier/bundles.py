"""What the entries of a bundle say: most of them by their kind, the others read with care."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import not_

from app.audit.verifier.entries import UNREADABLE, Edition, Told, decoded, edition, read_entry
from app.audit.verifier.kinds import ASKED_FOR, CUT, WITHIN_AN_HOUR, Hours, Kind, Kinds, Shapes
from app.audit.verifier.report import Report

_NOT_CUT = ("",) * 9


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
    stamps: Sequence[str]
    """Of each entry the milliseconds since 1970, as they are written; empty for one that cannot be read."""

    editions: Sequence[Edition | None]
    """Of each entry its format and its programme; None for one that cannot be read."""

    deeds: Sequence[tuple[int, Told]]
    """The leaves of those that were `ASKED_FOR`, and what they say."""

    def moments(self) -> Iterator[tuple[int, int]]:
        """The leaf and the moment of each."""
        return ((leaf, int(stamp)) for leaf, stamp in enumerate(self.stamps, self.start) if stamp)

    def span(self) -> tuple[int, int] | None:
        """The earliest and the latest moment; None when none can be read."""
        return self._span

    @cached_property
    def _span(self) -> tuple[int, int] | None:
        """Several readers ask; whoever looks ahead asks first, and hands it over with the rest."""
        if len(set(map(len, self.stamps))) == 1 and "".join(self.stamps).isdecimal():
            return int(min(self.stamps)), int(max(self.stamps))
        moments = [moment for _, moment in self.moments()]
        return (min(moments), max(moments)) if moments else None

    def of(self, *actions: str) -> Iterator[tuple[int, Told]]:
        """The entries about these deeds, each with its leaf. ValueError for deeds that nobody asked for."""
        if not ASKED_FOR.issuperset(actions):
            raise ValueError(f"not among the deeds that are asked for: {actions}")
        return ((leaf, told) for leaf, told in self.deeds if told["action"] in actions)


Line = tuple[str, str, str, str, str, str, str]
"""What a row of a view is made of: the leaf, its hash, and of its entry the moment, as it is written and in
milliseconds, the object's pseudonym, the facts, and all of its text."""


class Lines:
    """The entries of a bundle as they are written: their kinds, None for those that are read with care, and what stands
    in the cuts of each."""

    def __init__(self, start: int, entries: Sequence[bytes], hashes: Sequence[bytes], known: Known) -> None:
        """Entries that are missing at the end say nothing."""
        self.start, self.hashes = start, hashes
        self._entries, width = entries, len(hashes)
        self._read: dict[int, Told | None] = dict.fromkeys(range(len(entries), width))
        cuts, self._texts = _cut(entries, width)
        columns: Iterable[tuple[str, ...]] = zip(*cuts, strict=True) if cuts else [()] * len(_NOT_CUT)
        before, self._ats, hours, within, thousandths, between, self._facts, self._abouts, behind = columns
        self.kinds = [known.kinds[key] for key in zip(before, between, behind, map(not_, self._abouts), strict=True)]
        began = {hour: known.hours[hour] for hour in set(hours)}
        strange = {facts for facts in set(self._facts) if not known.shapes.holds(facts)}
        if strange or None in began.values():
            marked = zip(self.kinds, hours, self._facts, strict=True)
            self.kinds = [None if began[hour] is None or facts in strange else kind for kind, hour, facts in marked]
        moments = zip(self.kinds, hours, within, thousandths, strict=True)
        self._stamps = [
            f"{(began[hour] or 0) + WITHIN_AN_HOUR[second]}{ms}" if kind else "" for kind, hour, second, ms in moments
        ]

    def told(self, place: int) -> Told | None:
        """The entry, read with care; None when it cannot be read."""
        if place not in self._read:
            try:
                self._read[place] = read_entry(self._entries[place])
            except UNREADABLE:
                self._read[place] = None
        return self._read[place]

    @cached_property
    def made(self) -> list[Line]:
        """What their rows are made of; of use only for those whose kind is known."""
        named = [hashed.hex() for hashed in self.hashes]
        leaves = map(str, range(self.start, self.start + len(named)))
        columns = (leaves, named, self._ats, self._stamps, self._abouts, self._facts, self._texts)
        return list(zip(*columns, strict=True))

    def bundle(self, report: Report) -> Bundle:
        """What they say, for those who read it; reported where one says nothing."""
        stamps = self._stamps
        editions = [kind.edition if kind else None for kind in self.kinds]
        deeds: list[tuple[int, Told]] = []
        for place, kind in enumerate(self.kinds):
            if kind and not kind.asked_for:
                continue
            told = self._by_its_kind(place, kind) if kind else self.told(place)
            if told is None:
                if place < len(self._entries):
                    report.wrong_leaf(self.start + place, "entry is not an entry of this log's format")
                continue
            if kind is None:
                stamps[place] = str(told["milliseconds"])
                editions[place] = edition(told)
            if str(told.get("action")) in ASKED_FOR:
                deeds.append((self.start + place, told))
        return Bundle(self.start, stamps, editions, deeds)

    def _by_its_kind(self, place: int, kind: Kind) -> Told:
        said: Told = {"at": self._ats[place], "milliseconds": int(self._stamps[place])}
        said |= {"facts": decoded(self._facts[place])[0], "object": self._abouts[place] or kind.told["object"]}
        return {**kind.told, **said}


def _cut(entries: Sequence[bytes], width: int) -> tuple[list[tuple[str, ...]], list[str]]:
    """The cuts of each entry, and its text; where they cannot be told apart for sure, none has any."""
    try:
        text = b"\n".join([*entries, b""]).decode()
    except UnicodeDecodeError:
        text = ""
    cuts: list[tuple[str, ...]] = CUT.findall(text)
    if not len(cuts) == len(entries) == text.count("\n"):
        return [_NOT_CUT] * width, [""] * width
    missing = width - len(entries)
    return cuts + [_NOT_CUT] * missing, text.split("\n")[:-1] + [""] * missing
