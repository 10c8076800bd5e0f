"""The log asks outside, and what the outside says can be checked by somebody who trusts neither."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.anchoring.stamping import authority
from app.anchoring.witnessing import Witnessing
from app.audit.anchors_models import AuditCosignature, AuditRefusal, AuditTimeStamp
from app.audit.export import export
from app.audit.log import record
from app.audit.models import AuditCheckpoint
from app.audit.note import DASH, Signer, base64_of
from app.audit.sequencer import checkpoint, sequence
from app.audit.verifier.report import Report
from app.audit.verifier.signatures import Checkpoint, parse_key
from app.audit.verifier.stamp_tokens import read_stamp
from app.audit.verifier.stamps import Stamps
from app.audit.verifier.witnesses import COSIGNATURE, cosigned_second
from app.audit.verify import verify
from app.clock import wall_in
from app.db import Database
from app.errors import Misconfigured
from app.witness.door import door_of
from app.witness.office import witness_in
from tests import desk
from tests.audit import turning
from tests.audit.authority import authority_in, openssl_verifies
from tests.evidence import log
from tests.marks import ON_ONE_DATABASE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "dygnet.example.org/log"


class SetClock:
    """A clock that somebody sets."""

    speed = 1.0

    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at


@pytest.fixture
def signer(key):
    return Signer(ORIGIN, key)


@pytest.fixture
def witnessing(switchboard, signer, tmp_path):
    """A witness that runs, and our client for it."""
    witness = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[str(signer.verifier_key)])
    switchboard.app = door_of(witness, SetClock(NOON))
    return Witnessing(switchboard.url, witness.signer.verifier_key, patience=2)


@pytest.fixture(scope="module")
def stamps(tmp_path_factory):
    with authority_in(tmp_path_factory.mktemp("stamps") / "tsa") as server:
        yield server


@pytest.fixture(scope="module")
def a_stamp(stamps, tmp_path_factory):
    """A folder with a note, the stamp on it, and the certificate it leads to."""
    folder = tmp_path_factory.mktemp("stamped")
    (folder / "checkpoints").mkdir()
    note = folder / "checkpoints" / "7.note"
    note.write_bytes(b"a note\n")
    query = TimestampRequestBuilder().data(note.read_bytes()).hash_algorithm(HashAlgorithm.SHA256).build()
    return folder, stamps.stamp(query.as_bytes()), stamps.root


def grow(db, key, count, *, at=NOON, by="anna"):
    with db.transaction() as session:
        for number in range(count):
            record(session, at=at, by=by, action="case.read", number=number)
    with db.transaction() as session:
        sequence(session, at=at)
        checkpoint(session, key, at=at, origin=ORIGIN)


def kept(db, table):
    with db.reading() as session:
        return session.scalars(select(table)).all()


def test_a_checkpoint_is_signed_outside_once_stamped_hourly_and_checked_by_openssl_and_the_single_file(
    db, key, signer, witnessing, stamps, tmp_path
):
    stamping = authority(stamps.url, stamps.root)
    now = wall_in(0)  # OpenSSL has no other clock
    asked = stamps.asked
    for minutes, count in ((0, 3), (1, 300), (61, 5)):
        grow(db, key, count, at=now - timedelta(minutes=61 - minutes))
        for _ in range(2):
            witnessing.look(db, at=now + timedelta(minutes=minutes))
            stamping.look(db, at=now + timedelta(minutes=minutes))
    assert len(kept(db, AuditCosignature)) == 3
    assert (len(kept(db, AuditTimeStamp)), stamps.asked - asked) == (2, 2)
    assert kept(db, AuditRefusal) == []

    made = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=now, by="eva", tsa_certificate=stamps.root)
    stamp = made.folder / "checkpoints" / "308.tsr"
    assert openssl_verifies(stamp.with_suffix(".note"), stamp, stamps.root)
    assert not openssl_verifies(made.folder / "checkpoints" / "3.note", stamp, stamps.root)
    trusted = ["--key", made.vkey, "--witness", str(witnessing.key), "--tsa", str(stamps.root)]
    run = subprocess.run(
        [sys.executable, "-I", "verify_log.py", ".", *trusted],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    # The witness's clock stands at noon on a day in March: entries of today cannot have been seen then.
    assert "dated ahead" in run.stdout
    assert "3 cosignatures of the witness witness.example.org/w" in run.stdout
    assert "2 time stamps: imprint, signature and certificate" in run.stdout


@pytest.mark.parametrize("table", ["audit_cosignatures", "audit_time_stamps", "audit_refusals"])
@ON_ONE_DATABASE
def test_what_the_outside_said_is_never_changed(db, key, table):
    grow(db, key, 1)
    with db.transaction() as session:
        session.add(AuditCosignature(checkpoint_id=1, witness="w", line="l", cosigned_at=NOON, at=NOON))
        session.add(AuditTimeStamp(checkpoint_id=1, response=b"", stamped_at=NOON, at=NOON))
        session.add(AuditRefusal(checkpoint_id=1, asked="witness", because="forked", at=NOON))
    for deed in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):  # noqa: S608 - the statements are ours
        with pytest.raises(DBAPIError, match="only ever added to"), db.transaction() as session:
            session.execute(text(deed))


def test_a_log_that_is_not_the_one_the_witness_saw_is_an_alarm_and_is_said_once_an_hour(
    db, key, signer, witnessing, tmp_path
):
    desk.employ(db, tmp_path / "desk_of_this", at=NOON)
    other = other_log(tmp_path, key, 400)
    witnessing.look(other, at=NOON)
    other.close()
    grow(db, key, 2)
    for minutes in (0, 1, 61):
        witnessing.look(db, at=NOON + timedelta(minutes=minutes))
    assert [row.because for row in kept(db, AuditRefusal)] == ["behind", "behind"]
    grow(db, key, 500)
    witnessing.look(db, at=NOON + timedelta(minutes=90))
    assert [row.because for row in kept(db, AuditRefusal)][2:] == ["inconsistent"]
    told = [entry["purpose"] for entry in log(db, "page.queued")]
    assert told.count("alarm.log") == 2, "one for each thing that is wrong with it"
    assert {entry["purpose"] for entry in log(db, "log.refused")} == {"behind", "inconsistent"}


@ON_ONE_DATABASE
def test_another_log_of_the_same_length_is_a_fork(db, key, witnessing, tmp_path):
    desk.employ(db, tmp_path / "desk_of_this", at=NOON)
    grow(db, key, 2)
    size = kept_size(db)
    other = other_log(tmp_path, key, size)
    witnessing.look(other, at=NOON)
    other.close()
    witnessing.look(db, at=NOON)
    assert [row.because for row in kept(db, AuditRefusal)] == ["forked"]


@ON_ONE_DATABASE
def test_a_lost_memory_of_what_was_signed_is_mended_by_asking(db, key, witnessing):
    """As after the engine wrote nothing down because it was killed between the answer and the row."""
    grow(db, key, 5)
    witnessing._post(witnessing._questions(db)[0])
    grow(db, key, 5)
    witnessing.look(db, at=NOON)
    assert [row.checkpoint_id for row in kept(db, AuditCosignature)] == [2]
    assert kept(db, AuditRefusal) == []


def test_over_new_year_the_final_checkpoint_is_signed_outside_like_any_other_and_the_new_tree_from_its_first_leaf(
    db, key, stamps, switchboard, tmp_path
):
    eve = turning.EVE.replace(year=2025)  # the authority's clock is the wall's, and no entry may be younger
    clock = SetClock(eve)
    witness = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[turning.vkey(key)])
    switchboard.app = door_of(witness, clock)
    witnessing = Witnessing(switchboard.url, witness.signer.verifier_key, patience=2)
    for minutes in (0, 11, 12):
        clock.at = eve + minutes * turning.A_MINUTE
        turning.write(db, clock.at)
        turning.sign(db, key, clock.at)
        witnessing.look(db, at=clock.at)
    stamping = authority(stamps.url, stamps.root)
    for hours in (0, 0, 2):
        stamping.look(db, at=wall_in(0) + timedelta(hours=hours))

    assert anchored(db, AuditCosignature) == [(1, 1), (1, 2), (2, 2), (2, 3)]
    assert anchored(db, AuditTimeStamp) == [(1, 2), (2, 3)]
    assert kept(db, AuditRefusal) == []
    certificate = {"tsa_certificate": stamps.root}
    made = export(db, tmp_path / "log", key=key, origin=turning.LINE, at=wall_in(0), by="eva", **certificate)
    seen = sorted((tmp_path / "office").glob("logs/*/seen/*.note"))
    trusted = {"witnesses": [str(witnessing.key)], "authority": stamps.root}
    report = verify(made.folder, turning.vkey(key), held=seen, **trusted)
    assert report.findings == []
    for said in ("2025: 2 cosignatures of the", "2025: 1 time stamps", "2026: 2 cosignatures of the"):
        assert any(line.startswith(said) for line in report.checked)


def anchored(db, table):
    """The trees and sizes of the checkpoints that somebody outside signed."""
    with db.reading() as session:
        signed = select(AuditCheckpoint.tree, AuditCheckpoint.size).join(
            table, table.checkpoint_id == AuditCheckpoint.id
        )
        return session.execute(signed.order_by(AuditCheckpoint.id)).all()


@ON_ONE_DATABASE
def test_a_witness_that_never_saw_the_old_year_is_not_asked_about_it(db, key, switchboard, tmp_path):
    for at in (turning.EVE, turning.NEW_YEAR):
        turning.write(db, at)
        turning.sign(db, key, at)
    witness = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[turning.vkey(key)])
    switchboard.app = door_of(witness, SetClock(turning.NEW_YEAR))
    Witnessing(switchboard.url, witness.signer.verifier_key, patience=2).look(db, at=turning.NEW_YEAR)
    with db.reading() as session:
        (signed,) = session.scalars(select(AuditCosignature.checkpoint_id)).all()
        assert session.get_one(AuditCheckpoint, signed).tree == 2


@ON_ONE_DATABASE
def test_a_brought_witness_that_signed_in_no_year_is_told_of(db, key, tmp_path):
    for at in (turning.EVE, turning.NEW_YEAR):
        turning.write(db, at)
        turning.sign(db, key, at)
    made = export(db, tmp_path / "log", key=key, origin=turning.LINE, at=turning.NEW_YEAR, by="eva")
    other = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[turning.vkey(key)]).signer.verifier_key
    report = verify(made.folder, turning.vkey(key), witnesses=[str(other)])
    assert report.findings == ["the witness witness.example.org/w signed nothing in any year"]


@ON_ONE_DATABASE
def test_nobody_there_is_trouble_and_no_alarm(db, key, witnessing, stamps, tmp_path):
    desk.employ(db, tmp_path / "desk_of_this", at=NOON)
    grow(db, key, 5)
    nobody = Witnessing("http://127.0.0.1:9", witnessing.key, patience=1)
    unknown = Witnessing(f"{witnessing.url}/elsewhere", witnessing.key)
    impostor = Witnessing(witnessing.url, type(witnessing.key)(witnessing.key.name, bytes(32)))
    silent = authority("http://127.0.0.1:9/tsr", stamps.root)
    for anchor in (nobody, unknown, impostor, silent):
        anchor.look(db, at=NOON)
    told = [(row.asked, row.because) for row in kept(db, AuditRefusal)]
    assert told == [
        ("witness", "no_answer"),
        ("witness", "unknown_log"),
        ("witness", "bad_answer"),
        ("authority", "no_answer"),
    ]
    assert "alarm.log" not in {entry["purpose"] for entry in log(db, "page.queued")}
    assert kept(db, AuditCosignature) == []


@ON_ONE_DATABASE
def test_a_stamp_on_something_else_or_by_somebody_else_is_not_kept(db, key, stamps, tmp_path):
    grow(db, key, 5)
    stamping = authority(stamps.url, stamps.root)
    stamps.says = stamps.stamp((stamps.folder / "query").read_bytes()) if (stamps.folder / "query").exists() else b"no"
    stamping.look(db, at=NOON)
    stamps.says = b"\x30\x03\x02\x01\x02"
    stamping.look(db, at=NOON + timedelta(hours=2))
    stamps.says = b""
    with authority_in(tmp_path / "stranger") as stranger:
        authority(stranger.url, stamps.root).look(db, at=NOON + timedelta(hours=4))
    assert kept(db, AuditTimeStamp) == []
    assert {(row.asked, row.because) for row in kept(db, AuditRefusal)} == {("authority", "bad_answer")}
    with pytest.raises(Misconfigured, match="TSA_CERTIFICATE"):
        authority(stamps.url, tmp_path / "none.pem")


def other_log(tmp_path, key, count):
    """Another log under the same name and key: what a restored backup or a thief with the key has."""
    db = Database(f"sqlite:///{tmp_path}/other.db")
    db.migrate()
    grow(db, key, count, by="bo")
    return db


def kept_size(db):
    with db.reading() as session:
        return session.scalar(text("SELECT max(size) FROM audit_checkpoints"))


def test_verify_is_silent_about_anchors_that_there_are_none_of(db, key, tmp_path):
    grow(db, key, 2)
    made = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=NOON, by="eva")
    assert not any("witness" in line or "stamp" in line for line in verify(made.folder, made.vkey).lines())


def test_an_auditor_who_brings_a_key_or_a_certificate_is_not_told_yes_about_nothing(
    db, key, witnessing, stamps, tmp_path
):
    grow(db, key, 2)
    made = export(db, tmp_path / "log", key=key, origin=ORIGIN, at=NOON, by="eva")
    assert verify(made.folder, made.vkey).ok
    for brought in ({"witnesses": [str(witnessing.key)]}, {"authority": stamps.root}):
        assert not verify(made.folder, made.vkey, **brought).ok, brought


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_bytes_that_are_no_time_stamp_are_said_to_be_none_and_end_no_check(a_stamp, changes):
    folder, whole, root = a_stamp
    raw, stamped = bytearray(whole), read_stamp(whole).milliseconds
    for place, byte in changes:
        raw[int(place * len(raw))] = byte
    (folder / "checkpoints" / "7.tsr").write_bytes(raw)
    report = Report()
    stamps = Stamps(folder, root, report)
    stamps.read([Checkpoint(ORIGIN, 7, bytes(32), "checkpoints/7.note")])
    assert [seen.milliseconds for seen in stamps.seen] == ([stamped] if report.ok else []), (
        "no other moment is believed"
    )


def test_a_witness_from_the_year_ten_thousand_signed_nothing(signer, tmp_path):
    witness = witness_in(tmp_path / "office", name="witness.example.org/w", logs=[str(signer.verifier_key)]).signer
    said = f"{ORIGIN}\n7\n{'A' * 43}=\n"
    second = (253_402_300_800).to_bytes(8)
    signature = witness.private.sign(f"cosignature/v1\ntime {int.from_bytes(second)}\n{said}".encode())
    line = f"{DASH}{witness.name} {base64_of(witness.verifier_key.key_id + second + signature)}\n"
    assert witness.verifier_key.cosigned(said, line) is None
    assert cosigned_second(parse_key(str(witness.verifier_key), COSIGNATURE), said, second + signature) is None


def test_a_clock_that_was_ahead_for_a_while_stops_no_stamps(db, key, stamps):
    stamping = authority(stamps.url, stamps.root)
    for hours in (9_000, 1, 2):
        grow(db, key, 1, at=NOON + timedelta(hours=hours))
        stamping.look(db, at=NOON + timedelta(hours=hours))
        stamping.look(db, at=NOON + timedelta(hours=hours, minutes=1))
    assert len(kept(db, AuditTimeStamp)) == 3
