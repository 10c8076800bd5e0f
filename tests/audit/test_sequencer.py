from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from app.audit import tree
from app.audit.log import record
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditTile, AuditUnsequenced
from app.audit.note import Checkpoint, Signer, open_note
from app.audit.proofs import consistency_proof, is_consistent
from app.audit.sequencer import LogDamaged, checkpoint, heartbeat, requeue_lost, sequence, stored_subtrees, tree_size
from tests.marks import ON_POSTGRESQL, ON_SQLITE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
ORIGIN = "dygnet.example.org/log/2026"


def write(db, count, by="anna"):
    with db.transaction() as session:
        for number in range(count):
            record(session, at=NOON, by=by, action="case.read", number=number)


def sequence_all(db, limit=1000):
    done = 0
    while True:
        with db.transaction() as session:
            batch = sequence(session, at=LATER, limit=limit)
        if not batch:
            return done
        done += batch


def leaves(db):
    with db.reading() as session:
        return session.execute(
            select(AuditLeaf.leaf_index, AuditLeaf.entry_id, AuditLeaf.leaf_hash, AuditEntry.body)
            .join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
            .order_by(AuditLeaf.leaf_index)
        ).all()


def the_stored_tree_is_right(db):
    found = leaves(db)
    hashes = [tree.leaf_hash(body) for *_, body in found]
    assert [index for index, *_ in found] == list(range(len(found)))
    assert [stored for _, _, stored, _ in found] == hashes
    with db.reading() as session:
        assert tree.range_root(stored_subtrees(session, 1), 0, len(hashes)) == tree.root(hashes)
        assert session.scalar(select(func.count()).select_from(AuditUnsequenced)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == len(found)
    return True


@pytest.mark.parametrize(("count", "limit"), [(3, 1), (300, 50), (600, 256), (600, 1000)])
def test_each_entry_gets_one_leaf_in_order_whatever_the_batch(db, count, limit):
    write(db, count)
    assert sequence_all(db, limit) == count
    assert sequence_all(db) == 0
    assert [entry for _, entry, *_ in leaves(db)] == sorted(entry for _, entry, *_ in leaves(db))
    assert the_stored_tree_is_right(db)


@ON_SQLITE
def test_a_look_at_a_long_log_in_which_nothing_waits_costs_no_more_than_at_a_short_one(db):
    def work() -> int:
        done: list[int] = []
        with db.transaction() as session:
            connection = session.connection().connection.dbapi_connection
            connection.set_progress_handler(lambda: done.append(1), 100)
            sequence(session, at=LATER)
            connection.set_progress_handler(None, 0)
        return len(done)

    write(db, 10)
    sequence_all(db)
    short = work()
    write(db, 1000)
    sequence_all(db)

    assert work() <= short + 1, "hundreds of SQLite's instructions"


def test_an_entry_that_is_committed_late_with_a_lower_id_gets_its_leaf_in_a_later_batch(db):
    def write_with_id(entry_id):
        with db.transaction() as session:
            session.execute(insert(AuditEntry), [{"id": entry_id, "at": NOON, "body": b'{"id":%d}' % entry_id}])
            session.execute(insert(AuditUnsequenced), [{"entry_id": entry_id}])

    for entry_id in (42, 41, 7, 43):
        write_with_id(entry_id)
        assert sequence_all(db) == 1
    assert [entry for _, entry, *_ in leaves(db)] == [42, 41, 7, 43]
    assert the_stored_tree_is_right(db)


@ON_POSTGRESQL
def test_an_open_transaction_does_not_hold_up_the_others_and_is_not_forgotten(db):
    with db.transaction() as slow:
        record(slow, at=NOON, by="anna", action="case.taken")
        slow.flush()
        write(db, 2, by="bo")
        assert sequence_all(db) == 2
    assert sequence_all(db) == 1
    assert [json.loads(body)["actor"] for *_, body in leaves(db)] == ["bo", "bo", "anna"]
    assert the_stored_tree_is_right(db)


def test_many_writers_and_several_sequencers_lose_and_double_nothing(db):
    writing = [threading.Thread(target=lambda: [write(db, 5) for _ in range(8)]) for _ in range(3)]
    over = threading.Event()
    troubles = []

    def keep_sequencing():
        try:
            while not over.is_set():
                with db.transaction() as session:
                    sequence(session, at=LATER, limit=9)
        except Exception as trouble:  # noqa: BLE001
            troubles.append(trouble)

    sequencing = [threading.Thread(target=keep_sequencing) for _ in range(2)]
    for thread in writing + sequencing:
        thread.start()
    for thread in writing:
        thread.join()
    over.set()
    for thread in sequencing:
        thread.join()
    sequence_all(db)
    assert troubles == []
    assert len(leaves(db)) == 120
    assert the_stored_tree_is_right(db)


def test_a_batch_that_is_not_committed_leaves_nothing_behind(db):
    write(db, 300)

    def stumble():
        with db.transaction() as session:
            assert sequence(session, at=LATER) == 300
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stumble()
    assert leaves(db) == []
    assert sequence_all(db) == 300
    assert the_stored_tree_is_right(db)


def test_a_checkpoint_signs_the_size_and_the_root(db, key):
    write(db, 5)
    sequence_all(db)
    with db.transaction() as session:
        made = checkpoint(session, key, at=LATER, origin=ORIGIN)
    head = Checkpoint.parse(open_note(made.note, [Signer(ORIGIN, key).verifier_key]))
    assert head == Checkpoint(ORIGIN, 5, tree.root([stored for _, _, stored, _ in leaves(db)]))
    assert (made.size, made.root, made.at) == (5, head.root, LATER)


def test_an_empty_log_has_a_checkpoint_too(db, key):
    with db.transaction() as session:
        assert checkpoint(session, key, at=LATER, origin=ORIGIN).root == tree.EMPTY_ROOT


def test_an_unchanged_log_is_signed_again_only_when_asked(db, key):
    write(db, 1)
    sequence_all(db)
    for again in (False, False, True):
        with db.transaction() as session:
            checkpoint(session, key, at=LATER, origin=ORIGIN, again=again)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditCheckpoint)) == 2


def test_every_checkpoint_is_kept_and_each_grows_out_of_the_one_before(db, key):
    for count in (1, 255, 1, 300):
        write(db, count)
        sequence_all(db)
        with db.transaction() as session:
            checkpoint(session, key, at=LATER, origin=ORIGIN)
    with db.reading() as session:
        kept = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.id)).all()
        assert [head.size for head in kept] == [1, 256, 257, 557]
        for old, new in pairwise(kept):
            proof = consistency_proof(stored_subtrees(session, 1), old.size, new.size)
            assert is_consistent(old.size, old.root, new.size, new.root, proof)


def sign_five(db, key):
    write(db, 5)
    sequence_all(db)
    with db.transaction() as session:
        checkpoint(session, key, at=LATER, origin=ORIGIN)


def without_triggers(db, deed):
    """What an administrator who can take the triggers away can do."""
    with db.transaction() as session:
        if db.is_sqlite:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit_entries", "audit_leaves", "audit_checkpoints"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        session.execute(deed)


@pytest.mark.parametrize(
    ("deed", "message"),
    [
        (delete(AuditLeaf).where(AuditLeaf.leaf_index > 2), "holds 3 leaves, but 5 are signed for"),
        (text("UPDATE audit_tiles SET hashes = (SELECT root FROM audit_checkpoints), width = 1"), "holds 1 hashes"),
        (delete(AuditTile), "tile 0/0 is gone"),
    ],
)
def test_a_log_that_is_not_as_it_was_signed_gets_no_new_signature(db, key, deed, message):
    def go_on():
        with db.transaction() as session:
            sequence(session, at=LATER)
            checkpoint(session, key, at=LATER, origin=ORIGIN)

    sign_five(db, key)
    write(db, 0 if "leaves" in message else 1)
    without_triggers(db, deed)
    with pytest.raises(LogDamaged, match=message):
        go_on()


def test_a_changed_leaf_gets_no_new_signature(db, key):
    def sign():
        with db.transaction() as session:
            checkpoint(session, key, at=LATER, origin=ORIGIN)

    sign_five(db, key)
    with db.reading() as session:
        hashes = session.get(AuditTile, (1, 0, 0)).hashes
    forged = update(AuditTile).values(hashes=bytes(32) + hashes[32:])
    without_triggers(db, forged)
    with pytest.raises(LogDamaged, match="first 5 leaves are not those that were signed"):
        sign()


def test_an_entry_taken_out_of_the_queue_is_found_again(db):
    write(db, 4)
    with db.transaction() as session:
        session.execute(delete(AuditUnsequenced).where(AuditUnsequenced.entry_id == 2))
    assert sequence_all(db) == 3
    with db.transaction() as session:
        assert requeue_lost(session) == 1
        assert requeue_lost(session) == 0
    assert sequence_all(db) == 1
    assert the_stored_tree_is_right(db)


def test_a_heartbeat_says_what_was_last_signed(db, key):
    sign_five(db, key)
    with db.transaction() as session:
        heartbeat(session, at=LATER, rounds=60)
    sequence_all(db)
    beat = json.loads(leaves(db)[-1][-1])
    signed = tree.root([stored for _, _, stored, _ in leaves(db)[:5]]).hex()
    assert beat["action"] == "log.heartbeat"
    assert beat["facts"] == {"head_year": 2026, "head_size": 5, "head_root": signed, "rounds": 60}


def test_the_size_of_the_tree_is_the_number_of_leaves(db):
    with db.reading() as session:
        assert tree_size(session) == 0
    write(db, 2)
    sequence_all(db)
    with db.reading() as session:
        assert tree_size(session) == 2
