"""Views read by the stretch, and by what is known of their rows, against the same views read row by row with care."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit import views
from app.audit.log import rfc3339
from app.audit.verifier import kinds as verifier_kinds
from app.audit.verifier.bundles import Known, Lines
from app.audit.verifier.entries import read_entry
from app.audit.verifier.formats import FORMATS
from app.audit.verifier.report import Report
from app.audit.verifier.views import View

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS = {"events.jsonl": views.ocsf, "events.csv": views.csv_row, "events.cef": views.cef}
WIDTH = 8
SAID = {"v": 2, "purpose": "", "result": "done", "build": "0.1.0", "programme": 3}


def entry(number: int) -> dict:
    case = sha256(bytes([number // 3])).hexdigest()[:32]
    deeds = [("case.opened", "caller", case), ("step.taken", "engine", case), ("staff.signed_in", "åsa", "person:bo")]
    action, who, about = deeds[number % 3]
    said = {"at": rfc3339(NOON + timedelta(minutes=number)), "actor": who, "role": who, "action": action}
    return SAID | said | {"object": about, "facts": {"n": number, "said": "a=b" if number % 5 else "x"}}


BODIES = [rfc8785.dumps(entry(number)) for number in range(40)]
ENTRIES = [json.loads(body) for body in BODIES]
HASHES = [sha256(b"\0" + body).digest() for body in BODIES]
ROWS = {name: [row(one, leaf, HASHES[leaf].hex()) for leaf, one in enumerate(ENTRIES)] for name, row in WRITERS.items()}


def read(name: str, content: bytes, *, kinds: bool) -> tuple[list[str], int, int]:
    """What is found wrong with a view, how many rows it has, and of how many kinds its entries are."""
    report, known = Report(), Known()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if not kinds:
            patch.setattr(verifier_kinds, "read_kind", lambda *_, **__: None)
            patch.setattr(View, "_begins_with", lambda *_: False)
        header = views.CSV_HEADER.encode() if name.endswith("csv") else b""
        (Path(folder) / name).write_bytes(header + content)
        view = View(Path(folder), name, report)
        for start in range(0, len(BODIES), WIDTH):
            end = start + WIDTH
            view.compare(Lines(start, BODIES[start:end], HASHES[start:end], known))
        view.finish()
        learnt = sum(kind is not None for kind in known.kinds.values())
    return report.findings, view.rows, learnt


@pytest.mark.parametrize("name", list(WRITERS))
def test_of_a_view_as_it_was_written_every_row_is_known_by_its_kind_and_nothing_is_wrong(name):
    content = "".join(ROWS[name]).encode()
    assert read(name, content, kinds=True) == ([], 40, 3)
    assert read(name, content, kinds=False) == ([], 40, 0)


PUT_IN = [b"", b"0", b"7", b"a", b" ", b",", b'"', b"\\", b"\n", b"\r", b"=", b"|", b"{", b"\xff", b"}"]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(WRITERS)),
    st.integers(0, 30_000),
    st.integers(0, 2),
    st.sampled_from(PUT_IN),
    st.integers(0, 9),
)
def test_whatever_is_changed_in_a_view_is_found_as_by_one_who_reads_every_row_with_care(name, place, gone, put_in, far):
    """Most changes come late, when all kinds of rows are known."""
    content = "".join(ROWS[name]).encode()
    place = place % len(content) if not far else len(content) // 2 + place % (len(content) // 2)
    changed = content[:place] + put_in + content[place + gone :]
    assert read(name, changed, kinds=True)[:2] == read(name, changed, kinds=False)[:2]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(WRITERS)),
    st.lists(
        st.tuples(st.sampled_from(["drop", "twice", "swap", "of another", "alter"]), st.integers(20, 38)), max_size=3
    ),
)
def test_rows_that_are_missing_doubled_moved_or_of_another_leaf_are_found_alike(name, changes):
    rows = list(ROWS[name])
    for change, place in changes:
        if change == "drop":
            rows[place] = ""
        elif change == "twice":
            rows[place] *= 2
        elif change == "swap":
            rows[place], rows[place + 1] = rows[place + 1], rows[place]
        elif change == "of another":
            rows[place] = WRITERS[name](ENTRIES[place - 3], place, HASHES[place].hex())
        else:
            rows[place] = WRITERS[name](ENTRIES[place] | {"actor": "eve"}, place, HASHES[place].hex())
    content = "".join(rows).encode()
    assert read(name, content, kinds=True)[:2] == read(name, content, kinds=False)[:2]


CHANGED = {
    "another meaning": ("events.jsonl", '"message":"', '"message":"not that ', "message"),
    "a field more": (
        "events.jsonl",
        '{"activity_id"',
        '{"decoy":{"time":1,"x":2},"activity_id"',
        "decoy.time, decoy.x",
    ),
    "an empty field more": ("events.jsonl", '{"activity_id"', '{"decoy":{},"activity_id"', "how it is written"),
    "a field less": ("events.jsonl", '"status_id":1,', "", "status_id"),
    "another class": ("events.jsonl", '"class_uid":6', '"class_uid":5', "class_uid"),
    "another severity": ("events.jsonl", '"severity_id":1', '"severity_id":5', "severity_id"),
    "another moment": ("events.jsonl", '"time":1', '"time":2', "milliseconds"),
    "another hash, of two": ("events.jsonl", '"uid":"', '"uid":"0', "metadata.uid"),
    "another place, of two": ("events.jsonl", '"sequence":', '"sequence":1', "metadata.sequence"),
    "another source": ("events.jsonl", '"src_endpoint":{"name":"', '"src_endpoint":{"name":"x', "src_endpoint.name"),
    "a space": ("events.jsonl", '"class_uid":', '"class_uid": ', "how it is written"),
    "true for one": ("events.jsonl", '"status_id":1', '"status_id":true', "how it is written"),
    "an escape": ("events.jsonl", '"status_detail":"done"', '"status_detail":"d\\u006fne"', "how it is written"),
    "a meaning in CEF": ("events.cef", "|an approach became", "|no approach became", "message"),
    "a severity in CEF": ("events.cef", "|3|rt=", "|9|rt=", "severity"),
    "a vendor in CEF": ("events.cef", "CEF:0|Dygnet|", "CEF:0|Nobody|", "vendor"),
    "another deed in CEF's header": ("events.cef", "|case.opened|", "|case.closed|", "event"),
    "a pair more in CEF": ("events.cef", " cn1Label=", " dst=10.0.0.1 cn1Label=", "dst"),
    "a label in CEF": ("events.cef", "cs1Label=object", "cs1Label=subject", "cs1Label"),
    "an apostrophe": ("events.csv", ",done,", ",'done,", "result"),
    "a quoted cell": ("events.csv", ",done,", ',"done",', "how it is written"),
    "facts in another order": ("events.csv", '"{""n"":', '"{ ""n"":', "facts"),
}


@pytest.mark.parametrize("place", [0, 30])
@pytest.mark.parametrize("what", CHANGED)
def test_no_row_says_more_than_its_entry_or_in_other_words(what, place):
    """Not even the first of its kind."""
    name, old, new, named = CHANGED[what]
    rows = list(ROWS[name])
    place = next(leaf for leaf, row in enumerate(rows) if leaf >= place and old in row)
    rows[place] = rows[place].replace(old, new, 1)
    assert rows[place] != ROWS[name][place]
    findings = [f"leaf {place}: {name} differs from the entry in {named}"]
    assert read(name, "".join(rows).encode(), kinds=True)[0] == findings
    assert read(name, "".join(rows).encode(), kinds=False)[0] == findings


def test_what_every_row_says_otherwise_is_found_in_every_row():
    """Nothing is taken for granted because it stands in all rows alike."""
    rows = "".join(ROWS["events.jsonl"]).replace('"vendor_name":"Dygnet"', '"vendor_name":"Nobody"')
    findings, _, _ = read("events.jsonl", rows.encode(), kinds=True)
    assert findings == ["leaves 0 to 39: events.jsonl differs from the entry in metadata.product.vendor_name"]


LATER = {
    "events.jsonl": ('"message":"unknown to this version"', '"message":"somebody was given a key"'),
    "events.cef": ("|unknown to this version|", "|somebody was given a key|"),
}


@pytest.mark.parametrize("name", list(LATER))
def test_of_a_deed_of_a_later_version_what_its_entry_says_is_compared_and_what_it_means_is_not(name):
    """An auditor's verifier may be older than the log that it reads."""
    body = rfc8785.dumps(entry(1) | {"action": "key.given"})
    hashed = sha256(b"\0" + body).digest()
    row = FORMATS[name].write(read_entry(body), 0, hashed.hex()).replace(*LATER[name])

    findings, remarks = alone(name, row, body, hashed)
    assert findings == []
    assert remarks == [f"{name}: 1 rows are about deeds that this verifier does not know; {NOT_CHECKED}"]
    lie, _ = alone(name, row.replace("engine", "nobody"), body, hashed)
    assert "differs from the entry in" in lie[0]


NOT_CHECKED = "what it calls them was not checked"


def alone(name: str, row: str, body: bytes, hashed: bytes) -> tuple[list[str], list[str]]:
    """What is found, and what is remarked, of a view with this row only."""
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_text(row)
        view = View(Path(folder), name, report)
        view.compare(Lines(0, [body], [hashed], Known()))
        view.finish()
    return report.findings, report.remarks
