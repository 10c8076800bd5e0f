"""A backup of before New Year is brought back after it: the year turns a second time, otherwise, and outsiders notice.

docs/the-log.md says what to do then: "After a backup was brought back".
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.anchoring.witnessing import Witnessing
from app.audit import sequencer, trees
from app.audit.anchors_models import AuditRefusal
from app.audit.export import export
from app.audit.models import AuditCheckpoint
from app.audit.note import Checkpoint
from app.audit.verify import verify
from app.backup import files
from app.backup.making import back_up
from app.backup.restoring import restore
from app.db import Database
from app.witness.door import door_of
from app.witness.office import witness_in
from tests.audit.test_tampering import SetClock
from tests.audit.turning import A_MINUTE, EVE, LINE, NEW_YEAR, sign, vkey, write
from tests.backup.test_restoring import CHEAP, WORDS

MORNING = NEW_YEAR + A_MINUTE
BACK = MORNING + timedelta(hours=1)


class Office:
    """The auditor's witness, who looks whenever something is signed."""

    def __init__(self, folder: Path, key, switchboard, *, name: str):
        self.folder, self.clock = folder, SetClock()
        witness = witness_in(folder, name=name, logs=[vkey(key)])
        switchboard.app = door_of(witness, self.clock)
        self.witnessing = Witnessing(switchboard.url, witness.signer.verifier_key)
        self.key = str(witness.signer.verifier_key)

    def look(self, db, at):
        self.clock.at = at
        self.witnessing.look(db, at=at)

    @property
    def seen(self):
        return sorted(self.folder.glob("logs/*/seen/*.note"))


@pytest.fixture
def brought_back(tmp_path, sqlite_template, switchboard, key):
    """A line whose New Year's night is lost with its machine: what is there again, the line on paper, the witness."""
    (tmp_path / "lost.db").write_bytes(sqlite_template.read_bytes())
    lost, office = Database(f"sqlite:///{tmp_path}/lost.db"), Office(tmp_path / "office", key, switchboard, name="one")
    lock = files.lock_of(tmp_path, WORDS, cost=CHEAP)

    def live(at, first):
        write(lost, *[at] * 3, first=first)
        sign(lost, key, at)
        office.look(lost, at)

    live(EVE, 0)
    back_up(lost, tmp_path, lock, at=EVE, by="operator")
    live(EVE + A_MINUTE, 3)
    live(MORNING, 6)
    with lost.reading() as session:
        head = sequencer.latest_checkpoint(session)
        on_paper = Checkpoint(f"{LINE}/2027", head.size, head.root).line
    lost.close()
    again = Database(f"sqlite:///{tmp_path}/again.db")
    restore(again, tmp_path, lock, of=None, at=BACK, by="operator")
    yield again, on_paper, office
    again.close()


def refusals(db):
    """In which year's tree, and why."""
    rows = select(AuditCheckpoint.tree, AuditRefusal.because).join(AuditRefusal)
    with db.reading() as session:
        return session.execute(rows.order_by(AuditRefusal.id)).all()


def test_the_year_turns_again_whoever_holds_something_notices_and_with_a_new_witness_it_goes_on(
    brought_back, key, tmp_path, switchboard
):
    db, on_paper, office = brought_back
    for minutes in range(30):
        at = BACK + minutes * A_MINUTE
        write(db, at, first=100 + minutes)
        sign(db, key, at)
        office.look(db, at)
    with db.reading() as session:
        assert [tree.origin(LINE) for tree in trees.every(session)] == [LINE, f"{LINE}/2027"]
    assert sorted(refusals(db)) == [(1, "behind"), (2, "behind"), (2, "inconsistent")], "each once within the hour"

    made = export(db, tmp_path / "log", key=key, origin=LINE, at=at, by="eva").folder
    assert verify(made, vkey(key)).findings == [], "the log alone does not know what it has lost"
    (by_the_line,) = verify(made, vkey(key), said=[on_paper]).findings
    assert by_the_line.startswith("2027: the line over 4 leaves: the first 4 leaves are not those it signed")
    by_what_was_seen = verify(made, vkey(key), held=office.seen).findings
    assert [line.partition(",")[0] for line in by_what_was_seen[:2]] == [
        "2026: held checkpoint 7.note: signed for 7 leaves",
        "2026: held checkpoint 8.note: signed for 8 leaves",
    ]
    assert by_what_was_seen[2].startswith("2027: held checkpoint 4.note: the first 4 leaves are not those it signed")

    other = Office(tmp_path / "other", key, switchboard, name="two")
    other.look(db, at)
    write(db, at + A_MINUTE, first=200)
    sign(db, key, at + A_MINUTE)
    other.look(db, at + A_MINUTE)
    assert len(refusals(db)) == 3, "nobody refuses any more"
    made = export(db, tmp_path / "later", key=key, origin=LINE, at=at + A_MINUTE, by="eva").folder
    assert verify(made, vkey(key), held=other.seen, witnesses=[office.key, other.key]).findings == []
