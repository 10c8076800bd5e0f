from __future__ import annotations

import csv
import io
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.audit import views
from app.audit.verifier import entries as verifier_entries
from app.audit.verifier import formats
from app.audit.verifier.bundles import Known, Lines

ENTRY = {
    "v": 2,
    "at": "2026-03-01T12:00:00.123456Z",
    "actor": "anna",
    "role": "handler",
    "action": "case.revealed",
    "object": "5f" * 16,
    "purpose": "first_contact",
    "result": "done",
    "build": "0.1.0",
    "programme": 3,
    "facts": {"part": "number"},
}
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "|x", "%x", "\t=1", " =1", "\u200b=1", "\ufeff@x", "'x"]
)
def test_no_cell_begins_a_formula(cell):
    assert views.without_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "anna", "a=b", "5f", "åsa"])
def test_a_harmless_cell_stays_as_it_is(cell):
    assert views.without_formula(cell) == cell


def test_a_failed_deed_looks_failed_to_a_security_system():
    event = json.loads(views.ocsf(ENTRY | {"action": "staff.sign_in_failed"}, 5, "ab" * 32))
    assert (event["class_uid"], event["status_id"], event["severity_id"]) == (3002, 2, 3)
    assert "|6|" in views.cef(ENTRY | {"result": "refused"}, 5, "ab" * 32)


def test_an_action_from_a_later_version_is_still_shown():
    event = json.loads(views.ocsf(ENTRY | {"action": "moon.landed"}, 5, "ab" * 32))
    assert (event["metadata"]["event_code"], event["activity_id"], event["type_uid"]) == ("moon.landed", 99, 600399)


def test_a_cef_line_keeps_its_shape_whatever_the_values():
    line = views.cef(ENTRY | {"purpose": "a=b|c\\d", "build": "1|2\\3"}, 5, "ab" * 32)
    assert line.startswith(
        "CEF:0|Dygnet|dygnet|1\\|2\\\\3|case.revealed|contact details or notes were decrypted|3|"
        "rt=1772366400123 suser=anna "
    )
    assert " reason=a\\=b|c\\\\d outcome=done " in line
    torn = views.cef(ENTRY | {"purpose": "a\nb\r"}, 5, "ab" * 32)
    assert " reason=a\\nb\\r outcome=done " in torn
    assert torn.count("\n") == 1
    row = formats.cef_row(iter([torn]))
    assert row.claims["purpose"] == "a\nb\r"


@given(actor=PRINTABLE, purpose=PRINTABLE, build=PRINTABLE, fact=PRINTABLE)
def test_whatever_an_entry_says_the_verifier_reads_it_back_from_every_view(actor, purpose, build, fact):
    entry = ENTRY | {"actor": actor, "purpose": purpose, "build": build, "facts": {"fact": fact}}
    told = verifier_entries.read_entry(json.dumps(entry).encode())
    lines = {
        formats.ocsf_row: views.ocsf(entry, 5, "ab"),
        formats.csv_row: views.csv_row(entry, 5, "ab"),
        formats.cef_row: views.cef(entry, 5, "ab"),
    }
    for read, line in lines.items():
        row = read(io.StringIO(line, newline=""))
        assert (row.leaf_index, row.leaf_hash) == (5, "ab")
        assert {name: told[name] for name in row.claims} == row.claims


@given(st.text(max_size=20))
def test_whatever_a_cell_says_a_spreadsheet_shows_it_and_runs_nothing(words):
    (row,) = csv.reader(io.StringIO(views.csv_row(ENTRY | {"purpose": words}, 5, "ab"), newline=""), strict=True)
    shown = row[formats.CSV_HEADER.index("purpose")]
    assert shown in {words, f"'{words}"}
    assert not shown.lstrip("\u200b\ufeff \t\r\n").startswith(("=", "+", "-", "@", "|", "%"))


@given(st.text(alphabet="ab|=\\\n\r ", max_size=12), st.text(alphabet="ab|=\\\n\r ", max_size=12))
def test_no_mark_in_a_value_ends_a_field_of_a_cef_line_or_the_line(purpose, build):
    entry = ENTRY | {"purpose": purpose, "build": build}
    line = views.cef(entry, 5, "ab")
    assert (line.count("\n"), line.count("\r"), line[-1]) == (1, 0, "\n")
    claims = formats.cef_row(iter([line])).claims
    assert (claims["purpose"], claims["build"]) == (purpose, build)


WRITERS = {"events.jsonl": views.ocsf, "events.csv": views.csv_row, "events.cef": views.cef}
FEW = st.sampled_from(["anna", "", "done", "5f" * 16, "person:bo", "a=b", 'a"b', "'x", "a,b", "=1"])


def line_of(entry, leaf, hashed):
    """What its rows are made of, and its kind."""
    lines = Lines(leaf, [rfc8785.dumps(entry)], [bytes.fromhex(hashed)], Known())
    return lines.kinds[0], lines.made[0], lines.told(0)


OBJECT = st.one_of(st.sampled_from(["", "person:bo", "=1"]), st.binary(min_size=16, max_size=16).map(bytes.hex))
WORDS = st.tuples(FEW, FEW, OBJECT, FEW, FEW, FEW)
NAMES = ("actor", "role", "object", "purpose", "result", "build")


@given(WORDS, WORDS, st.sampled_from(list(WRITERS)), st.integers(0, 1), FEW, st.sampled_from(["a\\b", "a b=c", "'"]))
def test_a_row_made_with_a_pattern_says_what_a_careful_reader_reads_in_it(ours, theirs, name, alike, fact, odd):
    """The pattern is taken from the row of one entry; those of others of its kind say what these say."""
    known = ENTRY | dict(zip(NAMES, ours, strict=True))
    asked = ENTRY | dict(zip(NAMES, ours if alike else theirs, strict=True))
    asked |= {"at": "2027-11-30T23:59:59.999999Z", "facts": {"part": fact, "odd": odd}, "object": theirs[2]}
    written = formats.FORMATS[name]
    kind, made, _ = line_of(known, 5, "ab" * 32)
    pattern = kind and formats.read_pattern(written, kind, made, WRITERS[name](known, 5, "ab" * 32))
    other, others_line, told = line_of(asked, 6, "cd" * 32)
    if pattern and other and other.told == kind.told:
        row = written.row(iter(written.rows([(pattern, others_line)])))
        assert (row.leaf_index, row.leaf_hash) == (6, "cd" * 32)
        assert formats.different(row, told) == []


def test_the_header_is_what_the_verifier_expects():
    assert next(csv.reader([views.CSV_HEADER])) == formats.CSV_HEADER
