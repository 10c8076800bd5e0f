"""What lies sealed or locked in the house opens in its own place, with its own key, as it was sealed, or not at all.

Held against every box that a busy day left in the database; and a column that nobody entered in `tests/boxes.py` is
found here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.mailboxes import HandedReceipt
from app.cases.returning import Mailbox
from app.vault.envelope import Binding, CannotOpen, PrivateKey, WrongKey, new_key, open_box, seal
from app.vault.keyring import Keyring
from app.vault.locks import CannotUnlock, Cost, Lock, Passphrase
from app.vault.receipts import Receipt, locator, mailbox_key
from app.vault.recovery import key_from
from app.vault.sealed import SealedBox
from app.vault.staff_keys import Wrapped, lock, new_staff_key, unlock, unwrap, wrap
from tests.boxes import LOCKED, OPEN, SEALED, Box, columns_of_bytes, every_box, every_lock
from tests.busy_day import CHANGED_TO, Day, day
from tests.holding import CHEAP
from tests.hotline import PASSPHRASE

__all__ = ["day"]

pytestmark = pytest.mark.xdist_group("a busy day")

SHUT = (CannotOpen, WrongKey)
HERE = Binding(table="case_contents", column="box", row="r", case="c")
KEY, ANOTHER = new_key("case"), new_key("case")
ONE = seal(b"+46701740660", KEY.public, binding=HERE)
STAFF_KEY = new_staff_key()
WRAPPED = wrap(STAFF_KEY, PASSPHRASE.encode(), person="anna", terms=CHEAP)
SECRET, SESSION = "s" * 43, "0" * 64
LOCKED_IN = lock(STAFF_KEY, SECRET, session=SESSION)
FOLDER, PLACE = Lock.new(), "dygnet locked private key, version 1, rota, rota-00000000"
LOCKED_FILE = FOLDER.closed(b"k" * 96, place=PLACE)
WORDS = Passphrase("sju sjösjuka sjömän", Cost(passes=1, memory_kib=8, lanes=1))
LOCK_FILE = FOLDER.kept_by(WORDS)
ANY = st.integers(0, 2**32)


def test_every_column_of_bytes_is_known_as_sealed_locked_or_open() -> None:
    columns = {str(column): column for column in columns_of_bytes()}

    assert columns.keys() == {*SEALED, *LOCKED, *OPEN}
    assert {name for name, column in columns.items() if isinstance(column.type, SealedBox)} <= SEALED.keys()


def test_every_kind_of_box_was_left_by_the_day_and_every_one_opens_in_its_place(day: Day) -> None:
    opened = _opened(day)

    assert {box.column for box, _ in opened} == SEALED.keys()
    assert {box.column for box in every_box(day.db)} == SEALED.keys()
    assert len(opened) > 50
    assert len(opened) == len(every_box(day.db)), "some receipt of the day was not written down"


def test_no_box_opens_in_another_row_another_column_or_another_case(day: Day) -> None:
    opened = _opened(day)
    columns = {box.column: box.place for box, _ in opened}
    for box, key in opened:
        theirs = (place for column, place in columns.items() if column != box.column)
        for place in (*theirs, *_moved(box.place)):
            with pytest.raises(CannotOpen):
                open_box(box.content, key, binding=place)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY)
def test_no_box_opens_in_the_place_of_any_other(day: Day, one: int, other: int) -> None:
    opened = _opened(day)
    (box, key), (there, its_key) = opened[one % len(opened)], opened[other % len(opened)]
    if box.place != there.place:
        with pytest.raises(CannotOpen):
            open_box(box.content, key, binding=there.place)
    if box.key_id != its_key.key_id:
        with pytest.raises(WrongKey, match=f"{box.key_id}, not to {its_key.key_id}"):
            open_box(box.content, its_key, binding=box.place)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY, st.integers(1, 255))
def test_no_byte_of_any_box_can_be_changed(day: Day, which: int, where: int, by: int) -> None:
    box, key = _opened(day)[which % len(_opened(day))]
    changed = bytearray(box.content)
    changed[where % len(changed)] ^= by
    with pytest.raises(SHUT):
        open_box(bytes(changed), key, binding=box.place)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY, st.binary(min_size=1, max_size=40))
def test_no_box_can_be_cut_short_or_added_to(day: Day, which: int, end: int, more: bytes) -> None:
    box, key = _opened(day)[which % len(_opened(day))]
    for content in (box.content[: end % len(box.content)], box.content + more, more + box.content):
        with pytest.raises(SHUT):
            open_box(content, key, binding=box.place)


def test_not_one_bit_of_a_box_can_be_flipped() -> None:
    for bit in range(8 * len(ONE)):
        with pytest.raises(SHUT):
            open_box(_flipped(ONE, bit), KEY, binding=HERE)
    assert open_box(ONE, KEY, binding=HERE) == b"+46701740660"


def test_a_box_is_refused_by_name_when_the_key_is_another_one() -> None:
    forged = ONE[:2] + ANOTHER.key_id.encode() + ONE[2 + ONE[1] :]

    with pytest.raises(WrongKey, match=f"^the box is sealed to {KEY.key_id}, not to {ANOTHER.key_id}$"):
        open_box(ONE, ANOTHER, binding=HERE)
    with pytest.raises(CannotOpen):
        open_box(forged, ANOTHER, binding=HERE)
    with pytest.raises(WrongKey):
        open_box(forged, KEY, binding=HERE)


@dataclass(frozen=True)
class Locked:
    """Something locked without a public key: its bytes, and what opens them."""

    content: bytes

    def opened(self, content: bytes) -> object:
        raise NotImplementedError


class AWrappedKey(Locked):
    def opened(self, content: bytes) -> object:
        return unwrap(replace(WRAPPED, box=content), PASSPHRASE.encode(), person="anna")


class AKeyInASession(Locked):
    def opened(self, content: bytes) -> object:
        return unlock(content, SECRET, session=SESSION)


class ALockedKeyFile(Locked):
    def opened(self, content: bytes) -> object:
        return FOLDER.opened(content, place=PLACE)


class ALockFile(Locked):
    def opened(self, content: bytes) -> object:
        return WORDS.unwrapped(content)


@pytest.mark.parametrize(
    "it",
    [AWrappedKey(WRAPPED.box), AKeyInASession(LOCKED_IN), ALockedKeyFile(LOCKED_FILE), ALockFile(LOCK_FILE)],
    ids=lambda it: type(it).__name__,
)
def test_not_one_bit_of_what_is_locked_can_be_flipped_and_no_byte_left_out(it: Locked) -> None:
    assert it.opened(it.content)
    for content in (*(_flipped(it.content, bit) for bit in range(8 * len(it.content))), *_cut(it.content)):
        with pytest.raises((CannotOpen, CannotUnlock)):
            it.opened(content)


@pytest.mark.parametrize(
    ("elsewhere", "person"),
    [
        (replace(WRAPPED, key_id="staff-00000000"), "anna"),
        (replace(WRAPPED, terms="argon2id,m=65,t=1,p=1"), "anna"),
        (replace(WRAPPED, terms="md5"), "anna"),
        (replace(WRAPPED, terms="argon2id,m=9999999,t=2,p=1"), "anna"),
        (replace(WRAPPED, terms="argon2id,m=1,t=0,p=9"), "anna"),
        (replace(WRAPPED, salt=b""), "anna"),
        (replace(WRAPPED, salt=bytes(16)), "anna"),
        (WRAPPED, "bo"),
    ],
)
def test_a_wrapped_key_opens_for_its_owner_on_its_own_terms_alone(elsewhere: Wrapped, person: str) -> None:
    with pytest.raises(CannotOpen):
        unwrap(elsewhere, PASSPHRASE.encode(), person=person)


def test_a_key_in_a_session_opens_in_that_session_with_that_secret_alone(day: Day) -> None:
    for secret, session in ((SECRET[1:] + "t", SESSION), (SECRET, "1" * 64), ("", SESSION)):
        with pytest.raises(CannotOpen):
            unlock(LOCKED_IN, secret, session=session)
    for row, content in every_lock(day.db, "staff_session_keys.box"):
        assert unlock(content, _lock_cookie(day, row["session_id"], content), session=row["session_id"])


def test_a_locked_key_file_opens_under_its_own_header_alone() -> None:
    with pytest.raises(CannotUnlock):
        FOLDER.opened(LOCKED_FILE, place=PLACE.replace("rota", "duty"))
    with pytest.raises(CannotUnlock):
        Lock.new().opened(LOCKED_FILE, place=PLACE)


_OPENED: dict[str, list[tuple[Box, PrivateKey]]] = {}


def _opened(day: Day) -> list[tuple[Box, PrivateKey]]:
    """Every box of the day that somebody can open, with the key that does. Worked out once for each database."""
    name = day.db.engine.name
    if name not in _OPENED:
        _OPENED[name] = list(_every_opened(day))
    return _OPENED[name]


def _every_opened(day: Day) -> Iterator[tuple[Box, PrivateKey]]:
    keys = {key.key_id: key for key in _keys_of_people(day)}
    boxes = sorted(every_box(day.db), key=lambda box: box.column != "case_grants.box")
    for box in boxes:
        if key := keys.get(box.key_id):
            plain = open_box(box.content, key, binding=box.place)
            yield box, key
            if box.column == "case_grants.box":
                case_key = PrivateKey("case", plain)
                keys[case_key.key_id] = case_key


def _keys_of_people(day: Day) -> Iterator[PrivateKey]:
    """The keys in the console's and the carrier's folders, of the staff, on paper, and of those who have a receipt."""
    keyring = Keyring.load(day.hotline.settings.keys_dir, private=("rota", "duty", "index"))
    yield from (*keyring.privates("rota"), *keyring.privates("duty"))
    yield key_from([paper.words for paper in day.shares.papers[: day.shares.needed]])
    for row, content in every_lock(day.db, "staff_keys.box"):
        wrapped = Wrapped(row["key_id"], row["terms"], row["salt"], content)
        yield _by_passphrase(wrapped, row["person_id"])
    with day.db.reading() as session:
        doors = [(row.locator, row.salt) for table in (Mailbox, HandedReceipt) for row in session.query(table)]
    for receipt in _receipts(day):
        place = locator(keyring.index_key, receipt)
        yield from (mailbox_key(receipt, salt) for there, salt in doors if there == place)


def _by_passphrase(wrapped: Wrapped, person: str) -> PrivateKey:
    try:
        return unwrap(wrapped, CHANGED_TO.encode(), person=person)
    except CannotOpen:
        return unwrap(wrapped, PASSPHRASE.encode(), person=person)


def _receipts(day: Day) -> list[Receipt]:
    shown = {code.decode() for each in day.tape.requests for code in re.findall(rb"(?:\d{4} ){4}\d{4}", each.answer)}
    return [receipt for code in sorted(shown) if (receipt := Receipt.parse(code))]


def _lock_cookie(day: Day, session: str, content: bytes) -> str:
    cookies = {each.headers.get("cookie", "") for each in day.tape.requests}
    words = {word for cookie in cookies for word in re.findall(r"dygnet-lock=([\w-]+)", cookie)}
    return next(word for word in words if _unlocks(content, word, session))


def _unlocks(content: bytes, word: str, session: str) -> bool:
    try:
        return bool(unlock(content, word, session=session))
    except CannotOpen:
        return False


def _moved(place: Binding) -> Iterator[Binding]:
    yield replace(place, row=place.row + "0")
    yield replace(place, column="note")
    yield replace(place, table=place.table[:-1])
    yield replace(place, case="0" * 32)


def _flipped(content: bytes, bit: int) -> bytes:
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def _cut(content: bytes) -> Iterator[bytes]:
    yield from (content[:end] for end in range(len(content)))
    yield from (content + b"\0", b"\0" + content)
