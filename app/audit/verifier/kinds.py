"""Entries in their usual shape, known without taking their JSON apart.

What stands *between* the cuts of an entry was read with care once, with two sets of stand-ins in the cuts, and both
times said exactly what was put in, in the one way in which it can be written; and what stands in the rows about the two
is known. So all entries that are written like this between their cuts are of a kind, and nothing is believed that was
not read.
"""

from __future__ import annotations

from typing import NamedTuple

from app.audit.verifier.canonical import written_so
from app.audit.verifier.cuts import MOST_KNOWN
from app.audit.verifier.entries import UNREADABLE, Told, edition, encoded, read_entry
from app.audit.verifier.formats import FORMATS
from app.audit.verifier.patterns import Pattern, facts_in_rows, read_pattern

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


AGAIN = 3
"""Times that an object stands in an event which names it in its metadata, among its resources, and in the entry."""


class StandIn(NamedTuple):
    """What is put into the cuts to see where it comes out again, and into the rows."""

    at: str
    about: str
    facts: str
    leaf: int
    hashed: str


STAND_INS = (
    StandIn("2019-03-07T11:22:33.456789Z", "0d" * 16, '{"stands":"in"}', 4711_4712_4713, "1f" * 32),
    StandIn("2031-12-24T20:59:08.135792Z", "e7" * 16, "{}", 5813_5814_5815, "a8" * 32),
)


class Kind:
    """Entries that say the same but for their moment, their facts and their object's pseudonym."""

    __slots__ = ("again", "asked_for", "deed", "edition", "patterns")

    def __init__(self, told: Told, *, again: bool, patterns: dict[str, Pattern]) -> None:
        """`again`: the object stands in their rows of OCSF a second time."""
        self.again, self.patterns = again, patterns
        self.asked_for = told["action"] in ASKED_FOR
        self.deed, self.edition = deed_told(told), edition(told)


def deed_told(told: Told) -> Told:
    """What the readers want to know of a deed that was `ASKED_FOR`."""
    return {name: told[name] for name in ("action", "object", "purpose", "milliseconds", "facts")}


def read_kind(before: bytes, between: bytes, behind: bytes, *, names_object: bool) -> Kind | None:
    """The kind of the entries that are written like this between the cuts; None where that cannot be said of all."""
    try:
        stand_ins = [one if names_object else one._replace(about="") for one in STAND_INS]
        texts = [_with(one, before.decode(), between.decode(), behind.decode()).encode() for one in stand_ins]
        told = [_saying(one, text) for one, text in zip(stand_ins, texts, strict=True)]
        event = FORMATS["events.jsonl"].write(told[0], stand_ins[0].leaf, stand_ins[0].hashed)
        again = names_object and event.count(stand_ins[0].about) == AGAIN
        stands = {
            "leaf": [str(one.leaf).encode() for one in stand_ins],
            "hashed": [one.hashed.encode() for one in stand_ins],
            "at": [one.at.encode() for one in stand_ins],
            "stamp": [str(one["milliseconds"]).encode() for one in told],
            "about": [one.about.encode() for one in stand_ins],
            "again": [one.about.encode() if again else b"" for one in stand_ins],
            "text": texts,
            **facts_in_rows([one.facts.encode() for one in stand_ins]),
        }
        patterns = {name: read_pattern(written, told, stands) for name, written in FORMATS.items()}
    except UNREADABLE:
        return None
    return Kind(told[0], again=again, patterns=patterns)


def _with(stand_in: StandIn, before: str, between: str, behind: str) -> str:
    return f'{before}{stand_in.at}{between}{stand_in.facts},"object":"{stand_in.about}{behind}'


def _saying(stand_in: StandIn, text: bytes) -> Told:
    """The entry with this in its cuts; ValueError unless it says what was put in, and is written as it must be."""
    told = read_entry(text)
    put_in = told["at"] == stand_in.at and encoded(told["facts"]) == stand_in.facts
    if not put_in or (stand_in.about and told["object"] != stand_in.about) or not written_so(told, text):
        raise ValueError
    return told


class Kinds(dict[tuple[bytes, bytes, bytes, bool], Kind | None]):
    """The kinds that were met, by what stands between the cuts and whether an object's pseudonym stands in its own."""

    def __missing__(self, key: tuple[bytes, bytes, bytes, bool]) -> Kind | None:
        if len(self) >= MOST_KNOWN:
            return None
        before, between, behind, names_object = key
        self[key] = read_kind(before, between, behind, names_object=names_object)
        return self[key]
