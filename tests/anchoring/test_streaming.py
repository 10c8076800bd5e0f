"""Every entry reaches the SIEM, whatever day it has; and nobody waits for it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.anchoring.streaming import AT_ONCE, streaming_to
from app.audit.log import record
from app.audit.sequencer import sequence
from app.audit.stream_models import AuditStreamed
from app.audit.syslog import LONGEST, framed, message
from app.audit.trees import Leaf
from app.errors import Misconfigured
from app.settings import settings_from
from tests.anchoring.siem import receiving, unframed
from tests.audit import turning

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = re.compile(
    rb"<(?P<priority>\d{1,3})>1 (?P<at>[0-9T:.-]+Z) (?P<host>\S+) dygnet - (?P<kind>[a-z_.]{1,32}) - "
    rb"\xef\xbb\xbf(?P<said>\{.*\})"
)


def write(db, count: int, **other: str) -> None:
    with db.transaction() as session:
        for number in range(count):
            record(session, **{"at": NOON, "by": "åsa", "action": "case.read", "number": number} | other)
    with db.transaction() as session:
        sequence(session, at=NOON)


def leaves(receiver) -> list[int]:
    return [json.loads(HEADER.fullmatch(said)["said"])["leaf_index"] for said in receiver.messages]


def place(db) -> int:
    with db.reading() as session:
        return session.query(AuditStreamed.next_leaf).scalar() or 0


def test_everything_arrives_once_a_receiver_takes_it_and_nothing_is_lost_on_its_bad_days(db, tmp_path):
    with receiving(tmp_path) as receiver:
        stream = streaming_to(receiver.url, receiver.certificate, us="linjen.example.org")
        write(db, 3)
        write(db, 1, action="staff.sign_in_failed", outcome="refused")
        stream.look(db, at=NOON)
        stream.look(db, at=NOON)
        assert (leaves(receiver), receiver.connections, place(db)) == ([0, 1, 2, 3], 1, 4)

        first, *_, refused = (HEADER.fullmatch(said) for said in receiver.messages)
        assert (first["priority"], first["host"], first["kind"]) == (b"110", b"linjen.example.org", b"case.read")
        assert (first["at"], refused["priority"]) == (b"2026-03-01T12:00:00.000000Z", b"108")
        assert json.loads(first["said"])["unmapped"]["actor"] == "åsa"

        write(db, 2)
        for mood in ("hangs up", "says no goodbye"):
            receiver.mood = mood
            stream.look(db, at=NOON)
            assert place(db) == 4
        receiver.mood = "takes it"
        write(db, 1)
        stream.look(db, at=NOON)
        assert place(db) == 7
        assert set(leaves(receiver)) == set(range(7))
        assert leaves(receiver)[-3:] == [4, 5, 6]
    write(db, 1)
    stream.look(db, at=NOON)  # nobody is there
    assert place(db) == 7


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_receiver_that_was_away_is_caught_up_with_batch_by_batch(db, tmp_path):
    write(db, AT_ONCE + 20)
    with receiving(tmp_path) as receiver:
        streaming_to(receiver.url, receiver.certificate, us="").look(db, at=NOON)
        assert leaves(receiver) == list(range(AT_ONCE + 20))
        assert receiver.connections == 2


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_receiver_that_we_do_not_trust_is_told_nothing_and_we_are_told_why(db, tmp_path, caplog):
    write(db, 1)
    with receiving(tmp_path) as receiver:
        streaming_to(receiver.url, None, us="").look(db, at=NOON)
        assert (receiver.messages, place(db)) == ([], 0)
    (line,) = caplog.messages
    assert "SYSLOG_CA" in line


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_was_written_in_an_hour_without_a_receiver_arrives_in_its_order(db, tmp_path):
    with receiving(tmp_path) as receiver:
        stream = streaming_to(receiver.url, receiver.certificate, us="")
        away = streaming_to("syslog+tls://127.0.0.1:9", receiver.certificate, us="")
        for _ in range(12):
            write(db, 5)
            away.look(db, at=NOON)
        assert (receiver.connections, place(db)) == (0, 0)
        stream.look(db, at=NOON)
        assert leaves(receiver) == list(range(60))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_an_entry_that_a_receiver_need_not_take_is_named_and_stops_nothing(db, tmp_path):
    write(db, 1)
    write(db, 1, **{f"fact_{number}": "ö" * 60 for number in range(80)})
    write(db, 1)
    with receiving(tmp_path) as receiver:
        streaming_to(receiver.url, receiver.certificate, us="l" * 255).look(db, at=NOON)
        assert leaves(receiver) == [0, 1, 2]
        assert all(len(said) <= LONGEST for said in receiver.messages)
        told = json.loads(HEADER.fullmatch(receiver.messages[1])["said"])
        assert (told["action"], told["leaf_index"]) == ("case.read", 1)
        assert told["too_long"] > LONGEST


@given(st.text(), st.integers(0, 10**12))
def test_a_message_is_as_long_as_it_says_and_one_line_whatever_it_tells(words, leaf):
    entry = {"at": "2026-03-01T12:00:00.123456Z", "action": "case.read", "actor": words, "role": words}
    entry |= {"object": words, "purpose": words, "result": words, "build": "1", "facts": {"fact": words}}
    said = message(json.dumps(entry).encode(), Leaf(2026, leaf), "ab" * 32, host="h", at=NOON)
    (again,) = unframed(framed(said))
    assert again == said
    assert b"\n" not in said
    assert len(said) <= LONGEST


def test_over_new_year_nothing_is_sent_twice_or_left_out_and_each_leaf_is_named_with_its_year(db, key, tmp_path):
    with receiving(tmp_path) as receiver:
        stream = streaming_to(receiver.url, receiver.certificate, us="")
        for at in (turning.EVE, turning.NEW_YEAR + turning.A_MINUTE):
            turning.write(db, at, at)
            turning.go_on(db, key, at)
            stream.look(db, at=at)
        told = [json.loads(HEADER.fullmatch(said)["said"]) for said in receiver.messages]
        named = [(one["leaf_year"], one["leaf_index"]) for one in told]
        assert named == [(2026, 0), (2026, 1), (2026, 2), (2027, 0), (2027, 1), (2027, 2)]
        assert place(db) == 6


def test_an_entry_beyond_reading_is_told_of_as_that():
    said = HEADER.fullmatch(message(b"\xff", Leaf(2027, 5), "ab" * 32, host="", at=NOON))

    assert (said["priority"], said["kind"], said["host"]) == (b"107", b"unreadable", b"-")
    assert json.loads(said["said"]) == {"unreadable": True, "leaf_index": 5, "leaf_hash": "ab" * 32, "leaf_year": 2027}


@pytest.mark.parametrize(
    "url", ["syslog://siem.example.org:6514", "syslog+tls://", "syslog+tls://a:b@siem.example.org", "syslog+tls://h/x"]
)
def test_an_address_without_encryption_or_with_more_than_a_host_is_refused(url):
    with pytest.raises(Misconfigured, match="SYSLOG_URL"):
        settings_from(env_file=None, syslog_url=url)


def test_a_certificate_that_is_none_is_refused_at_the_start(tmp_path):
    with pytest.raises(Misconfigured, match="SYSLOG_CA"):
        streaming_to("syslog+tls://siem.example.org", tmp_path / "nothing.pem", us="")
    assert streaming_to("syslog+tls://siem.example.org", None, us="").receiver == "siem.example.org:6514"
