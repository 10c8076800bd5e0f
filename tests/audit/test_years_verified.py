"""Trees of several years, offline: each whole, and each beginning with how the one before it ended."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.audit import trees
from app.audit.excerpt import excerpt
from app.audit.export import export
from app.audit.handovers import hand_over
from app.audit.log import record
from app.audit.note import Checkpoint
from app.audit.selection import Selection
from app.audit.verify import verify
from app.db import Base, Database
from app.errors import BadInput
from tests import desk
from tests.audit.turning import A_DAY, A_SECOND, EVE, LINE, NEW_YEAR, go_on, lived, sign, vkey, write
from tests.marks import ON_POSTGRESQL, ON_SQLITE

AT = datetime(2028, 12, 31, 23, 56, tzinfo=UTC)
TREES = (LINE, f"{LINE}/2027", f"{LINE}/2028")


@pytest.fixture(scope="module")
def log(tmp_path_factory, key, sqlite_template):
    folder = tmp_path_factory.mktemp("years")
    shutil.copy(sqlite_template, folder / "log.db")
    db = Database(f"sqlite:///{folder}/log.db")
    lived(db, key)
    yield db
    db.close()


@pytest.fixture(scope="module")
def exported(log, key, tmp_path_factory):
    return export(log, tmp_path_factory.mktemp("export") / "log", key=key, origin=LINE, at=AT, by="eva")


@pytest.fixture
def folder(exported, tmp_path):
    """A copy to tamper with."""
    return shutil.copytree(exported.folder, tmp_path / "copy")


def lines(report):
    return "\n".join(report.lines())


def test_every_year_is_checked_with_the_one_key_and_each_follows_from_the_one_before(exported, key):
    seen = []
    report = verify(exported.folder, vkey(key), progress=lambda done, total: seen.append((done, total)))
    assert report.findings == []
    assert report.remarks == []
    for origin in TREES:
        assert any(f"signature of the checkpoint: {origin}, " in line for line in report.checked)
    assert "2026: 7 entries against their leaf hashes" in report.checked
    assert "from year to year, each beginning against the end before it: 2026 (7 leaves), 2027 (8 leaves), 2028" in (
        lines(report)
    )
    assert (report.size, seen[-1]) == (exported.size, (exported.size, exported.size))


@pytest.mark.parametrize("origin", TREES)
def test_whoever_was_given_the_key_in_any_year_verifies_all_of_them(exported, key, origin):
    report = verify(exported.folder, vkey(key, origin))
    assert report.findings == report.remarks == []


def test_each_year_is_a_whole_export_that_the_public_formats_know(exported, key):
    for place, origin in ((exported.folder / "earlier" / "2027", TREES[1]), (exported.folder, TREES[2])):
        assert (place / "log.vkey").read_text("utf-8").split() == [vkey(key, origin), vkey(key)]
        note = (place / "checkpoint").read_text("utf-8")
        assert note.splitlines()[0] == origin
        assert f"\n— {origin} " in note
        assert (place / "verify_log.py").is_file()
    assert not (exported.folder / "earlier" / "2028").exists()


def test_the_file_that_ships_in_the_folder_says_the_same(exported, folder, key):
    def told(place):
        command = [sys.executable, "-I", place / "verify_log.py", place, "--key", vkey(key)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert told(exported.folder).stdout == lines(verify(exported.folder, vkey(key))) + "\n"
    shutil.rmtree(folder / "earlier" / "2027")
    broken = told(folder)
    assert broken.returncode == 1
    assert "2028: leaf 2028/0: " not in broken.stdout
    assert broken.stdout == lines(verify(folder, vkey(key))) + "\n"


def test_one_year_alone_is_whole_and_says_what_is_not_there(log, key, tmp_path):
    for year, missing in ((2026, ["next one, dygnet/log/2027"]), (2027, ["before, dygnet/log", "log/2028"])):
        made = export(log, tmp_path / str(year), key=key, origin=LINE, at=AT, by="eva", year=year)
        report = verify(made.folder, vkey(key))
        assert report.findings == []
        assert all(any(word in line for line in report.remarks) for word in missing)
        assert any("one year of a log" in line for line in report.remarks)
        assert not (made.folder / "earlier").exists()
    with pytest.raises(BadInput, match="no tree of 2031: there are 2026, 2027, 2028"):
        export(log, tmp_path / "none", key=key, origin=LINE, at=AT, by="eva", year=2031)


def test_one_year_alone_that_is_said_to_be_another_is_named_the_first_one_too(log, key, tmp_path):
    for year in (2026, 2027):
        made = export(log, tmp_path / str(year), key=key, origin=LINE, at=AT, by="eva", year=year)
        (made.folder / "year.json").write_text('{"year": 2019}\n')
        assert any("the folder of another year" in line for line in verify(made.folder, vkey(key)).findings)


@ON_SQLITE
def test_a_first_tree_that_no_year_has_closed_is_not_taken_for_another_years(db, key, tmp_path):
    write(db, EVE)
    made = export(db, tmp_path / "first", key=key, origin=LINE, at=EVE, by="eva", year=2026)
    assert verify(made.folder, vkey(key)).findings == []
    (made.folder / "year.json").write_text('{"year": 2025}\n')
    (found,) = verify(made.folder, vkey(key)).findings
    assert found == f"a tree that goes on until {EVE:%Y-%m-%d %H:%M:%S} UTC is said to be the one of 2025"


@ON_SQLITE
def test_a_machine_whose_clock_is_ahead_at_new_year_makes_nobodys_tree_another_years(db, key, tmp_path):
    write(db, EVE, NEW_YEAR + A_SECOND)
    made = export(db, tmp_path / "ahead", key=key, origin=LINE, at=EVE, by="eva", year=2026)
    assert verify(made.folder, vkey(key)).findings == []


def test_what_was_kept_from_another_year_than_the_one_that_was_asked_for_is_said_to_prove_nothing(log, key, tmp_path):
    made = export(log, tmp_path / "one", key=key, origin=LINE, at=AT, by="eva", year=2026)
    other = export(log, tmp_path / "other", key=key, origin=LINE, at=AT, by="eva", year=2027).folder / "checkpoint"
    of_it, of_another = (f"{origin} 7 {'A' * 43}=" for origin in (LINE, f"{LINE}/2028"))
    report = verify(made.folder, vkey(key), said=[of_another], held=[other])
    assert report.findings == []
    assert [line for line in report.remarks if line.endswith("not here: held against nothing")] == [
        "checkpoint: of another year, which is not here: held against nothing",
        f"{of_another}: of another year, which is not here: held against nothing",
    ]
    for wrong in (of_it, of_it.replace(LINE, "dygnet/other")):
        assert not verify(made.folder, vkey(key), said=[wrong]).ok


def test_part_of_the_log_is_a_folder_for_each_year_that_has_some_of_it(log, key, tmp_path):
    since = Selection(since=datetime(2027, 12, 1, tzinfo=UTC), until=datetime(2028, 2, 1, tzinfo=UTC))
    made = excerpt(log, tmp_path / "part", since, vkeys=[vkey(key)], at=AT, by="eva", key=key, origin=LINE)
    assert made.count == 4 + 4  # the end of one year and its closing; the opening of the next and its beginning
    assert [path.name for path in (made.folder / "earlier").iterdir()] == ["2027"]
    report = verify(made.folder, vkey(key))
    assert report.findings == []
    assert "2027: 4 entries of 8 leaves, each by its proof against the signed root" in report.checked
    proofs = made.folder / "earlier" / "2027" / "proofs.jsonl"
    told = [json.loads(line) for line in proofs.read_text("utf-8").splitlines()]
    told[0]["leaf_index"] -= 1
    proofs.write_text("".join(json.dumps(one) + "\n" for one in told))
    assert any(line.startswith("leaf 2027/3: its proof does not") for line in verify(made.folder, vkey(key)).findings)


def test_what_was_kept_from_any_year_is_held_against_that_year(exported, key, tmp_path):
    old = exported.folder / "earlier" / "2026" / "checkpoint"
    said = Checkpoint.parse(old.read_text("utf-8").partition("\n\n")[0] + "\n").line
    report = verify(exported.folder, vkey(key), held=[old], said=[said])
    assert report.findings == []
    origin, size, _ = said.split()
    forged = verify(exported.folder, vkey(key), said=[f"{origin} {size} {'A' * 43}="])
    assert any(line.startswith("2026: the line over 7 leaves: the first 7") for line in forged.findings)
    strange = verify(exported.folder, vkey(key), said=[said.replace(LINE, f"{LINE}/2033")])
    assert any("from another log, dygnet/log/2033" in line for line in strange.findings)


@ON_POSTGRESQL
@pytest.mark.parametrize("whole", [True, False])
def test_a_year_that_turns_while_the_log_is_written_out_is_not_in_it(db, key, tmp_path, monkeypatch, whole):
    write(db, EVE)
    sign(db, key, EVE)
    every = trees.every

    def then_it_turns(session):
        monkeypatch.setattr(trees, "every", every)
        go_on(db, key, NEW_YEAR)
        return every(session)

    monkeypatch.setattr(trees, "every", then_it_turns)
    if whole:
        made = export(db, tmp_path / "log", key=key, origin=LINE, at=EVE, by="eva")
    else:
        made = excerpt(db, tmp_path / "log", Selection(), vkeys=[vkey(key)], at=EVE, by="eva", key=key, origin=LINE)
    assert verify(made.folder, vkey(key)).findings == []
    assert (made.size, (made.folder / "earlier").exists()) == (2, False)


def opened(session, case, at):
    due = (at + A_DAY).isoformat(timespec="microseconds").replace("+00:00", "Z")
    record(session, at=at, by="caller", action="case.opened", about=case, due_at=due, acute=False)


def reached(session, case, at, *, in_time):
    record(session, at=at, by="anna", action="contact.first", about=case, in_time=in_time)


@ON_SQLITE
def test_the_promise_is_carried_over_new_year(db, key, tmp_path):
    kept, late = "a" * 32, "b" * 32
    desk.employ(db, tmp_path / "desk", at=EVE)  # brings a programme into force, which every entry names from then on
    with db.transaction() as session:
        opened(session, kept, EVE)
        opened(session, late, EVE)
    sign(db, key, EVE)
    with db.transaction() as session:
        reached(session, kept, NEW_YEAR + A_SECOND, in_time=True)
    sign(db, key, NEW_YEAR + A_SECOND)
    with db.transaction() as session:
        reached(session, late, NEW_YEAR + A_DAY, in_time=False)
    made = export(db, tmp_path / "log", key=key, origin=LINE, at=NEW_YEAR + A_DAY, by="eva")
    report = verify(made.folder, vkey(key), cases=tmp_path / "cases.csv")
    rows = [row.split(",") for row in (tmp_path / "cases.csv").read_text("utf-8").splitlines()]
    opened_in = rows[2][1]
    assert report.findings == []
    assert any("2 cases, 1 in contact within 24 hours, 1 not" in line for line in report.checked)
    assert any(
        f"case {late}: opened in leaf {opened_in}" in line and "in leaf 2027/2" in line for line in report.promise
    )
    assert [row[5] for row in rows[1:]] == ["2027/1", "2027/2"]
    assert opened_in.startswith("2026/")

    alone = export(db, tmp_path / "alone", key=key, origin=LINE, at=NEW_YEAR + A_DAY, by="eva", year=2027)
    report = verify(alone.folder, vkey(key))
    assert report.findings == []
    assert any("2 cases were opened in a year that is not here" in line for line in report.remarks)


@ON_SQLITE
def test_a_date_that_runs_backwards_over_new_year_is_named_with_its_year(db, key, tmp_path):
    write(db, EVE)
    sign(db, key, EVE)
    sign(db, key, NEW_YEAR)
    write(db, EVE - A_DAY)
    made = export(db, tmp_path / "log", key=key, origin=LINE, at=NEW_YEAR, by="eva")
    assert any(
        line.startswith("2027: dated over an hour") and line.endswith("leaf 1")
        for line in (verify(made.folder, vkey(key)).remarks)
    )


@ON_SQLITE
def test_the_first_leaf_of_a_year_is_held_against_the_dates_of_the_year_before(db, key, tmp_path):
    write(db, EVE, NEW_YEAR + A_DAY / 2)  # a machine whose clock is fast
    go_on(db, key, EVE)
    sign(db, key, NEW_YEAR)
    made = export(db, tmp_path / "log", key=key, origin=LINE, at=NEW_YEAR, by="eva")
    told = [line for line in verify(made.folder, vkey(key)).remarks if "dated over an hour" in line]
    assert [(line[:4], line.rpartition("leaf ")[2]) for line in told] == [("2026", "2"), ("2027", "0, 1")]


@ON_SQLITE
def test_a_key_that_took_over_in_one_year_is_followed_from_any_and_announced_where_it_was(db, key, tmp_path):
    new = Ed25519PrivateKey.generate()
    write(db, EVE)
    sign(db, key, EVE)
    sign(db, key, NEW_YEAR)
    with db.transaction() as session:
        hand_over(session, key, new, origin=LINE, generation=2, at=NEW_YEAR, by="operator")
    sign(db, new, NEW_YEAR)
    eve = EVE.replace(year=2027)
    write(db, eve)
    sign(db, new, eve)
    after = NEW_YEAR.replace(year=2028)
    sign(db, new, after)
    made = export(db, tmp_path / "log", key=new, origin=LINE, at=after, by="eva")
    for known in (vkey(key), vkey(new), vkey(key, f"{LINE}/2027"), vkey(new, f"{LINE}/2028")):
        report = verify(made.folder, known)
        assert report.findings == report.remarks == []
    assert "1 handovers from key to key, against the log" in report.checked
    assert not verify(made.folder, vkey(Ed25519PrivateKey.generate())).ok

    alone = export(db, tmp_path / "alone", key=new, origin=LINE, at=after, by="eva", year=2028)
    report = verify(alone.folder, vkey(key))
    assert report.findings == []
    assert "handovers/1.note: a handover of which only another year could know" in report.remarks
    (made.folder / "earlier" / "2027" / "handovers" / "1.note").unlink()
    (made.folder / "handovers" / "1.note").unlink()
    assert verify(made.folder, vkey(key)).ok, "2026 still has it"
    (made.folder / "earlier" / "2026" / "handovers" / "1.note").unlink()
    assert not verify(made.folder, vkey(key)).ok


def test_a_year_that_is_left_out_is_named(folder, key):
    shutil.rmtree(folder / "earlier" / "2027")
    found = verify(folder, vkey(key)).findings
    assert any("says that the tree before was dygnet/log/2027 with 8 leaves" in line for line in found)
    assert any("2026 names dygnet/log/2027 as the next tree" in line for line in found)


def test_the_first_years_left_out_are_named(folder, key):
    shutil.rmtree(folder / "earlier")
    assert any(
        "the tree before, dygnet/log/2027 with 8 leaves, is not here" in line
        for line in (verify(folder, vkey(key)).findings)
    )


def test_the_last_year_left_out_is_named(folder, key, tmp_path):
    last = folder / "earlier" / "2027"
    shutil.copytree(folder / "earlier" / "2026", last / "earlier" / "2026")
    assert any("the next one, dygnet/log/2028, is not here" in line for line in verify(last, vkey(key)).findings)


def test_what_is_no_year_below_earlier_is_named(folder, key):
    (folder / "earlier" / "notes").mkdir()
    shutil.copytree(folder / "earlier" / "2026", folder / "earlier" / "2027" / "earlier" / "2026")
    found = verify(folder, vkey(key)).findings
    assert "earlier/notes: not a year of the log" in found
    assert "earlier/2027: has years of its own, which belong beside it" in found
    assert any("as the next tree, but here follows dygnet/log/2028" in line for line in found)


def test_a_year_in_the_folder_of_another_is_named(folder, key):
    (folder / "earlier" / "2026").rename(folder / "earlier" / "2025")
    assert verify(folder, vkey(key)).findings == ["2025: the tree of 2026 lies in the folder of another year"]


def another(tmp_path, sqlite_template, key, name, **how):
    """The same line's years as somebody else would have them, who has the key."""
    shutil.copy(sqlite_template, tmp_path / f"{name}.db")
    db = Database(f"sqlite:///{tmp_path}/{name}.db")
    lived(db, key, **how)
    made = export(db, tmp_path / name, key=key, origin=LINE, at=AT, by="eva")
    db.close()
    return made.folder


def test_a_year_replaced_by_another_that_the_right_key_signed_is_not_the_one_that_the_next_begins_with(
    folder, key, tmp_path, sqlite_template
):
    other = another(tmp_path, sqlite_template, key, "other", said=lambda year, number: "bo" if year == 2026 else "anna")
    assert verify(other, vkey(key)).ok
    shutil.rmtree(folder / "earlier" / "2026")
    shutil.copytree(other / "earlier" / "2026", folder / "earlier" / "2026")
    (line,) = verify(folder, vkey(key)).findings
    assert line.startswith("leaf 2027/0: says that the tree before was dygnet/log with 7 leaves and root ")


@ON_SQLITE
def test_a_year_that_is_closed_twice_or_goes_on_is_named(db, key, tmp_path):
    write(db, EVE)
    sign(db, key, EVE)
    with db.transaction() as session:
        for _ in range(2):
            record(session, at=EVE, by="engine", action="log.year_closed", year=2026, next=f"{LINE}/2027")
        record(session, at=EVE, by="engine", action="log.year_opened", year=2027)
    sign(db, key, EVE)
    sign(db, key, NEW_YEAR)
    made = export(db, tmp_path / "log", key=key, origin=LINE, at=NEW_YEAR, by="eva")
    found = verify(made.folder, vkey(key)).findings
    assert "leaf 2026/1: the year is closed, but its tree goes on" in found
    assert any("the year is closed a second time" in line for line in found)
    assert "leaf 2026/3: a year is opened in the middle of a tree" in found


@ON_SQLITE
def test_a_tree_that_is_named_for_a_year_has_to_say_what_was_before_it(db, key, tmp_path):
    write(db, EVE)
    sign(db, key, EVE, line=f"{LINE}/2027")
    made = export(db, tmp_path / "log", key=key, origin=f"{LINE}/2027", at=EVE, by="eva")
    assert verify(made.folder, vkey(key, f"{LINE}/2027")).ok
    assert verify(made.folder, vkey(key)).findings == ["leaf 0: does not say how the year before ended"]


@ON_SQLITE
def test_an_empty_database_has_no_years(db, key, tmp_path):
    assert {table for table in Base.metadata.tables if table == "audit_trees"}
    go_on(db, key, NEW_YEAR)
    made = export(db, tmp_path / "log", key=key, origin=LINE, at=NEW_YEAR, by="eva")
    assert (made.size, (made.folder / "earlier").exists()) == (1, False)
