"""After a busy day a thief takes the database with its write-ahead log, the disk, the backup, the log, the export, and
the key folder and the environment of every process but the console's. He learns of nobody who asked for help.

Where staff hold the key he is given the console's folder and environment as well, after they went home.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from app.cases.returning import RepeatTag
from app.clock import Clock
from app.vault.index import WaitingIndex, short_tag
from app.vault.keyring import Keyring
from tests import postgres
from tests.boxes import every_lock
from tests.busy_day import CHANGED_TO, HIDES, MESSAGES, NUMBERS, WORDS, Day, day
from tests.evidence import everything_kept
from tests.hotline import PASSPHRASE
from tests.people import NUMBERS as STAFF
from tests.searching import Needles, Search, disguises, spellings
from tests.thief import Loot, loot, opened
from tests.write_ahead import WriteAhead, rows_in

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

FICTIONAL = [f"+46701740{last}" for last in range(605, 700)] + [f"+468465004{last:02d}" for last in range(100)]
"""Every number that is nobody's: those of the day are among them."""

OF_STAFF = {"staff_channels.box", "staff_endpoints.box", "staff_probes.box"}
"""What the duty key opens: the carrier's process and the engine ring people with it (decision 0009)."""

_A_CODE = re.compile(rb"(?:\d{4} ){4}\d{4}")
_COOKIE = re.compile(r"dygnet(?:-lock)?=([\w-]{20,})")
_LONGEST_KEY = 96
_BEGINNING = 8
"""Bytes of a digest that are as good as all of it."""


def test_none_of_the_planted_secrets_is_found_in_any_disguise(day: Day) -> None:
    search, taken = Search(planted(day)), _taken(day)

    assert {place for place, content in taken.places.items() if search.finds(content)} == set()
    assert len(taken.places["rows"]) > 100_000
    assert day.db.is_sqlite or len(taken.places["write-ahead log"]) > len(taken.places["rows"])
    assert len(planted(day)) > 100


def test_with_every_key_that_he_finds_he_learns_only_whom_the_line_rings(day: Day) -> None:
    opens = opened(day, _taken(day).keys)
    read = b"\0".join(opens.values())

    assert {box.column for box in opens} == OF_STAFF
    assert {number for number in STAFF.values() if number.encode() in read}
    assert Search(_of_people(day)).finds(read) == set()


def test_from_the_process_that_faces_the_internet_he_opens_nothing_at_all(day: Day) -> None:
    public = {place: content for place, content in _taken(day).places.items() if place.endswith("public")}

    assert Loot(public).keys
    assert opened(day, Loot(public).keys) == {}


def test_where_staff_hold_the_key_the_consoles_disk_opens_nothing_either(day: Day) -> None:
    taken = loot(day, consoles=day.folder / "keys-taken-over")
    opens = opened(day, taken.keys)

    assert taken.keys >= _taken(day).keys
    assert _rota(day) not in taken.keys
    assert {box.column for box in opens} <= OF_STAFF
    assert Search(planted(day)).finds(taken.places["keys of the console"]) == set()
    assert len(every_lock(day.db, "staff_keys.box")) == 2
    assert every_lock(day.db, "staff_session_keys.box"), "somebody forgot to sign out, and it did not matter"


def test_whoever_has_the_key_itself_opens_everything_that_was_sealed_with_it(day: Day) -> None:
    """The control: the same hands, with the one key that is not among what was taken."""
    opens = opened(day, [_rota(day)])
    read = {content.decode() for box, content in opens.items() if box.column == "case_contents.box"}

    assert {box.column for box in opens} >= {"case_grants.box", "case_contents.box", "case_letters.box"}
    assert read >= {*NUMBERS, *MESSAGES} - {HIDES}


@pytest.mark.parametrize("key", [0, 1, 0x5A, 0xFF])
@pytest.mark.parametrize("turn", [lambda byte, key: byte ^ key, lambda byte, key: (byte + key) % 256])
def test_a_secret_that_was_left_lying_would_be_found(turn, key: int) -> None:
    """The control: each kind of secret, in each disguise, under a one-byte key, in the middle of other things."""
    search = Search([NUMBERS[0][3:], WORDS[0], b"\x07" + secrets.token_bytes(31)])
    for secret in (NUMBERS[0][3:], WORDS[0]):
        for form in set(disguises(secret)):
            left = bytes(turn(byte, key) for byte in form)
            assert search.finds(secrets.token_bytes(101) + left + secrets.token_bytes(30)) == {secret}


def test_what_was_taken_back_still_stands_in_postgresqls_own_log_and_would_be_found(
    postgres_template: str, tmp_path: Path
) -> None:
    """The control: two secrets that no row ever showed anybody, and no dump holds."""
    url, search = make_url(postgres_template).set(database="postgres"), Search([NUMBERS[0][3:], WORDS[0]])
    log, outside = WriteAhead.from_now(url), create_engine(url)
    with outside.connect() as connection:
        connection.execute(text("CREATE TABLE left_lying (what text)"))
        for secret in (NUMBERS[0], WORDS[0].encode().hex()):
            connection.execute(text("INSERT INTO left_lying VALUES (:what)"), {"what": secret})
        connection.rollback()
    outside.dispose()
    log.copy_to(tmp_path / "pg_wal")

    assert search.finds(rows_in(tmp_path / "pg_wal")) == {NUMBERS[0][3:], WORDS[0]}
    assert search.finds(postgres.dump(url)) == set()


def test_a_key_that_was_left_lying_would_be_found(day: Day) -> None:
    """The control: the key to cases in an environment, in a log, and beside the duty key."""
    raw = _rota(day)
    encoded = base64.b64encode(raw).decode()
    for form in (raw.hex(), encoded, f"DYGNET_KEY_ROTA=1:{encoded}"):
        assert raw in Loot({"environment": f"A=b\0{form}\0C=d".encode()}).keys
    assert Search(planted(day)).finds(b"a log that says " + bytes(byte ^ 0x21 for byte in raw) + b".")


def test_no_number_there_is_fits_anything_that_a_key_was_made_for(day: Day) -> None:
    """Not the digest of a number under any key that he found, nor without one."""
    kept = everything_kept(day.db)

    assert Needles(_marks(_taken(day).keys)).standing_in(_with_hex_read(kept)) == set()


def test_a_number_behind_a_key_that_he_found_would_be_seen(day: Day) -> None:
    """The control: a full tag under the index key, as a row would hold it, in bytes and in hex."""
    index = Keyring.load(day.hotline.settings.keys_dir, private=("index",)).index_key
    tag = hmac.digest(index, NUMBERS[0].encode(), "sha256")[:16]

    for left in (tag, tag.hex().encode()):
        assert Needles(_marks({bytes(index)})).standing_in(_with_hex_read(b"|" + left + b"|"))


def test_the_short_tag_tells_one_number_in_256_from_another_and_no_more(day: Day) -> None:
    """Eight bits under a key that the open door has: he may know them, and every 256th number has the same."""
    index = Keyring.load(day.hotline.settings.keys_dir, private=("index",)).index_key
    numbers = [f"+467017{last:05d}" for last in range(20_000)]
    tags = [short_tag(index, number) for number in numbers]
    with day.db.reading() as session:
        kept = session.scalars(select(RepeatTag)).all()

    assert kept
    for row in kept:
        assert 0 <= row.short <= 255
        assert tags.count(row.short) > len(numbers) / 256 / 2, "as many others fit as chance would have it"


def test_the_full_tag_fits_nobody_without_what_a_process_remembers(day: Day) -> None:
    with day.db.reading() as session:
        kept = {row.full for row in session.scalars(select(RepeatTag)) if row.full}
    clock: Clock = day.hotline.clock
    after_a_restart = WaitingIndex()

    assert kept
    assert kept.isdisjoint(tag for number in FICTIONAL for tag in after_a_restart.tags(number, at=clock.now()))


def planted(day: Day) -> set[str | bytes]:
    """What nobody who steals the server may find: of people, of staff, and what opens something."""
    return {*_of_people(day), *_of_staff(day), *_keys_of_the_day(day)}


def _of_people(day: Day) -> set[str | bytes]:
    """Numbers, words, and every receipt that was shown to anybody."""
    shown = {code.decode() for each in day.tape.requests for code in _A_CODE.findall(each.answer)}
    numbers = {spelling for number in NUMBERS for spelling in spellings(number)}
    return {*numbers, *WORDS, *MESSAGES, *shown, *(code.replace(" ", "") for code in shown)}


def _of_staff(day: Day) -> set[str | bytes]:
    """Their numbers and passphrases, and what stands in their browsers' cookies and one-time links."""
    cookies = {word for each in day.tape.requests for word in _COOKIE.findall(each.headers.get("cookie", ""))}
    links = {each.path.rpartition("/")[2] for each in day.tape.requests if each.path.startswith("/console/enrol/")}
    return {*(number[3:] for number in STAFF.values()), PASSPHRASE, CHANGED_TO, *cookies, *links}


def _keys_of_the_day(day: Day) -> set[str | bytes]:
    """The key to cases, each half of it for itself, and the words on the paper."""
    raw = _rota(day)
    return {raw[:32], raw[32:64], raw[64:], *(paper.words for paper in day.shares.papers)}


def _rota(day: Day) -> bytes:
    return Keyring.load(day.hotline.settings.keys_dir, private=("rota",)).private("rota").to_bytes()


_LOOT: dict[str, Loot] = {}


def _taken(day: Day) -> Loot:
    """Taken once for each database."""
    name = day.db.engine.name
    _LOOT[name] = _LOOT.get(name) or loot(day)
    return _LOOT[name]


@cache
def _written() -> list[bytes]:
    return [each.encode() for number in FICTIONAL for each in (number, number[1:], "0" + number[3:])]


def _marks(keys: set[bytes]) -> set[bytes]:
    """The beginning of everything that could be made of a number: digests, and digests under each key."""
    return {mark[:_BEGINNING] for plain in _written() for mark in _marks_of(plain, keys)}


def _marks_of(plain: bytes, keys: set[bytes]) -> Iterator[bytes]:
    yield from (hashlib.new(name, plain).digest() for name in ("md5", "sha1", "sha256", "sha512", "blake2b"))
    for key in (each for each in keys if len(each) <= _LONGEST_KEY):
        for label in (b"", b"dygnet short tag v1|"):
            yield hmac.digest(key, label + plain, "sha256")
        yield hmac.digest(plain, key, "sha256")


def _with_hex_read(kept: bytes) -> bytes:
    """The bytes, and those that are written there in hex."""
    return b"\0".join([kept, *(bytes.fromhex(word.decode()) for word in re.findall(rb"(?:[0-9a-f]{2}){8,}", kept))])
