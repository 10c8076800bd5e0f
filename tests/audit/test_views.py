from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit import views
from app.audit.verifier import entries as verifier_entries
from app.audit.verifier import views as verifier_views

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
    (row,) = verifier_views.cef_rows([torn])
    assert row.claims["purpose"] == "a\nb\r"


@given(actor=PRINTABLE, purpose=PRINTABLE, build=PRINTABLE, fact=PRINTABLE)
def test_whatever_an_entry_says_the_verifier_reads_it_back_from_every_view(actor, purpose, build, fact):
    entry = ENTRY | {"actor": actor, "purpose": purpose, "build": build, "facts": {"fact": fact}}
    told = verifier_entries.read_entry(json.dumps(entry).encode())
    lines = {
        verifier_views.ocsf_rows: [views.ocsf(entry, 5, "ab")],
        verifier_views.csv_rows: io.StringIO(views.CSV_HEADER + views.csv_row(entry, 5, "ab"), newline=""),
        verifier_views.cef_rows: [views.cef(entry, 5, "ab")],
    }
    for read, rows in lines.items():
        (row,) = read(rows)
        assert (row.leaf_index, row.leaf_hash) == (5, "ab")
        assert {name: told[name] for name in row.claims} == row.claims


def test_the_header_is_what_the_verifier_expects():
    assert next(csv.reader([views.CSV_HEADER])) == verifier_views.CSV_HEADER
