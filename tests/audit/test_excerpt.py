"""Part of the log, proved entry by entry, on both databases; and everything that somebody could do to it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit import tree
from app.audit.excerpt import excerpt
from app.audit.log import record
from app.audit.note import Signer
from app.audit.proofs import inclusion_proof
from app.audit.selection import Selection
from app.audit.verifier import verification
from app.audit.verifier.excerpts import ONLY_A_PART, leads_to
from app.audit.verifier.verification import Brought
from app.audit.verify import verify
from app.errors import BadInput
from tests.evidence import log as entries_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "dygnet.example.org/log"
CASES = ("5f" * 16, "a0" * 16)
PEOPLE = (("anna", "handler"), ("carin", "coordinator+handler"), ("eva", "auditor"))


@pytest.fixture
def filled(db):
    """A hundred and twenty entries, a minute apart, by three people about two cases; one nasty word among them."""
    with db.transaction() as session:
        for number in range(120):
            alias, role = PEOPLE[number % 3]
            record(
                session,
                at=NOON + timedelta(minutes=number),
                by=alias,
                role=role,
                action="case.read" if number % 2 else "case.revealed",
                about=CASES[number % 5 == 0],
                because="first_contact",
                note='"actor":"bo"' if number == 7 else "",
            )
    return db


@pytest.fixture
def made(filled, key, tmp_path):
    """An excerpt: what Carin did about one case in an hour."""
    return excerpt(
        filled,
        tmp_path / "part",
        Selection(NOON + timedelta(minutes=30), NOON + timedelta(minutes=90), actor="carin", about=CASES[0]),
        vkeys=[vkey(key)],
        at=NOON + timedelta(hours=6),
        by="eva",
        because="complaint",
        key=key,
        origin=ORIGIN,
    )


def vkey(key) -> str:
    return str(Signer(ORIGIN, key).verifier_key)


def rows(folder) -> list[dict]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def test_an_excerpt_holds_what_was_asked_for_proves_it_and_is_an_entry_itself(made, filled, key):
    fitting = [number for number in range(30, 90) if number % 3 == 1 and number % 5]
    alone = subprocess.run(
        [sys.executable, "-I", "verify_log.py", ".", "--key", vkey(key)],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    (asked,) = entries_of(filled, "log.exported")

    assert [row["leaf_index"] for row in rows(made.folder)] == fitting
    assert (made.count, made.size) == (len(fitting), 121)
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert f"{len(fitting)} entries of 121 leaves, each by its proof against the signed root" in alone.stdout
    assert ONLY_A_PART in alone.stdout
    assert verify(made.folder, vkey(key)).findings == []
    assert (asked["actor"], asked["purpose"]) == ("eva", "complaint")
    assert asked["facts"] == {
        "of_since": "2026-03-01T12:30:00.000000Z",
        "of_until": "2026-03-01T13:30:00.000000Z",
        "of_actor": "carin",
        "of_about": CASES[0],
    }


ASKED = {
    "one of several roles": (Selection(role="handler"), 80),
    "a role and a deed": (Selection(role="coordinator", action="case.read"), 20),
    "nobody, though a fact says so": (Selection(actor="bo"), 0),
    "the last moment, and the excerpt itself": (Selection(since=NOON + timedelta(minutes=119), actor="eva"), 2),
    "before": (Selection(until=NOON), 0),
}


def test_whatever_is_asked_for_is_found_up_to_the_last_signature_and_to_what_is_bearable(filled, made, key, tmp_path):
    with filled.transaction() as session:
        record(session, at=NOON, by="anna", role="handler", action="case.read")
    for name, (selection, count) in ASKED.items():
        some = excerpt(filled, tmp_path / name, selection, vkeys=[vkey(key)], at=NOON, by="dag")
        assert (name, some.count, some.size) == (name, count, made.size)
        assert verification.verify(some.folder, Brought([vkey(key)])).findings == []
    with pytest.raises(BadInput, match="more than 10 entries: ask for a shorter period"):
        excerpt(filled, tmp_path / "much", Selection(actor="anna"), vkeys=[vkey(key)], at=NOON, by="dag", most=10)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"since": NOON, "until": NOON}, "ends before it begins"),
        ({"action": "moon.landed"}, "no deed is called moon.landed"),
        ({"actor": "+46701740605"}, "looks like a telephone"),
        ({"about": "anna@example.org"}, "looks like an e-mail"),
    ],
)
def test_what_no_entry_could_say_is_not_asked_for(wrong, why):
    with pytest.raises(BadInput, match=why):
        Selection(**wrong)


def change(folder, line, **other):
    path = folder / "proofs.jsonl"
    lines = path.read_text().splitlines()
    said = json.loads(lines[line]) | other
    path.write_text("\n".join([*lines[:line], json.dumps(said), *lines[line + 1 :]]) + "\n")


def edit_everywhere(folder):
    """An entry changed in its proof and in every view: only the way up to the root is left to say so."""
    path = folder / "proofs.jsonl"
    entry = base64.b64decode(json.loads(path.read_text().splitlines()[0])["entry"])
    change(folder, 0, entry=base64.b64encode(entry.replace(b"first_contact", b"other_contact")).decode())


def leave_one_out(folder):
    for name in ("proofs.jsonl", "events.jsonl", "events.cef", "events.csv"):
        lines = (folder / name).read_bytes().splitlines(keepends=True)
        del lines[1 if name.endswith("csv") else 0]
        (folder / name).write_bytes(b"".join(lines))


def put_twice(folder):
    path = folder / "proofs.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], *lines]))


def ask_for_something_else(folder):
    (folder / "selection.json").write_text('{"actor": "anna"}')


TAMPERINGS = {
    "an entry edited": (edit_everywhere, "leaf 31: its proof does not lead to the signed root"),
    "another place claimed": (lambda folder: change(folder, 0, leaf_index=30), "leaf 30: its proof does not lead"),
    "a proof cut short": (lambda folder: change(folder, 0, proof=[]), "leaf 31: its proof does not lead"),
    "beyond the log": (lambda folder: change(folder, -1, leaf_index=121), "leaf 121 is out of order, or not in a log"),
    "an entry twice": (put_twice, "leaf 31 is out of order"),
    "a line that is none": (lambda folder: change(folder, 0, entry="?"), "proofs.jsonl: line 1 cannot be read"),
    "asked for something else": (ask_for_something_else, "does not fit what selection.json asks for"),
    "what was asked for gone": (lambda folder: (folder / "selection.json").unlink(), "selection.json: missing"),
    "a view changed": (
        lambda folder: (folder / "events.csv").write_text(
            (folder / "events.csv").read_text().replace("carin", "bo", 1)
        ),
        "leaf 31: events.csv differs from the entry in actor",
    ),
    "a stranger": (lambda folder: (folder / "tile").write_text(""), "tile: does not belong to part of a log"),
}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_somebody_does_to_an_excerpt_is_found_and_the_place_is_named(made, key, tmp_path):
    for name, (tamper, message) in TAMPERINGS.items():
        folder = shutil.copytree(made.folder, tmp_path / name)
        tamper(folder)
        findings = verify(folder, vkey(key)).findings
        assert any(message in finding for finding in findings), (name, findings)

    folder = shutil.copytree(made.folder, tmp_path / "less")
    leave_one_out(folder)
    report = verify(folder, vkey(key))
    assert report.findings == []  # what is left out only the whole log shows
    assert ONLY_A_PART in report.remarks


def test_part_of_a_log_says_why_its_table_of_cases_is_empty(made, key, tmp_path):
    cases = tmp_path / "cases.csv"
    report = verify(made.folder, vkey(key), cases=cases)
    assert report.findings == []
    assert cases.read_bytes() == b""
    assert f"{cases}: nothing is in it: only whole years tell what became of each case" in report.remarks


@settings(max_examples=50)
@given(st.integers(1, 300), st.data())
def test_the_verifiers_own_loop_agrees_with_whoever_made_the_proof(size, data):
    hashes = [tree.leaf_hash(str(number).encode()) for number in range(size)]
    leaf = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(tree.subtrees_of_leaves(hashes), leaf, size), tree.root(hashes)

    assert leads_to(root, size, leaf, hashes[leaf], proof)
    assert not leads_to(root, size, leaf, tree.leaf_hash(b"other"), proof)
    assert not leads_to(root, size, leaf, hashes[leaf], [*proof, root])
    assert size == 1 or not leads_to(root, size, leaf ^ 1 if leaf ^ 1 < size else leaf - 1, hashes[leaf], proof)
