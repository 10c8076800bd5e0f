"""Entries known by their kind say what a careful reader reads in them; whatever is odd is read with care."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.audit.verifier.bundles import Known, Lines
from app.audit.verifier.cuts import MOST_KNOWN, Shapes
from app.audit.verifier.dates import Dates
from app.audit.verifier.entries import UNREADABLE, edition, encoded, read_entry
from app.audit.verifier.formats import FORMATS
from app.audit.verifier.kinds import ASKED_FOR, deed_told
from app.audit.verifier.promise import Promise
from app.audit.verifier.report import Report

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRY = {
    "v": 2,
    "at": "2026-03-01T12:00:00.123456Z",
    "actor": "anna",
    "role": "handler",
    "action": "case.opened",
    "object": "5f" * 16,
    "purpose": "",
    "result": "done",
    "build": "0.1.0",
    "programme": 3,
    "facts": {"due_at": "2026-03-02T12:00:00+00:00", "missed": 0},
}
USUAL = rfc8785.dumps(ENTRY)
MET = Known()
"""What all these tests have met: what one of them teaches must mislead none."""

WORDS = st.sampled_from(["anna", "", "å", "a=b", "a:b", 'a"b', "a\\b", "{}", "}", "\u2028", "1", "\n"])
FACTS = st.dictionaries(
    st.sampled_from(["a", "b", "at", "facts", "object", "n1", "n2"]),
    st.one_of(st.integers(-12, 105), st.booleans(), st.none(), WORDS, st.floats(-1e20, 1e22)),
    max_size=3,
)
ENTRIES = st.builds(
    lambda changed, facts: rfc8785.dumps(ENTRY | changed | {"facts": facts}),
    st.fixed_dictionaries(
        {},
        optional={
            "at": st.sampled_from(
                [
                    "2026-03-01T12:00:00.123456Z",
                    "2027-12-31T23:59:59.999999Z",
                    "2026-03-01T24:00:00.000000Z",
                    "2026-13-01T12:00:00.123456Z",
                    "2026-02-30T12:00:00.123456Z",
                    "1969-12-31T23:59:59.999999Z",
                    "1970-01-01T00:00:00.500000Z",
                    "9999-12-31T23:59:59.123456Z",
                    "2026-03-01T12:00:00.123Z",
                    "2026-03-01T12:00:60.123456Z",
                    "2026-03-01T13:00:00.123456+01:00",
                ]
            ),
            "actor": WORDS,
            "action": st.sampled_from(["case.read", "contact.first", "case.merged", "log.heartbeat", 7]),
            "object": st.sampled_from(["", "0a" * 16, "0A" * 16, "5f" * 17, "person:bo", None]),
            "purpose": WORDS,
            "v": st.sampled_from([1, 2, "2", None]),
            "programme": st.sampled_from([0, 3, 12, None, "3", True]),
        },
    ),
    FACTS,
)
TWISTS = [
    (b'"missed":0', b'"missed":01'),
    (b'"missed":0', b'"missed":-0'),
    (b'"missed":0', b'"missed":1e5'),
    (b'"missed":0', b'"missed":1.50'),
    (b'"missed":0', b'"missed":NaN'),
    (b'"missed":0', b'"missed":9007199254740993'),
    (b'"missed":0', b'"missed":1.0'),
    (b'"due_at":"2026-03-02T12:00:00+00:00","missed":0', b'"missed":0,"due_at":"2026-03-02T12:00:00+00:00"'),
    (b'"result":"done","role":"handler"', b'"role":"handler","result":"done"'),
    (b'"result":"done"', b'"result":"d\\u006fne"'),
    (b'"role":"handler",', b""),
    (b'"missed":0', b'"missed":[05]'),
    (b'"missed":0', b'"missed":{"a":1}'),
    (b'"missed":0', b'"due_at":0'),
    (b'"missed":0', b'"missed":' + b"1" * 5000),
    (b'"missed":0', b'"m\\u0069ssed":0'),
    (b'"missed":0', b'"missed": 0'),
    (b'"missed":0', b'"missed":"\t"'),
    (b'"missed":0', b'"missed":"\xff"'),
    (b'"v":2', b'"v":2,"v":2'),
    (b'"v":2', b'"v":2,"at":"2020-01-01T00:00:00.000000Z"'),
    (b'"v":2', b'"v":2,"facts":{}'),
    (b'"v":2', b'"v":2,"object":""'),
    (b'"v":2', b'"v":02'),
    (b'{"action"', b'{"object":"","action"'),
    (b'{"action"', b' {"action"'),
    (b'"action":"case.opened"', b'"action":{"a":"b","at":"c"}'),
    (b'"at"', b'"\\u0061t"'),
    (b'"at":"', b'"at":"", "at":"'),
    (b',"object"', b'\n,"object"'),
    (b',"object"', b' ,"object"'),
    (b'0},"object"', b'0}},"object"'),
]
MUTATED = st.builds(
    lambda entry, place, gone, put: entry[: place % len(entry)] + put + entry[place % len(entry) + gone :],
    st.one_of(st.just(USUAL), ENTRIES),
    st.integers(0, 10_000),
    st.integers(0, 3),
    st.sampled_from([b"", b'"', b"\\", b"{", b"}", b",", b":", b"0", b"1", b"Z", b"\n", b"\xff", b"-", b"e", b" "]),
)


def with_care(entry: bytes):
    try:
        return read_entry(entry)
    except UNREADABLE:
        return None


def holds(entries: list[bytes], known: Known) -> int:
    """Both ways agree on all of them; how many were known by their kind."""
    report, expected = Report(), Report()
    lines = Lines(10, entries, [bytes([place]) * 32 for place in range(len(entries))], known)
    bundle = lines.bundle(report)
    stamps, deeds = bundle.stamps.split(b" "), dict(bundle.deeds)
    editions = [which for which, count in bundle.editions for _ in range(count)]
    for place, entry in enumerate(entries):
        told = with_care(entry)
        if told is None:
            expected.wrong_leaf(10 + place, "entry is not an entry of this log's format")
        elif not canonically(entry):
            expected.wrong_leaf(10 + place, "entry is not written as this log writes (RFC 8785)")
        assert stamps[place] == (str(told["milliseconds"]).encode() if told else b"")
        assert editions[place] == (edition(told) if told else None)
        assert deeds.get(10 + place) == (deed_told(told) if told and told["action"] in ASKED_FOR else None)
        if lines.kinds[place]:
            assert told["entry"] == json.loads(entry)
    assert report.findings == expected.findings
    for name in FORMATS:
        each = [lines.row(name, place) for place in range(len(entries))]
        assert lines.rows(name) == (None if None in each else b"".join(each))
    return sum(kind is not None for kind in lines.kinds)


def canonically(entry: bytes) -> bool:
    try:
        return rfc8785.dumps(json.loads(entry)) == entry
    except (ValueError, rfc8785.CanonicalizationError):
        return False


@settings(max_examples=400)
@given(st.lists(st.one_of(ENTRIES, MUTATED, st.just(USUAL)), min_size=1, max_size=5))
def test_an_entry_that_is_known_by_its_kind_says_what_a_careful_reader_reads_in_it(entries):
    holds(entries, MET)


@pytest.mark.parametrize(("old", "new"), TWISTS, ids=[str(new[:30]) for _, new in TWISTS])
def test_an_entry_that_is_twisted_is_read_with_care_and_its_neighbours_are_what_they_were(old, new):
    twisted = USUAL.replace(old, new, 1)
    assert twisted != USUAL
    holds([twisted], MET)
    holds([USUAL, twisted, USUAL], MET)
    holds([USUAL, twisted, USUAL], Known())


def test_entries_in_their_usual_shape_are_known():
    assert holds([USUAL, USUAL.replace(b"5f" * 16, b"").replace(b"12:00:00.1", b"13:07:55.9")], Known()) == 2


@pytest.mark.parametrize(("old", "new"), TWISTS, ids=[str(new[:30]) for _, new in TWISTS])
def test_what_is_not_written_canonically_is_never_known_by_its_kind(old, new):
    assert holds([USUAL.replace(old, new, 1)], MET) == 0


NUMBERS = ["00", "07", "-07", "-0", "1.50", "1.5", "1e5", "1E5", "10", "[1]", "[01]", "[]", '{"a":1}', "true"]
STRINGS = ['"a1"', '"01"', '"a\\"b1"', '"\\u0031"', '":01"', '"\t"', '"å10"', " 1", "1 ", "NaN", ""]
VALUES = st.one_of(st.integers(-120, 120).map(str), st.sampled_from([*NUMBERS, *STRINGS]))
PAIRS = st.lists(st.tuples(st.sampled_from(["a", "b", "n1", "n2", "n0"]), VALUES), max_size=3)


@settings(max_examples=400)
@given(PAIRS, st.sampled_from("123456789"))
def test_no_facts_pass_by_their_shape_that_would_not_be_written_so(pairs, digit):
    """The shape is taught by facts that look alike: the same with other digits."""
    facts = ("{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}").encode()
    shapes = Shapes()
    shapes.strange([facts.translate(bytes.maketrans(b"0123456789", digit.encode() * 10))])
    if shapes.strange([facts]):
        return
    assert b"\\" not in facts
    assert canonically(facts)
    assert encoded(json.loads(facts)).encode() == facts


@pytest.mark.parametrize("facts", [b'{"a2":0,"a3":0}', b'{"a2a":0,"a3b":0}', b'{"n":1111111111111111}'])
def test_digits_whose_change_would_change_more_than_a_value_teach_no_shape(facts):
    """Names in another order, the same name twice, a number that not every reader can read."""
    shapes = Shapes()
    assert shapes.strange([facts]) == set()
    assert len(shapes) == len(Shapes())


def test_a_newline_within_one_entry_does_not_shift_those_behind_it():
    assert holds([USUAL, b"", USUAL + b"\n" + USUAL, USUAL], MET) == 2


def test_what_is_remembered_of_kinds_hours_and_shapes_does_not_grow_with_the_log():
    known = Known()
    for number in range(MOST_KNOWN + 100):
        known.hours[f"{2010 + number // 9000}-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:".encode()]
        known.hours[str(number).encode()]
        known.kinds[str(number).encode(), b"", b"", True]
        known.shapes.strange([f'{{"{"a" * (number % 300)}{"b" * (number // 300)}":1}}'.encode()])
    assert max(len(known.kinds), len(known.hours), len(known.shapes)) <= MOST_KNOWN


def test_more_kinds_than_are_remembered_are_read_as_well():
    known = Known()
    known.kinds.update({(str(number).encode(), b"", b"", True): None for number in range(MOST_KNOWN)})
    assert holds([USUAL, USUAL], known) == 0


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-300, 300), st.booleans()), max_size=12))
@example([(0, True), (-61, False), (10, True)])
def test_dates_that_run_backwards_are_found_bundle_by_bundle_as_they_are_one_by_one(minutes):
    moments = [NOON + timedelta(minutes=number) for number, _ in minutes]
    entries = [
        rfc8785.dumps(ENTRY | {"at": moment.isoformat(timespec="microseconds").replace("+00:00", "Z")})
        if usual
        else json.dumps(ENTRY | {"at": moment.isoformat()}).encode()
        for moment, (_, usual) in zip(moments, minutes, strict=True)
    ]
    expected = [leaf for leaf, moment in enumerate(moments) if moment < max(moments[: leaf + 1]) - timedelta(hours=1)]
    dates = Dates()
    for start in range(0, len(entries), 5):
        some = entries[start : start + 5]
        dates.compare(Lines(start, some, [bytes(32)] * len(some), MET).bundle(Report()))
    assert dates.remarks == ([] if not expected else dates.remarks)
    assert [line.rpartition("leaf ")[2] for line in dates.remarks] == [", ".join(map(str, expected))] * bool(expected)


def test_a_reader_cannot_wait_for_deeds_that_it_is_never_told_of():
    bundle = Lines(0, [USUAL], [bytes(32)], MET).bundle(Report())
    with pytest.raises(ValueError, match="not among the deeds"):
        bundle.of("case.read")
    Promise(Report()).compare(bundle)
