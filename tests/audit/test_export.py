from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import tree
from app.audit.actions import ACTIONS
from app.audit.export import export
from app.audit.folder import bundle
from app.audit.log import record
from app.audit.models import AuditEntry
from app.audit.note import Checkpoint, Signer
from app.audit.sequencer import checkpoint, sequence
from app.audit.verifier import verification
from app.audit.verify import verify
from app.db import Base, Database
from app.errors import BadInput

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "dygnet.example.org/log/2026"
KEPT_TO = {"case.opened", "contact.first", "case.breached", "case.merged", "step.taken"}
DEEDS = sorted({*ACTIONS} - KEPT_TO - {"log.year_closed", "log.year_opened"})
"""Any but those by which the promise and the log's years are worked out: what is invented here keeps none."""

TABLES = [
    table
    for name, table in Base.metadata.tables.items()
    if name.startswith("audit_") or name in ("edition", "programme_versions", "staff_people")
]
"""The log, and what an entry is written with."""

SIZES = (3, 256, 300, 599)
"""The kept checkpoints; the export itself makes one of 600."""


@pytest.fixture(scope="module")
def log(tmp_path_factory, key):
    folder = tmp_path_factory.mktemp("log")
    db = Database(f"sqlite:///{folder}/log.db")
    Base.metadata.create_all(db.engine, TABLES)
    written = 0
    for size in SIZES:
        with db.transaction() as session:
            for number in range(written, size):
                record(
                    session,
                    at=NOON,
                    by="åsa" if number % 7 else "=åsa",
                    action=DEEDS[number % len(DEEDS)],
                    about=f"{number:032x}",
                    because="a=b|c\\d" if number % 5 else "",
                    number=number,
                    note="it's = 1" if number % 2 else "-2",
                )
            session.flush()
            sequence(session, at=NOON)
            checkpoint(session, key, at=NOON, origin=ORIGIN)
        written = size
    yield db
    db.close()


@pytest.fixture(scope="module")
def exported(log, key, tmp_path_factory):
    return export(log, tmp_path_factory.mktemp("export") / "log", key=key, origin=ORIGIN, at=NOON, by="operator")


@pytest.fixture
def folder(exported, tmp_path):
    """A copy to tamper with."""
    return shutil.copytree(exported.folder, tmp_path / "copy")


@pytest.fixture(scope="session")
def vkey(key):
    return str(Signer(ORIGIN, key).verifier_key)


def test_an_export_holds_what_the_specification_asks_for(exported):
    names = {path.relative_to(exported.folder).as_posix() for path in exported.folder.rglob("*") if path.is_file()}
    assert names == {
        "checkpoint",
        "log.vkey",
        "README.txt",
        "verify_log.py",
        "events.jsonl",
        "events.csv",
        "events.cef",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/88",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/88",
        *(f"checkpoints/{size}.note" for size in (*SIZES, 600)),
    }
    assert (exported.size, exported.damage) == (600, None)
    assert (exported.folder / "checkpoint").read_text("utf-8").splitlines()[:2] == [ORIGIN, "600"]


def test_an_untouched_export_verifies_and_says_what_was_checked(exported, vkey):
    seen = []
    report = verify(exported.folder, vkey, progress=lambda done, total: seen.append((done, total)))
    assert report.findings == []
    assert seen == [(256, 600), (512, 600), (600, 600)]
    assert report.checked == [
        f"signature of the checkpoint: {ORIGIN}, 600 leaves",
        "signatures of 5 kept checkpoints and 0 held by you",
        "no file in the folder that does not belong",
        "600 entries against their leaf hashes",
        "4 tiles against the leaves below them",
        "the root of all leaves against the checkpoint",
        "consistency: the log's beginning against 5 older checkpoints",
        "600 rows of events.jsonl against the entries",
        "600 rows of events.csv against the entries",
        "600 rows of events.cef against the entries",
        "0 entries against the programmes that the log brought into force",
        "the promise, worked out from the entries: 0 cases, 0 in contact within 24 hours, 0 not, 0 with time left",
        "0 steps against their moments: 0 late by over a minute, the worst by 0.0 s",
    ]
    assert report.remarks == []


def test_the_single_file_verifies_alone(exported, vkey):
    run = subprocess.run(
        [sys.executable, "-I", "verify_log.py", ".", "--key", vkey],
        cwd=exported.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith("Nothing is wrong with what was checked.\n")
    assert not (exported.folder / "__pycache__").exists()


def test_the_folders_own_key_is_not_trusted_silently(exported, capsys):
    assert verification.main([str(exported.folder)]) == 0
    assert "key taken from the folder itself; compare it with the one you were given" in capsys.readouterr().out


def test_a_folder_that_is_not_a_log_is_a_mistake_of_its_own(tmp_path, capsys):
    assert verification.main([str(tmp_path)]) == 2
    assert "not an exported log" in capsys.readouterr().err


def test_an_export_does_not_mix_with_what_is_there(log, key, exported):
    with pytest.raises(BadInput, match="not empty"):
        export(log, exported.folder, key=key, origin=ORIGIN, at=NOON, by="operator")


def read_bundle(path: Path) -> list[bytes]:
    raw, entries = path.read_bytes(), []
    while raw:
        length = int.from_bytes(raw[:2])
        entries.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return entries


def change_bundle(folder, change, number="000"):
    path = folder / "tile/entries" / number
    entries = read_bundle(path)
    change(entries)
    path.write_bytes(bundle(entries))


def edit(entries):
    entries[17] = entries[17].replace(b'"result":"done"', b'"result":"gone"')


def swap(entries):
    entries[17], entries[18] = entries[18], entries[17]


def remove(entries):
    del entries[17]


def squeeze_in(entries):
    entries.insert(17, entries[16])


def change_view(folder, name, old, new):
    path = folder / name
    before = path.read_bytes()
    assert old.encode() in before
    path.write_bytes(before.replace(old.encode(), new.encode(), 1))


def drop_row(folder, name, row):
    path = folder / name
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:row] + rows[row + 1 :]))


def swap_rows(folder, name, row):
    path = folder / name
    rows = path.read_bytes().splitlines(keepends=True)
    rows[row], rows[row + 1] = rows[row + 1], rows[row]
    path.write_bytes(b"".join(rows))


def flip(folder, name, place):
    path = folder / name
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def change_signature(folder, name):
    path = folder / name
    note = path.read_text("utf-8")
    path.write_text(note[:-20] + ("A" if note[-20] != "A" else "B") + note[-19:], "utf-8")


def cut(folder, name, count):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-count])


TAMPERINGS = {
    "an edited entry": (
        lambda folder: change_bundle(folder, edit),
        "leaf 17: entry does not hash to the stored leaf hash",
    ),
    "two entries swapped": (
        lambda folder: change_bundle(folder, swap),
        "leaves 17 to 18: entry does not hash to the stored leaf hash",
    ),
    "an entry removed": (
        lambda folder: change_bundle(folder, remove),
        "leaves 17 to 254: entry does not hash to the stored leaf hash",
    ),
    "an entry squeezed in": (
        lambda folder: change_bundle(folder, squeeze_in),
        "tile/entries/000: holds 257 entries instead of 256",
    ),
    "the last entry cut off": (
        lambda folder: change_bundle(folder, lambda entries: entries.pop(), "002.p/88"),
        "leaf 599: entry is missing",
    ),
    "a bundle cut short": (
        lambda folder: cut(folder, "tile/entries/001", 3),
        "leaf 511: entry does not hash to the stored leaf hash",
    ),
    "a bundle gone": (
        lambda folder: (folder / "tile/entries/001").unlink(),
        "tile/entries/001: missing, with the entries of leaves 256 to 511",
    ),
    "a leaf hash changed": (
        lambda folder: flip(folder, "tile/0/000", 17 * 32),
        "leaf 17: entry does not hash to the stored leaf hash",
    ),
    "an upper hash changed": (
        lambda folder: flip(folder, "tile/1/000.p/2", 40),
        "tile/1/000.p/2: hash 1 is not the root of leaves 256 to 511",
    ),
    "an upper tile gone": (lambda folder: (folder / "tile/1/000.p/2").unlink(), "tile/1/000.p/2: missing"),
    "a tile cut short": (lambda folder: cut(folder, "tile/0/001", 1), "tile/0/001: 8191 bytes instead of 8192"),
    "a signature changed": (
        lambda folder: change_signature(folder, "checkpoint"),
        f"checkpoint: the signature of {ORIGIN} is wrong",
    ),
    "a kept checkpoint's signature changed": (
        lambda folder: change_signature(folder, "checkpoints/300.note"),
        f"checkpoints/300.note: the signature of {ORIGIN} is wrong",
    ),
    "a kept checkpoint renamed": (
        lambda folder: (folder / "checkpoints/300.note").rename(folder / "checkpoints/301.note"),
        "checkpoints/301.note: named for another size than it is signed for, 300",
    ),
    "the newest kept checkpoint gone": (
        lambda folder: (folder / "checkpoints/600.note").unlink(),
        "checkpoint: not among the kept checkpoints",
    ),
    "an older checkpoint put in the newest one's place": (
        lambda folder: shutil.copy(folder / "checkpoints/300.note", folder / "checkpoint"),
        "checkpoints/600.note: signed for 600 leaves, but the log ends after 300",
    ),
    "a checkpoint that is none": (
        lambda folder: (folder / "checkpoint").write_text("hello\n"),
        "checkpoint: missing, or not a checkpoint",
    ),
    "a file too many": (
        lambda folder: (folder / "tile/0/003.p").mkdir() or (folder / "tile/0/003.p/9").write_bytes(b""),
        "tile/0/003.p/9: does not belong to a log of 600 leaves",
    ),
    "another verifier": (
        lambda folder: (folder / "verify_log.py").write_text("print('all is well')\n"),
        "verify_log.py: not the verifier that belongs to this version; do not run it",
    ),
    "a CSV cell changed": (
        lambda folder: change_view(folder, "events.csv", ",approach.told,", ",approach.ended,"),
        "differs from the entry in action",
    ),
    "a JSON line changed": (
        lambda folder: change_view(folder, "events.jsonl", '"number":17', '"number":18'),
        "leaf 17: events.jsonl differs from the entry in entry",
    ),
    "a CEF line changed": (
        lambda folder: change_view(folder, "events.cef", 'cs3={"note":"it\'s \\= 1","number":17}', "cs3={}"),
        "leaf 17: events.cef differs from the entry in facts",
    ),
    "a row's leaf hash changed": (
        lambda folder: change_view(folder, "events.csv", "\n17,", "\n17,0"),
        "leaf 17: events.csv has another leaf hash",
    ),
    "a row removed": (lambda folder: drop_row(folder, "events.jsonl", 17), "leaf 17: no row in events.jsonl"),
    "rows swapped": (lambda folder: swap_rows(folder, "events.cef", 17), "leaf 17: no row in events.cef"),
    "the last row removed": (lambda folder: drop_row(folder, "events.csv", 600), "leaf 599: no row in events.csv"),
    "a row that is no row": (
        lambda folder: change_view(folder, "events.jsonl", '{"activity_id"', "{activity_id"),
        "events.jsonl: row 1 cannot be read",
    ),
    "a row too deep to read": (
        lambda folder: change_view(folder, "events.jsonl", '{"activity_id"', "[" * 100_000),
        "events.jsonl: row 1 cannot be read",
    ),
    "a view gone": (
        lambda folder: (folder / "events.cef").unlink(),
        "events.cef: missing, or not readable to its end",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_and_the_place_is_named(folder, vkey, tampering):
    tamper, message = TAMPERINGS[tampering]
    tamper(folder)
    report = verify(folder, vkey)
    assert any(message in finding for finding in report.findings), report.findings
    assert not report.ok


@pytest.mark.parametrize("name", ["events.jsonl", "events.csv", "events.cef"])
def test_a_row_more_than_there_are_leaves_is_found(folder, vkey, name):
    path = folder / name
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*rows, rows[-1]]))
    assert verify(folder, vkey).findings == [f"{name}: a row too many for leaf 599"]


def rebuild(folder: Path, change, sizes, signer: Signer) -> None:
    """What one can do who holds a signing key: change entries, and make the whole folder fit."""
    entries = [entry for path in ("000", "001", "002.p/88") for entry in read_bundle(folder / "tile/entries" / path)]
    change(entries)
    leaves = [tree.leaf_hash(entry) for entry in entries]
    for tile in tree.Edge().extend(leaves):
        width = f".p/{len(tile.hashes)}" if len(tile.hashes) < 256 else ""
        (folder / f"tile/{tile.level}/{tile.number:03}{width}").write_bytes(b"".join(tile.hashes))
    for number, path in enumerate(("000", "001", "002.p/88")):
        (folder / "tile/entries" / path).write_bytes(bundle(entries[number * 256 : number * 256 + 256]))
    for size in sizes:
        note = signer.sign(Checkpoint(ORIGIN, size, tree.root(leaves[:size])).text)
        (folder / f"checkpoints/{size}.note").write_text(note, "utf-8")
    shutil.copy(folder / "checkpoints/600.note", folder / "checkpoint")


def test_a_log_made_anew_with_another_key_is_not_signed_by_ours(folder, vkey):
    thief = Signer(ORIGIN, Ed25519PrivateKey.generate())
    rebuild(folder, edit, (*SIZES, 600), thief)
    (folder / "log.vkey").write_text(f"{thief.verifier_key}\n")
    report = verify(folder, vkey)
    assert report.findings == ["checkpoint: not signed by the key"]
    assert report.remarks == [
        "log.vkey does not hold the key you gave; yours is the one that counts",
        "the leaves were not checked: nothing that is signed says how many there are",
    ]


def test_a_log_signed_anew_with_the_stolen_key_contradicts_the_kept_checkpoints(folder, vkey, key):
    rebuild(folder, edit, (600,), Signer(ORIGIN, key))
    findings = verify(folder, vkey).findings
    assert (
        "checkpoints/256.note: the first 256 leaves are not those it signed; look between leaf 3 and leaf 255"
        in findings
    )
    assert "leaf 17: events.csv differs from the entry in result" in findings


def test_a_checkpoint_the_auditor_held_on_to_contradicts_even_a_wholly_rewritten_log(folder, vkey, key, tmp_path):
    held = shutil.copy(folder / "checkpoints/300.note", tmp_path / "kept-in-march.note")
    rebuild(folder, edit, (*SIZES, 600), Signer(ORIGIN, key))
    assert any(
        "held checkpoint kept-in-march.note: the first 300 leaves are not those it signed" in finding
        for finding in verify(folder, vkey, held=[held]).findings
    )


def test_a_log_cut_off_by_the_one_with_the_key_contradicts_the_checkpoint_the_auditor_held(log, key, vkey, tmp_path):
    old = Database(f"sqlite:///{tmp_path}/rolled-back.db")
    Base.metadata.create_all(old.engine, TABLES)
    export(old, tmp_path / "short", key=key, origin=ORIGIN, at=NOON, by="operator")
    old.close()
    longer = export(log, tmp_path / "long", key=key, origin=ORIGIN, at=NOON, by="operator")
    report = verify(tmp_path / "short", vkey, held=[longer.folder / "checkpoint"])
    assert report.findings == [f"held checkpoint checkpoint: signed for {longer.size} leaves, but the log ends after 1"]


def test_rows_say_in_each_view_what_the_entry_says(exported):
    rows = list(csv.DictReader((exported.folder / "events.csv").read_text("utf-8-sig").splitlines()))
    events = [json.loads(line) for line in (exported.folder / "events.jsonl").read_text("utf-8").splitlines()]
    entries = read_bundle(exported.folder / "tile/entries/000")
    for place in (0, 17, 255):
        entry = json.loads(entries[place])
        assert events[place]["unmapped"] == entry
        assert events[place]["leaf_index"] == place == int(rows[place]["leaf_index"])
        assert events[place]["leaf_hash"] == rows[place]["leaf_hash"] == tree.leaf_hash(entries[place]).hex()
        assert events[place]["type_uid"] == events[place]["class_uid"] * 100 + events[place]["activity_id"]
        assert events[place]["time"] == int(NOON.timestamp() * 1000)
    assert rows[0]["actor"] == "'=åsa"
    assert rows[1]["actor"] == "åsa"


def test_a_damaged_log_is_exported_as_it_is_and_the_verifier_names_the_leaf(key, vkey, tmp_path):
    db = Database(f"sqlite:///{tmp_path}/log.db")
    Base.metadata.create_all(db.engine, TABLES)
    with db.transaction() as session:
        for _ in range(5):
            record(session, at=NOON, by="anna", action="case.read")
    export(db, tmp_path / "before", key=key, origin=ORIGIN, at=NOON, by="operator")
    with db.transaction() as session:
        entry = session.get(AuditEntry, 3)
        entry.body = entry.body.replace(b"anna", b"anne")
    done = export(db, tmp_path / "after", key=key, origin=ORIGIN, at=NOON, by="operator")
    db.close()
    assert done.damage is None
    assert "leaf 2: entry does not hash to the stored leaf hash" in verify(done.folder, vkey).findings


def test_an_entry_beyond_reading_is_still_exported(key, vkey, tmp_path):
    db = Database(f"sqlite:///{tmp_path}/log.db")
    Base.metadata.create_all(db.engine, TABLES)
    with db.transaction() as session:
        record(session, at=NOON, by="anna", action="case.read")
        sequence(session, at=NOON)
    with db.transaction() as session:
        session.get(AuditEntry, 1).body = b"\xff not JSON"
    done = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=NOON, by="operator")
    db.close()
    findings = verify(done.folder, vkey).findings
    assert "leaf 0: entry does not hash to the stored leaf hash" in findings
    assert "leaf 0: no row in events.csv" in findings


def test_a_new_key_leaves_the_old_checkpoints_verifiable(key, tmp_path):
    db = Database(f"sqlite:///{tmp_path}/log.db")
    Base.metadata.create_all(db.engine, TABLES)
    old = Ed25519PrivateKey.generate()
    with db.transaction() as session:
        for signer in (old, key):
            checkpoint(session, signer, at=NOON, origin=ORIGIN, again=True)
    former = [str(Signer(ORIGIN, old).verifier_key)]
    done = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=NOON, by="operator", former_vkeys=former)
    db.close()
    assert {path.name for path in (done.folder / "checkpoints").iterdir()} == {"0.note", "0-2.note", "1.note"}
    assert verify(done.folder, [done.vkey, *former]).findings == []
    assert verify(done.folder, done.vkey).findings == ["checkpoints/0.note: not signed by the key"]
    assert (done.folder / "log.vkey").read_text().splitlines() == [done.vkey, *former]


def test_a_tile_gone_together_with_its_entries_is_found(folder, vkey):
    (folder / "tile/entries/001").unlink()
    (folder / "tile/0/001").unlink()
    findings = verify(folder, vkey).findings
    assert "tile/0/001: missing" in findings
    assert (
        "checkpoints/300.note: the first 300 leaves are not those it signed; look between leaf 256 and leaf 299"
        in findings
    )
