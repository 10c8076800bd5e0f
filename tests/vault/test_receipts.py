from __future__ import annotations

import pickle
import secrets
import time
from re import fullmatch

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.vault.envelope import Binding, PrivateKey, open_box, seal
from app.vault.receipts import Door, Receipt, door_for, knock, locator, mailbox_key, mark_of, receipt_from

NONCE = secrets.token_urlsafe(32)
DIGITS = "12345678901234567890"
RECEIPT = Receipt(DIGITS)
ANOTHER = Receipt("09876543210987654321")
SALT = b"salt of sixteen!"


def test_a_form_sent_twice_shows_the_same_receipt():
    assert receipt_from(NONCE) == receipt_from(NONCE)


@given(st.binary(min_size=32, max_size=32))
def test_a_receipt_is_twenty_digits_in_groups_of_four(random):
    receipt = receipt_from(random.hex())
    assert len(receipt.digits) == 20
    assert receipt.digits.isdecimal()
    assert [len(group) for group in receipt.spoken.split(" ")] == [4] * 5


def test_two_forms_have_two_receipts():
    assert receipt_from(NONCE) != receipt_from(secrets.token_urlsafe(32))


@pytest.mark.parametrize("nonce", ["", "short", "x" * 42, "x" * 129, "å" * 64, "\ud800" * 64])
def test_a_form_without_a_proper_mark_is_refused(nonce):
    with pytest.raises(BadInput, match="Open it again"):
        receipt_from(nonce)


def test_the_mark_stored_of_a_form_does_not_lead_to_the_receipt():
    mark = mark_of(NONCE)
    assert mark == mark_of(NONCE)
    assert len(mark) == 32
    assert receipt_from(NONCE).digits != f"{int(mark, 16) % 10**20:020d}"


@given(
    st.lists(st.sampled_from(["", " ", "-", "\u2013", "\u00a0", "\u200f", "\n", "\u2212"]), min_size=21, max_size=21)
)
def test_spaces_and_dashes_may_stand_anywhere(separators):
    typed = "".join(separator + digit for separator, digit in zip(separators, [*DIGITS, ""], strict=True))
    assert Receipt.parse(typed) == RECEIPT


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\uff10"])
def test_digits_of_other_scripts_are_digits(zero):
    assert Receipt.parse("".join(chr(ord(zero) + int(digit)) for digit in DIGITS)) == RECEIPT


@pytest.mark.parametrize(
    "typed",
    ["", DIGITS[:-1], DIGITS + "1", DIGITS[:-1] + "x", DIGITS[:-1] + "½", DIGITS[:-1] + "²", DIGITS + " " * 100],
)
def test_what_is_not_twenty_digits_is_no_receipt(typed):
    assert Receipt.parse(typed) is None


@given(st.text(max_size=200))
def test_no_input_upsets_the_parser(typed):
    Receipt.parse(typed)


def test_a_receipt_read_back_is_the_receipt():
    assert Receipt.parse(RECEIPT.spoken) == RECEIPT


def test_a_receipt_shows_nothing_and_stays_here():
    assert repr(RECEIPT) == str(RECEIPT) == f"{RECEIPT}" == "<Receipt>"
    with pytest.raises(TypeError):
        pickle.dumps(RECEIPT)


def test_what_is_stored_shows_nothing():
    door, _ = door_for(RECEIPT)
    assert repr(door) == "Door()"


@pytest.mark.usefixtures("at_full_strength")
def test_a_door_says_how_hard_it_is_to_guess_and_nothing_of_the_digits():
    door, key = door_for(RECEIPT)
    assert fullmatch(r"argon2id,m=19456,t=2,p=1\$[0-9a-f]{64}", door.verifier)
    assert DIGITS not in door.verifier
    stretched = hash_secret_raw(b"mailbox|" + DIGITS.encode(), door.salt, 2, 19456, 1, hash_len=32, type=Type.ID)
    opened = HKDF(SHA256(), length=96, salt=None, info=b"dygnet mailbox key v1").derive(stretched)
    assert key.to_bytes() == opened, "the terms it names are the terms it was made under"


def test_every_door_has_a_salt_of_its_own():
    (one, _), (another, _) = door_for(RECEIPT), door_for(RECEIPT)
    assert one.salt != another.salt
    assert one.verifier != another.verifier


def test_a_stolen_verifier_does_not_hold_the_key():
    door, key = door_for(RECEIPT)
    kept = bytes.fromhex(door.verifier.partition("$")[2])
    assert not any(kept[start : start + 8] in key.to_bytes() for start in range(len(kept) - 7))
    for purpose in (b"dygnet mailbox key v1", b"dygnet receipt verifier v1"):
        guessed = HKDF(SHA256(), length=96, salt=None, info=purpose).derive(kept)
        assert PrivateKey("receipt", guessed).key_id != key.key_id, "what is kept leads nowhere"


def test_a_locator_is_sixteen_bits():
    key = b"k" * 32
    assert locator(key, RECEIPT) == locator(key, RECEIPT) in range(65536)
    assert locator(key, RECEIPT) != locator(key, ANOTHER)


def test_the_mailbox_opens_with_the_same_digits_again():
    here = Binding(table="letters", column="text", row="r", case="c")
    box = seal(b"hello", mailbox_key(RECEIPT, SALT).public, binding=here)
    key = mailbox_key(Receipt(DIGITS), SALT)
    assert key.key_id.startswith("receipt-")
    assert open_box(box, key, binding=here) == b"hello"


def test_another_receipt_or_another_salt_is_another_mailbox():
    keys = {
        mailbox_key(RECEIPT, SALT).key_id,
        mailbox_key(ANOTHER, SALT).key_id,
        mailbox_key(RECEIPT, SALT[::-1]).key_id,
    }
    assert len(keys) == 3


def test_a_short_salt_is_refused():
    with pytest.raises(ValueError, match="salt"):
        mailbox_key(RECEIPT, b"short")


def test_a_knock_finds_the_right_door_among_the_candidates():
    doors = [door_for(ANOTHER)[0], door_for(RECEIPT)[0]]
    opened, key = knock(RECEIPT, doors)
    assert opened == 1
    assert key.key_id == mailbox_key(RECEIPT, doors[1].salt).key_id


def test_a_knock_on_a_wrong_door_or_on_none_opens_nothing():
    assert knock(RECEIPT, [door_for(ANOTHER)[0]]) is None
    assert knock(RECEIPT, []) is None


def test_a_miss_takes_as_long_as_a_hit():
    door, _ = door_for(RECEIPT)
    hit = fastest(lambda: knock(RECEIPT, [door]))
    missed = [fastest(lambda: knock(RECEIPT, [])), fastest(lambda: knock(ANOTHER, [door]))]
    assert all(0.6 < miss / hit < 1.7 for miss in missed)


@pytest.mark.parametrize("kept", ["", "damaged", "argon2id,m=19456,t=2,p=1$", "skadad åäö"])
def test_a_door_with_a_damaged_verifier_opens_nothing(kept):
    assert knock(RECEIPT, [Door(kept, SALT)]) is None


def test_a_damaged_door_keeps_nobody_from_their_own():
    opened, _ = knock(RECEIPT, [Door("damaged", b"short"), door_for(RECEIPT)[0]])
    assert opened == 1


def fastest(knocking, times=5):
    took = []
    for _ in range(times):
        started = time.thread_time()
        knocking()
        took.append(time.thread_time() - started)
    return min(took)
