"""What somebody can put into the database or the folder so that a reader stumbles, or reads something else."""

# ruff: noqa: F811 - fixtures of another module are arguments here

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime

import pytest
import rfc8785

from app.audit.excerpt import excerpt
from app.audit.export import export
from app.audit.models import AuditEntry, AuditUnsequenced
from app.audit.note import Signer
from app.audit.selection import Selection
from app.audit.verifier.kinds import ASKED_FOR
from app.audit.verify import verify
from tests.audit.test_years_verified import AT, exported, folder, log  # noqa: F401 - a log of three years
from tests.audit.turning import EVE, LINE, vkey
from tests.marks import ON_SQLITE

ENTRY = {
    "v": 2,
    "at": "2026-12-31T23:50:00.000000Z",
    "actor": "anna",
    "role": "handler",
    "action": "case.read",
    "object": "5f" * 16,
    "purpose": "",
    "result": "done",
    "build": "0.1.0",
    "programme": 0,
    "facts": {"number": 0},
}
USUAL = rfc8785.dumps(ENTRY)
NO_ENTRY = "is not an entry of this log's format"
AMBIGUOUS = {
    "a name twice": (b'"actor":"anna"', b'"actor":"anna","actor":"bo"'),
    "a fact twice": (b'"number":0', b'"number":1,"number":0'),
    "no number": (b'"number":0', b'"number":NaN'),
    "a number that is too large": (b'"number":0', b'"number":1e999'),
    "half of a letter": (b'"anna"', b'"\\ud800"'),
    "facts that are no object": (b'{"number":0}', b'["number"]'),
    "no facts": (b'{"number":0}', b"null"),
    "a moment before the first year": (b'2026-12-31T23:50:00.000000Z"', b'0001-01-01T00:00:00+23:59"'),
}
FACTS = [
    {"due_at": "0001-01-01T00:00:00+23:59", "in_time": True, "into": "x", "step": 1},
    {"version": "9", "handover": [1], "year": [1], "next": 5, "due_at": 5, "into": [1], "step": {}},
    {"version": {}, "handover": None, "before": {}, "before_size": "x", "next": None},
]


def exported_with(db, key, folder, *bodies):
    """A log that holds what somebody put into the queue."""
    with db.transaction() as session:
        for body in bodies:
            entry = AuditEntry(at=EVE, body=body)
            session.add(entry)
            session.flush()
            session.add(AuditUnsequenced(entry_id=entry.id))
    return export(db, folder, key=key, origin=LINE, at=EVE, by="eva").folder


def written_otherwise(old, new):
    """The usual entry, in which this stands instead of that."""
    assert old in USUAL
    return USUAL.replace(old, new)


@ON_SQLITE
@pytest.mark.parametrize("how", AMBIGUOUS)
def test_an_entry_in_which_readers_could_read_different_things_is_named(db, key, tmp_path, how):
    body = written_otherwise(*AMBIGUOUS[how])
    found = verify(exported_with(db, key, tmp_path / "log", USUAL, body), vkey(key)).findings
    assert any(line.startswith("leaf 1: ") and NO_ENTRY in line for line in found), found
    assert not any(line.startswith("leaf 0: ") for line in found), found


@ON_SQLITE
def test_no_entry_makes_the_verifier_stumble_whatever_its_facts_are(db, key, tmp_path):
    bodies = [rfc8785.dumps(ENTRY | {"action": deed, "facts": facts}) for deed in sorted(ASKED_FOR) for facts in FACTS]
    report = verify(exported_with(db, key, tmp_path / "log", *bodies), vkey(key), cases=tmp_path / "cases.csv")
    assert any("programme.applied does not say what it has to" in line for line in report.findings)


@ON_SQLITE
def test_nothing_that_is_written_in_the_log_ends_a_line_of_the_report(db, key, tmp_path):
    said = "x\nNothing is wrong with what was checked.\x1b[2J\u2028\u202eå"
    opened = {"action": "case.opened", "object": said, "facts": {"due_at": "2026-12-01T00:00:00.000000Z"}}
    made = exported_with(db, key, tmp_path / "log", rfc8785.dumps(ENTRY | opened))
    (made / "y\nNOTE").write_text("")
    report = verify(made, vkey(key))
    for line in [*report.lines(), *json.loads(json.dumps(report.plain()))["promise"], *report.plain()["wrong"]]:
        assert line.isprintable()
    assert r"BREACH   case x\nNothing is wrong with what was checked.\x1b[2J\u2028\u202eå: opened" in report.lines()[-3]


@ON_SQLITE
def test_nothing_that_is_written_in_the_log_is_a_formula_in_the_table_of_cases(db, key, tmp_path):
    said = '=HYPERLINK("https://elsewhere.example/")'
    opened = {"action": "case.opened", "object": said, "facts": {"due_at": "2026-12-01T00:00:00.000000Z"}}
    explained = {"action": "case.breach_explained", "object": said, "purpose": "@SUM(1)"}
    merged = {"action": "case.merged", "object": said, "facts": {"into": "+1"}}
    into = opened | {"object": "+1"}
    deeds = [rfc8785.dumps(ENTRY | deed) for deed in (opened, into, explained, merged)]
    verify(exported_with(db, key, tmp_path / "log", *deeds), vkey(key), cases=tmp_path / "cases.csv")
    one, other = csv.DictReader((tmp_path / "cases.csv").read_text("utf-8").splitlines())
    assert (one["case"], one["reason"], one["merged_into"]) == (f"'{said}", "'@SUM(1)", "'+1")
    assert other["case"] == "'+1"


OTHERWISE = {
    "names in another order": (b'"result":"done","role":"handler"', b'"role":"handler","result":"done"'),
    "facts in another order": (b'{"number":0}', b'{"number":0,"at":"x"}'),
    "an escape": (b'"result":"done"', b'"result":"d\\u006fne"'),
    "a space": (b'"result":"done"', b'"result": "done"'),
    "a fraction that is none": (b'{"number":0}', b'{"number":1.0}'),
    "a number that not every reader can read": (b'{"number":0}', b'{"number":9007199254740993}'),
}


@ON_SQLITE
@pytest.mark.parametrize("how", OTHERWISE)
def test_an_entry_is_written_in_one_way(db, key, tmp_path, how):
    """Nothing else could be read in it; but who wrote it was not the log."""
    body = written_otherwise(*OTHERWISE[how])
    found = verify(exported_with(db, key, tmp_path / "log", USUAL, body, USUAL), vkey(key)).findings
    assert found == ["leaf 1: entry is not written as this log writes (RFC 8785)"]


READ = ("log.vkey", "witness.vkey", "checkpoint", "events.jsonl", "events.csv", "events.cef", "verify_log.py")
READ += ("tile/0/000.p/8", "tile/entries/000.p/8", "checkpoints/8.note", "handovers/1.note", "cosigned/8.note")
READ += ("earlier/2026/checkpoint", "earlier/2027/events.csv")


def a_folder(path):
    path.mkdir()


def what_gives_an_error(path):
    """The memory of whoever reads it can be opened; where nothing is mapped it cannot be read."""
    path.symlink_to("/proc/self/mem")


@pytest.mark.parametrize("instead", [a_folder, what_gives_an_error])
@pytest.mark.parametrize("name", READ)
def test_whatever_cannot_be_read_is_named(folder, key, name, instead):
    path = folder / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    instead(path)
    for known in (vkey(key), None):
        found = verify(folder, known, witnesses=["somebody"]).findings
        named = "earlier/2026" if name == "earlier/2026/checkpoint" and instead is a_folder else path.name
        assert any(named in line for line in found), found


@pytest.mark.parametrize("instead", [a_folder, what_gives_an_error])
@pytest.mark.parametrize("name", ["proofs.jsonl", "selection.json", "events.csv"])
def test_what_cannot_be_read_of_a_part_is_named(log, key, tmp_path, name, instead):
    of_anna = Selection(actor="anna")
    made = excerpt(log, tmp_path / "part", of_anna, vkeys=[vkey(key)], at=AT, by="eva", key=key, origin=LINE)
    (made.folder / name).unlink()
    instead(made.folder / name)
    found = verify(made.folder, vkey(key)).findings
    assert any(name in line for line in found) or (name == "proofs.jsonl" and instead is a_folder and found), found


def test_a_year_that_was_asked_for_alone_lies_alone_and_is_that_year(folder, key):
    (folder / "year.json").write_text('{"year": 2028}')
    shutil.rmtree(folder / "earlier" / "2026")
    assert verify(folder, vkey(key)).findings == ["year.json: what lies here is not the one year 2028"]
    shutil.rmtree(folder / "earlier")
    assert verify(folder, vkey(key)).ok
    for said in ('{"year": 2027}', "{}", "["):
        (folder / "year.json").write_text(said)
        assert any(line.startswith("year.json: what lies here") for line in verify(folder, vkey(key)).findings)


def rename(folder):
    (folder / "earlier" / "2027").rename(folder / "earlier" / "2025")


def swap(folder):
    (folder / "earlier" / "2026").rename(folder / "kept")
    (folder / "earlier" / "2027").rename(folder / "earlier" / "2026")
    (folder / "kept").rename(folder / "earlier" / "2027")


def double(folder):
    shutil.copytree(folder / "earlier" / "2027", folder / "earlier" / "2029")


def double_the_first(folder):
    shutil.copytree(folder / "earlier" / "2026", folder / "earlier" / "2027", dirs_exist_ok=True)


def put_an_old_one_first(folder):
    later = shutil.copytree(folder, folder.with_name("later"), ignore=shutil.ignore_patterns("earlier"))
    for path in folder.iterdir():
        if path.name != "earlier":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(folder / "earlier" / "2027", folder, dirs_exist_ok=True)
    shutil.rmtree(folder / "earlier" / "2027")
    later.rename(folder / "earlier" / "2028")


@pytest.mark.parametrize("known", [LINE, f"{LINE}/2027"])
@pytest.mark.parametrize("deed", [rename, swap, double, double_the_first, put_an_old_one_first])
def test_part_of_one_year_is_not_taken_for_part_of_another(log, key, tmp_path, deed, known):
    of_anna = Selection(actor="anna")
    made = excerpt(log, tmp_path / "part", of_anna, vkeys=[vkey(key)], at=AT, by="eva", key=key, origin=LINE)
    assert verify(made.folder, vkey(key, known)).ok
    deed(made.folder)
    assert any(line.startswith("earlier") for line in verify(made.folder, vkey(key, known)).findings)


@pytest.mark.parametrize("asked", ['{"actr": "bo"}', '{"since": 5}', '{"role": ["handler"]}', '{"x": "\\nNOTE"}'])
def test_what_was_asked_for_is_only_what_is_checked(log, key, tmp_path, asked):
    until = Selection(until=datetime(2027, 1, 1, tzinfo=UTC))
    made = excerpt(log, tmp_path / "part", until, vkeys=[vkey(key)], at=AT, by="eva", key=key, origin=LINE)
    (made.folder / "selection.json").write_text(asked)
    assert "2028: selection.json: missing, or not readable" in verify(made.folder, vkey(key)).findings


@pytest.mark.parametrize("size", ["-5", "+8", "08", "0_8", "٨", " 8"])
def test_a_size_is_written_in_one_way(folder, key, size):
    origin, _, root, *_ = (folder / "checkpoint").read_text("utf-8").split("\n")
    (folder / "checkpoint").write_text(Signer(origin, key).sign(f"{origin}\n{size}\n{root}\n"), "utf-8")
    assert verify(folder, vkey(key)).findings == ["2028: checkpoint: missing, or not a checkpoint"]


@pytest.mark.parametrize("size", ["-5", "+8", "08", "0_8", "٨"])
def test_a_size_that_somebody_wrote_down_is_written_in_one_way(exported, key, size):
    origin, _, root, *_ = (exported.folder / "checkpoint").read_text("utf-8").split("\n")
    said = f"{origin} {size} {root}"
    found = verify(exported.folder, vkey(key), said=[said]).findings
    assert found == [f"2028: not a line of origin, size and root: {said}"]


def test_what_only_points_elsewhere_does_not_belong(folder, key, tmp_path):
    (folder / "more").symlink_to(tmp_path)
    assert verify(folder, vkey(key)).findings == ["2028: more: does not belong to a log of 8 leaves"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("events.jsonl", '"status_detail"', '"status_detail":"denied","status_detail"'),
        ("events.jsonl", '"type":"', '"type":"manager'),
        ("events.csv", '{""number"":0}', '{""number"":1,""number"":0}'),
        ("events.cef", " act=", " act=case.closed act="),
    ],
)
def test_a_row_says_each_thing_once_and_as_the_entry_does(folder, key, name, old, new):
    row = (folder / name).read_bytes().decode()
    assert old in row
    (folder / name).write_bytes(row.replace(old, new, 1).encode())
    assert any(name in line for line in verify(folder, vkey(key)).findings)
