"""Who changes the log, with all the rights there are, and which checker catches it with what evidence.

The table is that of docs/the-log.md. Four checkers, from the least to the most that somebody brought along: the folder
and the log's key `alone`; one `line` that an auditor wrote down; a `witness`, who is asked to sign, and what it kept; a
time `stamp`.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.anchoring.stamping import authority
from app.anchoring.witnessing import Witnessing
from app.audit.anchors_models import AuditRefusal
from app.audit.export import export
from app.audit.log import record
from app.audit.models import AuditCheckpoint
from app.audit.note import Checkpoint, Signer
from app.audit.sequencer import checkpoint, latest_checkpoint, sequence
from app.audit.verify import verify
from app.clock import wall_in
from app.db import Database
from app.witness.door import door_of
from app.witness.office import witness_in
from tests.audit.authority import authority_in

ORIGIN = "dygnet.example.org/log"
START = wall_in(0) - timedelta(hours=6)
"""The authority's clock is the wall's."""

SIZES = (100, 200, 300)
PAGE = Path("docs/the-log.md")
AS_BOBO = "CAST(replace(CAST(body AS TEXT), 'anna', 'bobo') AS BLOB)"


class SetClock:
    speed = 1.0
    at = START

    def now(self) -> datetime:
        return self.at


@dataclass
class World:
    """A log of six hours, three times signed and seen by a witness, at last stamped; what an auditor noted down."""

    folder: Path
    key: object
    clock: SetClock
    witnessing: Witnessing
    stamping: object
    line: str = ""

    @property
    def vkey(self) -> str:
        return str(Signer(ORIGIN, self.key).verifier_key)

    def opened(self, path: Path) -> Database:
        return Database(f"sqlite:///{path}")


def write(db: Database, key, numbers, *, at, by="anna") -> None:
    with db.transaction() as session:
        for number in numbers:
            record(session, at=at, by=by, action="case.read", number=number)
    sign(db, key, at=at)


def sign(db: Database, key, *, at) -> None:
    with db.transaction() as session:
        sequence(session, at=at)
        checkpoint(session, key, at=at, origin=ORIGIN)


@pytest.fixture(scope="module")
def world(tmp_path_factory, sqlite_template, switchboard, key):
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / "log.db")
    clock = SetClock()
    witness = witness_in(folder / "office", name="witness.example.org/w", logs=[str(Signer(ORIGIN, key).verifier_key)])
    switchboard.app = door_of(witness, clock)
    with authority_in(folder / "tsa") as stamps:
        made = World(
            folder,
            key,
            clock,
            Witnessing(switchboard.url, witness.signer.verifier_key),
            authority(stamps.url, stamps.root),
        )
        db = made.opened(folder / "log.db")
        for size, hours in zip(SIZES, (0, 2, 6), strict=True):
            clock.at = START + timedelta(hours=hours)
            write(db, key, range(size - 100, size), at=clock.at)
            made.witnessing.look(db, at=clock.at)
        made.stamping.look(db, at=clock.at)
        with db.reading() as session:
            head = latest_checkpoint(session)
            made.line = Checkpoint(ORIGIN, head.size, head.root).line
        db.close()
        yield made


@pytest.fixture
def attacked(world, switchboard, tmp_path):
    """A copy of the database, whose triggers are gone, and a copy of the witness as it was before the attack."""
    with sqlite3.connect(world.folder / "log.db") as source:
        source.execute("VACUUM INTO ?", (str(tmp_path / "log.db"),))
    source.close()
    shutil.copytree(world.folder / "office", tmp_path / "office")
    switchboard.app = door_of(witness_in(tmp_path / "office"), world.clock)
    world.clock.at = START + timedelta(hours=6)
    db = world.opened(tmp_path / "log.db")
    without_triggers(db)
    yield db
    db.close()


def without_triggers(db: Database) -> None:
    with db.transaction() as session:
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))


def run(db: Database, *statements: str) -> None:
    with db.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def edit(db, _):
    run(db, f"UPDATE audit_entries SET body = {AS_BOBO} WHERE id = 18")  # noqa: S608 - the statement is ours


def remove(db, _):
    run(
        db,
        "DELETE FROM audit_leaves WHERE leaf_index = 17",
        "DELETE FROM audit_entries WHERE id = 18",
        "UPDATE audit_leaves SET leaf_index = -leaf_index WHERE leaf_index > 17",
        "UPDATE audit_leaves SET leaf_index = -leaf_index - 1 WHERE leaf_index < 0",
    )


def squeeze_in(db, _):
    run(
        db,
        f"INSERT INTO audit_entries (id, at, body) SELECT 9999, at, {AS_BOBO} FROM audit_entries WHERE id = 18",  # noqa: S608
        "UPDATE audit_leaves SET leaf_index = -leaf_index - 1 WHERE leaf_index > 17",
        "UPDATE audit_leaves SET leaf_index = -leaf_index WHERE leaf_index < 0",
        "INSERT INTO audit_leaves SELECT 18, 9999, leaf_hash, sequenced_at FROM audit_leaves WHERE leaf_index = 17",
    )


def reorder(db, _):
    run(
        db,
        "UPDATE audit_leaves SET leaf_index = -1 WHERE leaf_index = 17",
        "UPDATE audit_leaves SET leaf_index = 17 WHERE leaf_index = 18",
        "UPDATE audit_leaves SET leaf_index = 18 WHERE leaf_index = -1",
    )


def begin_anew(db) -> None:
    anchors = ("audit_cosignatures", "audit_time_stamps", "audit_refusals")
    tables = (*anchors, "audit_checkpoints", "audit_unsequenced", "audit_leaves", "audit_tiles", "audit_entries")
    run(db, *(f"DELETE FROM {table}" for table in tables))  # noqa: S608 - the statement is ours


def rewrite(db, key, *, upto=300, by="anna", said=lambda number: "anna") -> None:
    """Everything anew, as one who has the log's key can: each leaf, each tile, each checkpoint at its old size."""
    begin_anew(db)
    for size, hours in zip(SIZES, (0, 2, 6), strict=True):
        if size > upto:
            return
        at = START + timedelta(hours=hours)
        with db.transaction() as session:
            for number in range(size - 100, size):
                record(session, at=at, by=said(number), action="case.read", number=number)
        sign(db, key, at=at)


def truncate(db, key):
    rewrite(db, key, upto=200)


def roll_back(db, key):
    """The backup of the night before, and the day goes on."""
    rewrite(db, key, upto=200)
    write(db, key, range(1000, 1150), at=START + timedelta(hours=6))


def sign_anew(db, key):
    rewrite(db, key, said=lambda number: "bobo" if number == 17 else "anna")
    write(db, key, range(300, 310), at=START + timedelta(hours=6))


def date_back(db, key):
    """An entry of today, with yesterday's date: nothing in the log is changed."""
    write(db, key, [300], at=START + timedelta(hours=1), by="bobo")


def fork(db, key):
    """The other auditor is shown this one, of the same length."""
    rewrite(db, key, said=lambda number: "bobo" if number > 250 else "anna")


NO_STAMP = "no time stamp, though you brought"
NOT_SIGNED = "the first 300 leaves are not those it signed"
DEEDS = {
    "edit": (edit, {"alone": "leaf 17: entry does not hash to the stored leaf hash", "witness": "leaf 17: "}),
    "delete": (remove, {"alone": "leaves 17 to ", "witness": "leaves 17 to "}),
    "insert": (squeeze_in, {"alone": "leaves 18 to ", "witness": "leaves 18 to "}),
    "reorder": (reorder, {"alone": "leaves 17 to 18: entry does not hash", "witness": "leaves 17 to 18: "}),
    "truncate": (
        truncate,
        {"line": "the line over 300 leaves: signed for 300", "witness": "asked to sign: behind", "stamp": NO_STAMP},
    ),
    "roll back": (roll_back, {"line": NOT_SIGNED, "witness": "asked to sign: inconsistent", "stamp": NO_STAMP}),
    "re-sign": (sign_anew, {"line": NOT_SIGNED, "witness": "asked to sign: inconsistent", "stamp": NO_STAMP}),
    "back-date": (date_back, {"witness": "leaf 300: dated back", "stamp": "leaf 300: dated back"}),
    "fork": (fork, {"line": NOT_SIGNED, "witness": "asked to sign: forked", "stamp": NO_STAMP}),
}
CHECKERS = ("alone", "line", "witness", "stamp")


@pytest.mark.parametrize("deed", DEEDS)
def test_whoever_changes_the_log_is_caught_by_these_checkers_with_this_evidence(attacked, world, deed, tmp_path):
    change, caught = DEEDS[deed]
    change(attacked, world.key)
    at = START + timedelta(hours=6, minutes=1)
    world.witnessing.look(attacked, at=at)
    with attacked.reading() as session:
        refused = [f"asked to sign: {row.because}" for row in session.query(AuditRefusal)]
    made = export(attacked, tmp_path / "log", key=world.key, origin=ORIGIN, at=at, by="eva")
    seen = {"held": sorted((tmp_path / "office").glob("logs/*/seen/*.note"))}
    seen["witnesses"] = [str(world.witnessing.key)]
    stamped = without_witness(made.folder, tmp_path / "stamped")
    alone = without_witness(made.folder, tmp_path / "alone", and_stamps=True)
    found = {
        "alone": verify(alone, world.vkey).findings,
        "line": verify(alone, world.vkey, said=[world.line]).findings,
        "witness": [*refused, *verify(made.folder, world.vkey, **seen).findings],
        "stamp": verify(stamped, world.vkey, authority=world.folder / "tsa" / "root.pem").findings,
    }
    for checker in CHECKERS:
        evidence = caught.get(checker) or (caught.get("alone") if checker in {"line", "stamp"} else None)
        assert bool(found[checker]) == bool(evidence), (checker, found[checker])
        assert not evidence or any(evidence in line for line in found[checker]), (checker, found[checker])


def without_witness(folder: Path, copy: Path, *, and_stamps: bool = False) -> Path:
    """The folder as it would be if nobody outside had been asked."""
    shutil.copytree(folder, copy)
    shutil.rmtree(copy / "cosigned", ignore_errors=True)
    (copy / "witness.vkey").unlink(missing_ok=True)
    for stamp in (copy / "checkpoints").glob("*.tsr") if and_stamps else ():
        stamp.unlink()
    return copy


def test_an_untouched_log_is_caught_by_nobody(attacked, world, tmp_path):
    world.witnessing.look(attacked, at=START + timedelta(hours=6, minutes=1))
    at = START + timedelta(hours=6, minutes=1)
    made = export(attacked, tmp_path / "log", key=world.key, origin=ORIGIN, at=at, by="eva")
    report = verify(
        made.folder,
        world.vkey,
        said=[world.line],
        held=sorted((tmp_path / "office").glob("logs/*/seen/*.note")),
        witnesses=[str(world.witnessing.key)],
        authority=world.folder / "tsa" / "root.pem",
    )
    assert report.ok, report.findings


def test_two_auditors_who_compare_find_the_fork_without_anybody_else(attacked, world, tmp_path):
    with attacked.reading() as session:
        ours = session.query(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).first().note
    (tmp_path / "ours.note").write_text(ours)
    fork(attacked, world.key)
    theirs = export(
        attacked, tmp_path / "theirs", key=world.key, origin=ORIGIN, at=START + timedelta(hours=7), by="eva"
    )
    assert verify(theirs.folder, world.vkey).ok
    assert any(NOT_SIGNED in line for line in verify(theirs.folder, world.vkey, held=[tmp_path / "ours.note"]).findings)


@pytest.mark.parametrize("deed", DEEDS)
def test_the_page_tells_of_each_deed_what_catches_it(deed):
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| {deed}")]
    told = [cell.strip() for cell in row.strip("|").split("|")][1:5]
    _, caught = DEEDS[deed]
    alone = "alone" in caught
    expected = [bool(caught.get(checker)) or (alone and checker in {"line", "stamp"}) for checker in CHECKERS]
    assert [cell != "-" for cell in told] == expected
