"""The witness at its door, by the rules of C2SP tlog-witness."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.audit import tree
from app.audit.cosignatures import Cosigner, WitnessKey
from app.audit.note import BadNote, Checkpoint, Signer, base64_of, open_note
from app.audit.proofs import consistency_proof
from app.errors import BadInput, Misconfigured
from app.witness.door import LARGEST, door_of
from app.witness.judgement import Witness
from app.witness.office import witness_in
from app.witness.request import Request

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOG = Signer("dygnet.example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LEAVES = [tree.leaf_hash(bytes([number])) for number in range(100)]
OTHERS = [tree.leaf_hash(b"other" + bytes([number])) for number in range(100)]


class NoonClock:
    speed = 1.0

    def now(self):
        return NOON


@pytest.fixture
def witness(tmp_path):
    return witness_in(tmp_path / "office", name="witness.example.org/w", logs=[str(LOG.verifier_key)])


@pytest.fixture
def door(witness):
    return TestClient(door_of(witness, NoonClock()))


def note(size, leaves=LEAVES, signer=LOG):
    return signer.sign(Checkpoint(LOG.name, size, tree.root(leaves[:size])).text)


def body(old, size, leaves=LEAVES, signer=LOG, proof=None):
    proof = consistency_proof(tree.subtrees_of_leaves(leaves), old, size) if proof is None else proof
    return "\n".join([f"old {old}", *map(base64_of, proof), "", note(size, leaves, signer)])


def ask(door, *args, **kwargs):
    return door.post("/add-checkpoint", content=body(*args, **kwargs))


def test_a_log_that_grows_is_signed_for_and_the_note_carries_both_signatures(door, witness):
    key = witness.signer.verifier_key
    for old, size in ((0, 3), (3, 8), (8, 8), (8, 100)):
        answer = ask(door, old, size)
        assert answer.status_code == 200
        both = note(size) + answer.text
        assert open_note(both, [key]) == open_note(both, [LOG.verifier_key])
        assert key.cosigned(open_note(both, [key]), answer.text) == (answer.text, NOON)


def test_a_line_is_known_in_each_year_that_has_begun_and_each_year_is_remembered_by_itself(door, witness, tmp_path):
    line, later, ahead = (Signer(f"{LOG.name}{year}", LOG.private) for year in ("", "/2026", "/2027"))
    stolen = Signer(later.name, Ed25519PrivateKey.generate())

    def asked(old, size, leaves, signer):
        text = signer.sign(Checkpoint(signer.name, size, tree.root(leaves[:size])).text)
        proof = consistency_proof(tree.subtrees_of_leaves(leaves), old, size)
        content = "\n".join([f"old {old}", *map(base64_of, proof), "", text])
        return door.post("/add-checkpoint", content=content).status_code

    assert asked(0, 8, LEAVES, line) == 200
    assert asked(0, 3, OTHERS, later) == 200
    assert asked(3, 5, OTHERS, later) == 200
    assert asked(8, 9, LEAVES, line) == 200
    assert asked(5, 9, LEAVES, later) == 422
    assert asked(5, 8, OTHERS, stolen) == 403
    assert asked(0, 3, OTHERS, ahead) == 404, "a year that has not begun"
    assert len(list((tmp_path / "office" / "logs").iterdir())) == 2


def test_a_witness_that_was_given_the_key_of_one_year_knows_the_next(tmp_path):
    of_2025, of_2026 = (Signer(f"{LOG.name}/{year}", LOG.private) for year in (2025, 2026))
    witness = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[str(of_2025.verifier_key)])
    door = TestClient(door_of(witness, NoonClock()))
    for signer, known in ((of_2026, 200), (of_2025, 200), (Signer(f"{LOG.name}2/2026", LOG.private), 404)):
        text = signer.sign(Checkpoint(signer.name, 3, tree.root(LEAVES[:3])).text)
        assert door.post("/add-checkpoint", content=f"old 0\n\n{text}").status_code == known


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (lambda: body(3, 8), 200),
        (lambda: body(0, 8), 409),
        (lambda: body(8, 8), 409),
        (lambda: body(3, 8, OTHERS), 422),
        (lambda: body(3, 8, proof=[]), 422),
        (lambda: body(3, 8, proof=[bytes(32)] * 3), 422),
        (lambda: body(3, 3, OTHERS, proof=[]), 409),
        (lambda: body(3, 3), 200),
        (lambda: body(3, 3, proof=[bytes(32)]), 422),
        (lambda: body(3, 8, signer=Signer(LOG.name, Ed25519PrivateKey.generate())), 403),
        (lambda: body(3, 8).replace(LOG.name, "another.example.org/log"), 404),
        (lambda: body(3, 8).replace("old 3", "old 9"), 400),
        (lambda: body(3, 8).replace("old 3", "old 03"), 400),
        (lambda: body(3, 8).replace("old 3", "size 3"), 400),
        (lambda: body(3, 8, proof=[bytes(31)]), 400),
        (lambda: body(3, 8, proof=[bytes(32)] * 64), 400),
        (lambda: body(3, 8).replace("\n8\n", "\n08\n"), 400),
        (lambda: b"\xff\xfe", 400),
        (lambda: b"", 400),
        (lambda: b"old 3\n\n" + b"x" * LARGEST, 413),
    ],
)
def test_every_other_request_gets_the_status_that_the_specification_says(door, asked, status):
    assert ask(door, 0, 3).status_code == 200
    assert door.post("/add-checkpoint", content=asked()).status_code == status


def test_a_log_that_forgot_what_was_signed_is_told_the_size(door):
    ask(door, 0, 5)
    answer = ask(door, 0, 8)
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (409, "5\n", "text/x.tlog.size")


def test_a_witness_that_was_restarted_remembers_and_keeps_the_fork_as_evidence(witness, tmp_path):
    office = tmp_path / "office"
    assert ask(TestClient(door_of(witness, NoonClock())), 0, 5).status_code == 200
    again = witness_in(office)
    assert str(again.signer.verifier_key) == str(witness.signer.verifier_key)
    assert ask(TestClient(door_of(again, NoonClock())), 5, 8, OTHERS).status_code == 422
    (refused,) = office.glob("logs/*/refused/*.note")
    assert open_note(refused.read_text(), [LOG.verifier_key]) == Checkpoint(LOG.name, 8, tree.root(OTHERS[:8])).text
    (seen,) = office.glob("logs/*/seen/*.note")
    assert open_note(seen.read_text(), [again.signer.verifier_key])


def test_of_many_that_ask_at_once_the_witness_signs_one_history(witness):
    answers = []

    def submit(leaves):
        answers.append(witness.add_checkpoint(body(0, 50, leaves).encode(), at=NOON).status)

    asking = [threading.Thread(target=submit, args=(leaves,)) for leaves in (LEAVES, OTHERS) * 8]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert sorted(answers) == [200] + [409] * 15


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans()), max_size=8))
def test_whatever_is_asked_what_was_signed_is_one_history(asked):
    memory = {}

    class InMemory:
        head = None

        def turn(self):
            return threading.Lock()

        def keep(self, checkpoint, _note):
            self.head = memory[checkpoint.size] = checkpoint

        def keep_refused(self, *_):
            """Not here."""

    signer = Cosigner("w", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    remembered = InMemory()
    witness = Witness(signer, {LOG.name: [LOG.verifier_key]}, lambda _: remembered)
    for old, size, forked in asked:
        leaves = LEAVES[:30] + OTHERS[30:] if forked else LEAVES
        if old <= size:
            witness.add_checkpoint(body(old, size, leaves).encode(), at=NOON)
    roots = {size: checkpoint.root for size, checkpoint in memory.items()}
    histories = [LEAVES, LEAVES[:30] + OTHERS[30:]]
    assert any(all(tree.root(one[:size]) == root for size, root in roots.items()) for one in histories)


@given(st.binary(max_size=300))
def test_no_request_is_more_than_a_mistake(raw):
    for asked in (raw, b"old 3\n" + raw, b"old 3\n\n" + raw):
        try:
            Request.parse(asked)
        except BadInput:
            continue


def test_the_specifications_own_cosignature_is_read():
    """The example of tlog-cosignature names no key; the form of its line and its key id are held here."""
    key = Cosigner("w", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier_key
    assert WitnessKey.parse(str(key)) == key
    assert str(key).split("+", 2)[2].startswith("B")
    with pytest.raises(BadNote, match="of kind 04"):
        WitnessKey.parse(str(LOG.verifier_key))


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda office: witness_in(office, logs=[str(LOG.verifier_key)]), "has no key yet"),
        (lambda office: witness_in(office, name="w"), "watches no log"),
        (lambda office: witness_in(office, name="w w", logs=[str(LOG.verifier_key)]), "--name cannot be used"),
        (lambda office: witness_in(office, name="w", logs=["dygnet+0+A"]), "--log: "),
        (lambda office: (_made(office), witness_in(office, name="v")), "is called w"),
        (lambda office: (_made(office), (office / "witness.key").chmod(0o644), witness_in(office)), "chmod 600"),
        (lambda office: (_made(office), (office / "witness.key").write_text("x"), witness_in(office)), "is damaged"),
    ],
)
def test_what_is_wrong_with_a_witness_folder_is_said_with_its_remedy(tmp_path, deed, said):
    with pytest.raises(Misconfigured, match=said):
        deed(tmp_path / "office")


def _made(office: Path) -> None:
    witness_in(office, name="w", logs=[str(LOG.verifier_key)])
