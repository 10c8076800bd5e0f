"""The log's tree of a year is closed, and the next one begins with how it ended."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError

from app.audit import tree, trees, years
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTree, AuditUnsequenced
from app.audit.note import Checkpoint, VerifierKey, open_note
from app.audit.sequencer import checkpoint, sequence, stored_subtrees, tree_size
from app.db import Database
from tests.audit.turning import A_DAY, A_SECOND, EVE, LINE, NEW_YEAR, go_on, write
from tests.marks import ON_SQLITE


def signed(db, key, at):
    with db.transaction() as session:
        return checkpoint(session, key, at=at, origin=LINE)


def told(db):
    """Of each tree: its origin, and what its leaves say."""
    with db.reading() as session:
        leaves = session.execute(
            select(AuditLeaf.leaf_index, AuditEntry.body)
            .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
            .order_by(AuditLeaf.leaf_index)
        ).all()
        assert [place for place, _ in leaves] == list(range(len(leaves)))
        entries = [json.loads(body) for _, body in leaves]
        found = {}
        for one in trees.every(session):
            end = len(entries) if one.size is None else one.first + one.size
            found[one.origin(LINE)] = entries[one.first : end]
            hashes = [tree.leaf_hash(body) for _, body in leaves[one.first : end]]
            if hashes:
                stored = stored_subtrees(session, one.number)
                assert tree.range_root(stored, 0, len(hashes)) == tree.root(hashes)
        assert session.scalar(select(func.count()).select_from(AuditUnsequenced)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == len(entries)
        return found


def actions(entries):
    return [entry["action"] for entry in entries]


def test_the_old_year_gets_what_waits_of_it_and_is_closed_and_the_new_one_says_how_it_ended(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    signed(db, key, EVE)
    write(db, EVE + 30 * A_SECOND, NEW_YEAR + A_SECOND / 2)
    go_on(db, key, NEW_YEAR + A_SECOND)
    write(db, NEW_YEAR + 2 * A_SECOND)
    go_on(db, key, NEW_YEAR + 3 * A_SECOND)
    signed(db, key, NEW_YEAR + 3 * A_SECOND)

    found = told(db)
    assert [*found] == [LINE, f"{LINE}/2027"]
    assert actions(found[LINE]) == ["case.read", "case.read", "log.year_closed"]
    assert actions(found[f"{LINE}/2027"]) == ["log.year_opened", "case.read", "case.read"]
    with db.reading() as session:
        kept = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.id)).all()
        final = trees.final_before(session)
        assert tree_size(session) == 3
    assert [(one.tree, one.size) for one in kept] == [(1, 1), (1, 3), (2, 1), (2, 3)]
    assert final.id == kept[1].id
    assert found[LINE][-1]["facts"] == {"year": 2026, "next": f"{LINE}/2027"}
    before = {"before": LINE, "before_size": 3, "before_root": final.root.hex()}
    assert found[f"{LINE}/2027"][0]["facts"] == {"year": 2027, **before}


def test_each_tree_is_signed_with_the_one_key_under_its_own_origin(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    go_on(db, key, NEW_YEAR)
    public = key.public_key().public_bytes_raw()
    with db.reading() as session:
        for one in session.scalars(select(AuditCheckpoint)):
            origin = LINE if one.tree == 1 else f"{LINE}/2027"
            assert Checkpoint.parse(open_note(one.note, [VerifierKey(origin, public)])).origin == origin


def test_a_year_is_turned_once_however_often_and_by_however_many_it_is_asked(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    for seconds in (0, 0, 1, 100_000):
        go_on(db, key, NEW_YEAR + seconds * A_SECOND)
    go_on(db, key, EVE)  # another machine's clock is a minute behind
    found = [one for entries in told(db).values() for one in actions(entries)]
    assert (found.count("log.year_closed"), found.count("log.year_opened")) == (1, 1)


def test_a_long_queue_of_the_old_year_is_done_in_batches_and_stays_in_order(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    write(db, *[EVE + number * A_SECOND / 10 for number in range(25)])
    write(db, *[NEW_YEAR + number * A_SECOND / 10 for number in range(5)], by="bo")
    go_on(db, key, NEW_YEAR + A_SECOND, limit=4)
    old, new = told(db).values()
    assert [entry["facts"].get("number") for entry in old[1:-1]] == list(range(25))
    assert [entry["facts"].get("number") for entry in new[1:]] == list(range(5))


def test_what_was_written_before_the_turn_and_committed_after_it_belongs_to_the_new_tree(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    go_on(db, key, NEW_YEAR)
    write(db, NEW_YEAR - A_SECOND)
    go_on(db, key, NEW_YEAR + A_SECOND)
    assert actions(told(db)[f"{LINE}/2027"]) == ["log.year_opened", "case.read"]


@ON_SQLITE
def test_a_clock_that_jumps_ahead_and_comes_back_turns_no_year(db, key):
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    write(db, summer)
    go_on(db, key, summer)
    ahead = datetime(2031, 3, 1, tzinfo=UTC)
    for hours in (0, 1, 23):
        write(db, ahead + timedelta(hours=hours))
        go_on(db, key, ahead + timedelta(hours=hours, seconds=1))
    write(db, summer + A_DAY)
    go_on(db, key, summer + A_DAY)
    assert [*told(db)] == [LINE]

    write(db, EVE)
    go_on(db, key, EVE)
    go_on(db, key, NEW_YEAR)
    assert [*told(db)] == [LINE, f"{LINE}/2027"]


@ON_SQLITE
def test_a_clock_that_jumps_ahead_again_and_again_turns_no_year(db, key):
    now, ahead = datetime(2026, 7, 1, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC)
    for day in range(0, 21, 7):
        for at in (now, ahead):
            write(db, at + day * A_DAY)
            go_on(db, key, at + day * A_DAY)
    assert [*told(db)] == [LINE]
    for hours in (0, 24):  # and then it stands by it
        write(db, ahead + 30 * A_DAY + timedelta(hours=hours))
        go_on(db, key, ahead + 30 * A_DAY + timedelta(hours=hours))
    assert [*told(db)] == [LINE, f"{LINE}/2031"]


@ON_SQLITE
def test_a_line_that_was_off_over_new_year_turns_it_when_its_clock_has_stood_by_it_for_a_day(db, key):
    left = datetime(2026, 12, 20, tzinfo=UTC)
    write(db, left)
    go_on(db, key, left)
    back = datetime(2028, 1, 10, tzinfo=UTC)
    write(db, back)
    go_on(db, key, back)
    assert [*told(db)] == [LINE]
    write(db, back + A_DAY)
    go_on(db, key, back + A_DAY)
    found = told(db)
    assert [*found] == [LINE, f"{LINE}/2028"]
    assert actions(found[f"{LINE}/2028"]) == ["log.year_opened", "case.read"]


@ON_SQLITE
def test_a_log_of_before_there_were_trees_for_years_keeps_its_tree_and_origin_until_the_next_new_year(db, key):
    for at in (EVE - 400 * A_DAY, EVE - 30 * A_DAY):
        write(db, at)
        with db.transaction() as session:
            sequence(session, at=at)
    with db.transaction() as session:
        session.execute(text("DROP TRIGGER audit_trees_refuse_delete"))
        session.execute(text("DELETE FROM audit_trees"))
    write(db, EVE)
    go_on(db, key, EVE)
    assert [*told(db)] == [LINE]
    go_on(db, key, NEW_YEAR)
    assert [len(entries) for entries in told(db).values()] == [4, 1]


class Killed(Exception):
    """The process ends here."""


def killed_before(db, statement, deed):
    """Whether the deed got as far as this statement; then it is cut off there, and nothing of it is kept."""
    seen = []

    def look(*_):
        seen.append(1)
        if len(seen) == statement:
            raise Killed

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        deed()
    except Killed:
        return True
    finally:
        event.remove(db.engine, "before_cursor_execute", look)
    return False


def test_cut_off_before_any_of_its_statements_the_turn_is_ended_by_the_next_run_and_by_no_other_way(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    signed(db, key, EVE)
    write(db, EVE + A_SECOND, NEW_YEAR)
    statement = 0
    while True:
        statement += 1
        if not killed_before(db, statement, lambda: go_on(db, key, NEW_YEAR + A_SECOND)):
            break
        with db.reading() as session:
            found = trees.every(session)
            actions_now = [json.loads(body)["action"] for body in session.scalars(select(AuditEntry.body))]
        begun = len(found) - 1
        assert (actions_now.count("log.year_closed"), actions_now.count("log.year_opened")) == (begun, begun)
    assert statement > 20
    old, new = told(db).values()
    assert actions(old) == ["case.read", "case.read", "log.year_closed"]
    assert actions(new) == ["log.year_opened", "case.read"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("write"), st.integers(1, 5)),
            st.tuples(st.just("pass"), st.sampled_from([1, 60, 3_600, 80_000])),
            st.tuples(st.just("new year"), st.integers(-3_600, 3_600)),
            st.tuples(st.just("run"), st.integers(1, 9)),
            st.tuples(st.just("killed"), st.integers(1, 60)),
        ),
        max_size=30,
    )
)
def test_whatever_happens_around_new_year_each_entry_has_one_leaf_and_each_tree_one_end(key, sqlite_template, done):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, f"{folder}/log.db")
        db, now = Database(f"sqlite:///{folder}/log.db"), EVE - A_DAY
        for what, much in done:
            if what == "write":
                write(db, *[now + number * A_SECOND / 10 for number in range(much)])
            elif what == "pass":
                now += much * A_SECOND
            elif what == "new year":
                now = NEW_YEAR + much * A_SECOND
            elif what == "run":
                go_on(db, key, now, limit=much)
            else:
                killed_before(db, much, partial(go_on, db, key, now, limit=3))
        go_on(db, key, now)
        trees_now = list(told(db).values())
        for before, after in pairwise(trees_now):
            assert actions(before).count(years.CLOSED) == actions(after).count(years.OPENED) == 1
            assert (actions(before)[-1], actions(after)[0]) == (years.CLOSED, years.OPENED)
        assert years.CLOSED not in actions(trees_now[-1])
        db.close()


def closed(db, key):
    write(db, EVE)
    go_on(db, key, EVE)
    go_on(db, key, NEW_YEAR)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit_trees SET year = 2040",
        "DELETE FROM audit_trees",
        "UPDATE audit_tiles SET width = width WHERE tree = 1",
        "DELETE FROM audit_tiles WHERE tree = 1",
        "UPDATE audit_tiles SET tree = 1, idx = 7 WHERE tree = 2",
        "INSERT INTO audit_tiles (level, idx, width, hashes) SELECT level, 99, width, hashes FROM audit_tiles",
        "INSERT INTO audit_checkpoints (size, root, note, at) SELECT size, root, note, at FROM audit_checkpoints",
    ],
)
def test_the_database_refuses_whoever_would_change_a_year_that_is_closed(db, key, deed):
    closed(db, key)
    with (
        pytest.raises(DBAPIError, match=r"only ever added to|that is closed never changes"),
        db.transaction() as session,
    ):
        session.execute(text(deed))


def test_the_way_down_is_shut_once_a_year_was_turned(db, key):
    closed(db, key)
    with pytest.raises(RuntimeError, match="restore a backup"):
        db.migrate_back("b0007")
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditTree)) == 2
