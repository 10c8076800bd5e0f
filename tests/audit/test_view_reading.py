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
from app.audit.verifier import views as verifier_views
from app.audit.verifier.bundles import Known, Lines
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


def read(name: str, content: bytes, *, patterns: bool) -> tuple[list[str], int, int]:
    """What is found wrong with a view, how many rows it has, and how many kinds of rows were learnt."""
    report, known = Report(), Known()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if not patterns:
            patch.setattr(verifier_views, "read_pattern", lambda *_: None)
        header = views.CSV_HEADER.encode() if name.endswith("csv") else b""
        (Path(folder) / name).write_bytes(header + content)
        view = View(Path(folder), name, report)
        for start in range(0, len(BODIES), WIDTH):
            end = start + WIDTH
            view.compare(Lines(start, BODIES[start:end], HASHES[start:end], known))
        view.finish()
        learnt = sum(pattern is not None for pattern in view.patterns.values())
    return report.findings, view.rows, learnt


@pytest.mark.parametrize("name", list(WRITERS))
def test_of_a_view_as_it_was_written_every_kind_of_row_is_learnt_and_nothing_is_wrong(name):
    content = "".join(ROWS[name]).encode()
    assert read(name, content, patterns=True) == ([], 40, 3)
    assert read(name, content, patterns=False) == ([], 40, 0)


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
    assert read(name, changed, patterns=True)[:2] == read(name, changed, patterns=False)[:2]


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
    assert read(name, content, patterns=True)[:2] == read(name, content, patterns=False)[:2]


def test_a_decoy_of_the_moment_teaches_nothing():
    """What stands where the moment is looked for first is not the moment: such rows are read with care, every one."""
    rows = [
        row.replace('{"activity_id"', '{"decoy":{"time":%d,"x":1},"activity_id"', 1) for row in ROWS["events.jsonl"]
    ]
    moments = [int((NOON + timedelta(minutes=number)).timestamp() * 1000) for number in range(len(rows))]
    honest = [row % moment for row, moment in zip(rows, moments, strict=True)]
    assert read("events.jsonl", "".join(honest).encode(), patterns=True) == ([], 40, 0)
    lying = honest[:30] + [
        row.replace(f'"time":{moments[30]},"severity', '"time":1,"severity', 1) for row in honest[30:31]
    ]
    findings, _, _ = read("events.jsonl", "".join(lying + honest[31:]).encode(), patterns=True)
    assert findings == ["leaf 30: events.jsonl differs from the entry in milliseconds"]
