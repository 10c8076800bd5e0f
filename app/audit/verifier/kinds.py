"""Entries in their usual shape, known without taking their JSON apart.

Entries are written in one way only (RFC 8785: names sorted, no spaces), so those about one kind of deed differ in four
places: the moment, the facts, the object's pseudonym, and nothing else. A regular expression cuts a whole bundle of
them there. It proves nothing; these do: what stands *between* the cuts was read with care once, with two sets of
stand-ins in the cuts, and both times said exactly what was put in (`Kind`); what stands *in* the cuts has a shape that
cannot end its own field. Whatever fails in any of it is read with care, and so nothing is believed that was not read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from app.audit.verifier.entries import UNREADABLE, Told, decoded, edition, encoded, read_entry

ASKED_FOR = frozenset(
    {
        "case.opened",
        "contact.first",
        "case.breached",
        "case.breach_explained",
        "case.merged",
        "case.parted",
        "step.taken",
        "canary.sent",
        "programme.applied",
        "log.handed_over",
        "log.year_closed",
        "log.year_opened",
    }
)
"""The deeds of which some reader wants to know what their entries say; of all others, their moment and programme."""

MOST_KINDS = 10_000
CUT = re.compile(
    r'(?:(\{"action":"[^:]*:[^:]*:")'
    r"(([0-9-]{10}T[0-9]{2}:)([0-5][0-9]:[0-5][0-9]\.)([0-9]{3})[0-9]{3}Z)"
    r'("[^{]*)(\{[^}]*\}),"object":"((?:[0-9a-f]{32})?)([^\n]*)|[^\n]*)\n'
)
"""Before the moment; the moment, its hour, what is within it, its milliseconds; before the facts; the facts; the
object's pseudonym; what is behind. Nothing in any of them, for a line of another shape: there is no line without."""

WITHIN_AN_HOUR = {f"{second // 60:02}:{second % 60:02}.": second for second in range(3600)}
_NAMES = ("actor", "role", "action", "object", "purpose", "result", "build")
_HOUR = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):")
_AS_ONE = str.maketrans("023456789", "111111111")
_NOT_WRITTEN_SO = re.compile(r'":(?:0[0-9]|-0)')
_SECONDS_OF_TEN_DIGITS = range(10**9, 10**10 - 3600)


class StandIn(NamedTuple):
    """What is put into the cuts to see where it comes out again."""

    at: str
    about: str
    facts: str


STAND_INS = (
    StandIn("2019-03-07T11:22:33.456789Z", "0d" * 16, '{"stands":"in"}'),
    StandIn("2031-12-24T20:59:08.135792Z", "e7" * 16, "{}"),
)


class Kind:
    """Entries that say the same but for their moment, their facts and their object's pseudonym."""

    __slots__ = ("asked_for", "edition", "stand_ins", "told")

    def __init__(self, stand_ins: list[Told]) -> None:
        self.stand_ins = stand_ins
        self.told = told = stand_ins[0]["entry"]
        self.asked_for = told["action"] in ASKED_FOR
        self.edition = edition(told)


def read_kind(before: str, between: str, behind: str, *, names_object: bool) -> Kind | None:
    """The kind of the entries that are written like this between the cuts; None where that cannot be said of all."""
    try:
        told = [_with(stand_in, before, between, behind, names_object) for stand_in in STAND_INS]
    except UNREADABLE:
        return None
    first = told[0]["entry"]
    return Kind(told) if all(type(first.get(name)) is str for name in _NAMES) else None


def _with(stand_in: StandIn, before: str, between: str, behind: str, names_object: bool) -> Told:
    """The entry with this in its cuts; ValueError unless it says what was put in, and its bytes say it in one way."""
    about = stand_in.about if names_object else ""
    text = f'{before}{stand_in.at}{between}{stand_in.facts},"object":"{about}{behind}'
    told = read_entry(text.encode())
    put_in = told["at"] == stand_in.at and encoded(told["facts"]) == stand_in.facts
    if not put_in or (names_object and told["object"] != about) or encoded(told["entry"]) != text:
        raise ValueError
    return told


class Kinds(dict[tuple[str, str, str, bool], Kind | None]):
    """The kinds that were met, by what stands between the cuts and whether an object's pseudonym stands in its own."""

    def __missing__(self, key: tuple[str, str, str, bool]) -> Kind | None:
        before, between, behind, bare = key
        kind = read_kind(before, between, behind, names_object=not bare)
        if len(self) < MOST_KINDS:
            self[key] = kind
        return kind


class Hours(dict[str, int | None]):
    """The seconds since 1970 at which hours began, as moments name them; None for what is no hour of these ages."""

    def __missing__(self, hour: str) -> int | None:
        if len(self) >= MOST_KINDS:
            self.clear()
        try:
            began = int(datetime.fromisoformat(f"{hour}00:00+00:00").timestamp()) if _HOUR.fullmatch(hour) else 0
        except ValueError:
            began = 0
        self[hour] = began if began in _SECONDS_OF_TEN_DIGITS else None
        return self[hour]


class Shapes:
    """The facts whose shape is known: what would be read in them is what is written in them, letter by letter.

    A shape is the text with every digit made 1: what is one object of single things, each name once, stays so whatever
    the digits are. Only numbers that begin with 0 have to be looked at.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def holds(self, facts: str) -> bool:
        shape = facts.translate(_AS_ONE)
        if shape in self._known:
            return not _NOT_WRITTEN_SO.search(facts)
        return self._read(facts, shape)

    def _read(self, facts: str, shape: str) -> bool:
        try:
            if "\\" in facts or not _written_so(facts):
                return False
            if _written_so(shape) and set(map(type, decoded(shape)[0].values())) <= {str, int, bool, type(None)}:
                self._remember(shape)
        except (*UNREADABLE, AttributeError):
            return False
        return True

    def _remember(self, shape: str) -> None:
        if len(self._known) >= MOST_KINDS:
            self._known.clear()
        self._known.add(shape)

    def __len__(self) -> int:
        return len(self._known)


def _written_so(facts: str) -> bool:
    """Whether it is all of an object, and would be written again as it stands there."""
    told, end = decoded(facts)
    return type(told) is dict and end == len(facts) and encoded(told) == facts
