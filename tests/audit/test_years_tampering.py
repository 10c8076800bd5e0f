"""Who changes a log of several years, with all the rights there are, and which checker catches it with what evidence.

The second table of docs/the-log.md, with the same four checkers as the first (`test_tampering.py`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.anchoring.stamping import authority
from app.anchoring.witnessing import Witnessing
from app.audit import sequencer, trees, years
from app.audit.export import export
from app.audit.log import record
from app.audit.models import AuditTree
from app.audit.note import Checkpoint
from app.audit.verify import verify
from app.clock import wall_in
from app.db import Database
from app.witness.door import door_of
from app.witness.office import witness_in
from tests.audit.authority import authority_in
from tests.audit.test_tampering import CHECKERS, PAGE, SetClock
from tests.audit.turning import A_MINUTE, LINE, go_on, sign, vkey, write
from tests.audit.turning import EVE as A_LATER_EVE

EVE = A_LATER_EVE.replace(year=2025)
"""The authority's clock is the wall's, and no entry may be younger than its stamp."""

MORNING = EVE + 15 * A_MINUTE
OF_2025, OF_2026 = Path("earlier/2025"), Path()


@dataclass
class World:
    """Two years of a log, seen by a witness, at last stamped; what an auditor noted down on New Year's Day."""

    exported: Path
    office: Path
    witness: str
    root: Path
    line: str


def lived(db, key, *, by="anna", moved=0, look=lambda at: None):
    """Five entries before New Year and five after it, of those `moved` that were done before."""
    write(db, *[EVE] * (5 - moved), by=by)
    sign(db, key, EVE)
    look(EVE)
    go_on(db, key, MORNING)
    write(db, *[EVE] * moved, *[MORNING] * 5, by="anna")
    sign(db, key, MORNING)
    look(MORNING)


@pytest.fixture(scope="module")
def world(tmp_path_factory, sqlite_template, switchboard, key):
    folder = tmp_path_factory.mktemp("world")
    db, clock = opened(folder / "log.db", sqlite_template), SetClock()
    witness = witness_in(folder / "office", name="witness.example.org/w", logs=[vkey(key)])
    switchboard.app = door_of(witness, clock)
    witnessing = Witnessing(switchboard.url, witness.signer.verifier_key)

    def look(at):
        clock.at = at
        witnessing.look(db, at=at)

    with authority_in(folder / "tsa") as stamps:
        stamping = authority(stamps.url, stamps.root)
        lived(db, key, look=look)
        for seconds in (0, 7200):  # the closed year's final checkpoint, and in its turn the present one's
            stamping.look(db, at=wall_in(seconds))
        with db.reading() as session:
            head = sequencer.latest_checkpoint(session)
            line = Checkpoint(f"{LINE}/2026", head.size, head.root).line
        at = {"at": wall_in(0), "by": "eva", "tsa_certificate": stamps.root}
        made = export(db, folder / "exported", key=key, origin=LINE, **at)
        db.close()
        yield World(made.folder, folder / "office", str(witnessing.key), stamps.root, line)


def opened(path, sqlite_template) -> Database:
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite:///{path}")


@dataclass
class Attack:
    """Somebody with the key, the folder that they give to the auditor, and room for another log of theirs."""

    folder: Path
    key: object
    room: Path
    template: Path

    def another(self, live=lived, **how) -> Path:
        """The log as they would rather have it, exported."""
        db = opened(self.room / "other.db", self.template)
        live(db, self.key, **how)
        made = export(db, self.room / "other", key=self.key, origin=LINE, at=MORNING, by="eva")
        db.close()
        return made.folder

    def put(self, source: Path, place: Path) -> None:
        """One year of another log in the place of this one's."""
        shutil.rmtree(self.folder / place)
        shutil.copytree(source, self.folder / place)


def leave_out(attack):
    shutil.rmtree(attack.folder / "earlier")


def cut_off(attack):
    """The old year without its last leaves, signed anew."""

    def before_its_end(db, key):
        write(db, *[EVE] * 3)
        sign(db, key, EVE)

    db = opened(attack.room / "short.db", attack.template)
    before_its_end(db, attack.key)
    made = export(db, attack.room / "short", key=attack.key, origin=LINE, at=EVE, by="eva")
    db.close()
    attack.put(made.folder, OF_2025)


def replace(attack):
    attack.put(attack.another(by="bo") / OF_2025, OF_2025)


def close_twice(attack):
    def with_two(db, key):
        write(db, *[EVE] * 4)
        with db.transaction() as session:
            record(session, at=EVE, by="engine", action=years.CLOSED, year=2025, next=f"{LINE}/2026")
        lived(db, key)

    attack.folder = attack.another(with_two)


def name_another_root(attack):
    """The new year begins with another end of the old one than it had."""

    def forged(db, key):
        write(db, *[EVE] * 5)
        sign(db, key, EVE)
        with db.transaction() as session:
            years._append(session, years.CLOSED, at=MORNING, year=2025, next=f"{LINE}/2026")
            final = sequencer.checkpoint(session, key, at=MORNING, origin=LINE)
            session.flush()
            session.add(AuditTree(number=2, year=2026, first=trees.places(session), before_id=final.id, at=MORNING))
            session.flush()
            end = {"before": LINE, "before_size": final.size, "before_root": "00" * 32}
            years._append(session, years.OPENED, at=MORNING, year=2026, **end)
        sign(db, key, MORNING)

    attack.folder = attack.another(forged)


def move(attack):
    """Two entries of the old year are in the new one, and everything is signed anew."""
    attack.folder = attack.another(moved=2)


def sign_both_anew(attack):
    attack.folder = attack.another(by="bo")


NO_STAMP = "no time stamp, though you brought"
ANOTHER_LINE = "leaves are not those it signed"
HELD = "held checkpoint"
DEEDS = {
    "leave a year out": (leave_out, {"alone": "the tree before, dygnet/log with 6 leaves, is not here"}),
    "cut off the last leaves of a closed year": (cut_off, {"alone": "names none as the next tree", "witness": HELD}),
    "put another in a year's place": (
        replace,
        {"alone": "leaf 2026/0: says that the tree before was", "witness": HELD},
    ),
    "close a year twice": (close_twice, {"alone": "leaf 2025/4: the year is closed, but its tree goes on"}),
    "name another root in the first leaf": (name_another_root, {"alone": "leaf 2026/0: says that the tree before was"}),
    "move entries across New Year": (move, {"line": ANOTHER_LINE, "witness": HELD, "stamp": NO_STAMP}),
    "sign two years anew": (sign_both_anew, {"line": ANOTHER_LINE, "witness": HELD, "stamp": NO_STAMP}),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_whoever_changes_a_log_of_years_is_caught_by_these_checkers_with_this_evidence(
    world, key, deed, tmp_path, sqlite_template
):
    change, caught = DEEDS[deed]
    attack = Attack(shutil.copytree(world.exported, tmp_path / "given"), key, tmp_path, sqlite_template)
    change(attack)
    held = sorted(world.office.glob("logs/*/seen/*.note"))
    alone, stamped = bare(attack.folder, tmp_path / "alone", stamps=False), bare(attack.folder, tmp_path / "stamped")
    found = {
        "alone": verify(alone, vkey(key)).findings,
        "line": verify(alone, vkey(key), said=[world.line]).findings,
        "witness": verify(attack.folder, vkey(key), held=held, witnesses=[world.witness]).findings,
        "stamp": verify(stamped, vkey(key), authority=world.root).findings,
    }
    for checker in CHECKERS:
        evidence = caught.get(checker) or caught.get("alone")
        assert bool(found[checker]) == bool(evidence), (checker, found[checker])
        assert not evidence or any(evidence in line for line in found[checker]), (checker, found[checker])


def test_an_untouched_log_of_years_is_caught_by_nobody(world, key):
    held = sorted(world.office.glob("logs/*/seen/*.note"))
    brought = {"said": [world.line], "held": held, "witnesses": [world.witness], "authority": world.root}
    assert verify(world.exported, vkey(key), **brought).findings == []


def bare(folder: Path, copy: Path, *, stamps: bool = True) -> Path:
    """The folder as it would be if no witness had been asked."""
    shutil.copytree(folder, copy)
    for place in (copy, *copy.glob("earlier/*")):
        shutil.rmtree(place / "cosigned", ignore_errors=True)
        (place / "witness.vkey").unlink(missing_ok=True)
        for stamp in () if stamps else (place / "checkpoints").glob("*.tsr"):
            stamp.unlink()
    return copy


@pytest.mark.parametrize("deed", DEEDS)
def test_the_page_tells_of_each_deed_over_years_what_catches_it(deed):
    (row,) = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| {deed} |")]
    told = [cell.strip() for cell in row.strip("|").split("|")][1:5]
    _, caught = DEEDS[deed]
    assert [cell != "-" for cell in told] == [bool(caught.get(checker) or caught.get("alone")) for checker in CHECKERS]
