from __future__ import annotations

import csv
import io
import json
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit import views
from app.audit.actions import ACTIONS
from app.audit.verifier import formats
from app.audit.verifier.entries import read_entry
from app.audit.verifier.rows import CSV_HEADER

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
WRITERS = {"events.jsonl": views.ocsf, "events.csv": views.csv_row, "events.cef": views.cef}
NAMES = ("actor", "role", "object", "purpose", "result", "build")
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
    row = formats.read_cef(iter([torn]))
    assert row.claims["purpose"] == "a\nb\r"


@given(actor=PRINTABLE, purpose=PRINTABLE, build=PRINTABLE, fact=PRINTABLE)
def test_whatever_an_entry_says_can_be_read_back_from_every_view(actor, purpose, build, fact):
    entry = ENTRY | {"actor": actor, "purpose": purpose, "build": build, "facts": {"fact": fact}}
    for name, written in formats.FORMATS.items():
        row = written.read(io.StringIO(WRITERS[name](entry, 5, "ab"), newline=""))
        assert (row.leaf_index, row.leaf_hash) == (5, "ab")
        said = {"actor": "", "purpose": ""} | row.claims.get("entry", row.claims)
        assert said["actor"] in {actor, f"'{actor}"}
        assert said["purpose"] in {purpose, f"'{purpose}"}
        facts = said["facts"]
        assert (json.loads(facts) if isinstance(facts, str) else facts) == {"fact": fact}


@given(st.text(max_size=20))
def test_whatever_a_cell_says_a_spreadsheet_shows_it_and_runs_nothing(words):
    (row,) = csv.reader(io.StringIO(views.csv_row(ENTRY | {"purpose": words}, 5, "ab"), newline=""), strict=True)
    shown = row[CSV_HEADER.index("purpose")]
    assert shown in {words, f"'{words}"}
    assert not shown.lstrip("\u200b\ufeff \t\r\n").startswith(("=", "+", "-", "@", "|", "%"))


@given(st.text(alphabet="ab|=\\\n\r ", max_size=12), st.text(alphabet="ab|=\\\n\r ", max_size=12))
def test_no_mark_in_a_value_ends_a_field_of_a_cef_line_or_the_line(purpose, build):
    entry = ENTRY | {"purpose": purpose, "build": build}
    line = views.cef(entry, 5, "ab")
    assert (line.count("\n"), line.count("\r"), line[-1]) == (1, 0, "\n")
    claims = formats.read_cef(iter([line])).claims
    assert (claims.get("purpose", ""), claims["build"]) == (purpose, build)


OBJECT = st.one_of(st.sampled_from(["", "5f" * 16, "person:bo", "person:", "=1", "\u200b@"]), st.text(max_size=9))
ODD = st.one_of(
    st.sampled_from(["anna", "", "done", "a=b", 'a"b', "'x", "a,b", "=1", "a\\b", "a|b", "a\nb", "a b=c", "\ud7ff"]),
    PRINTABLE,
)
FACTS = st.dictionaries(ODD, st.one_of(ODD, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none()), max_size=3)


@settings(max_examples=400)
@given(
    st.sampled_from([*ACTIONS, "moon.landed", "a|b=c"]),
    st.tuples(ODD, ODD, OBJECT, ODD, ODD, ODD),
    st.one_of(st.none(), st.integers(0, 99)),
    FACTS,
)
def test_the_verifier_works_out_every_letter_of_every_row_from_the_entry(action, words, programme, facts):
    """Without the code that wrote it: in two ways, the same."""
    entry = ENTRY | dict(zip(NAMES, words, strict=True)) | {"action": action, "facts": facts}
    if programme is None:
        del entry["programme"]
    told = read_entry(json.dumps(entry).encode())
    for name, written in formats.FORMATS.items():
        assert written.write(told, 5, "ab" * 32) == WRITERS[name](entry, 5, "ab" * 32)


def test_no_deed_is_without_its_own_words_in_the_rows():
    """Each deed of the registry, done and refused, about a case, a person and nothing."""
    for action, about, result in product(ACTIONS, ["", "5f" * 16, "person:bo"], ["done", "refused"]):
        entry = ENTRY | {"action": action, "object": about, "result": result}
        told = read_entry(json.dumps(entry).encode())
        for name, written in formats.FORMATS.items():
            assert written.write(told, 5, "ab" * 32) == WRITERS[name](entry, 5, "ab" * 32)


def test_the_header_is_what_the_verifier_expects():
    assert next(csv.reader([views.CSV_HEADER])) == CSV_HEADER
