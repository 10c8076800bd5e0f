from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.envelope import (
    BLOCK,
    Binding,
    CannotOpen,
    NotAKey,
    PrivateKey,
    PublicKey,
    WrongKey,
    key_id_for,
    key_id_of,
    new_key,
    open_box,
    seal,
)

KEY = new_key("rota")
HERE = Binding(table="contents", column="number", row="r1", case="c1")
BOX = seal(b"+46701740605", KEY.public, binding=HERE)
ID_ENDS = 2 + len(KEY.key_id)


@given(st.binary(max_size=3 * BLOCK))
def test_what_is_sealed_comes_out_as_it_went_in(plaintext):
    assert open_box(seal(plaintext, KEY.public, binding=HERE), KEY, binding=HERE) == plaintext


@given(st.integers(0, 8 * len(BOX) - 1))
def test_no_bit_of_a_box_can_be_flipped(bit):
    flipped = bytearray(BOX)
    flipped[bit // 8] ^= 1 << bit % 8
    with pytest.raises((CannotOpen, WrongKey)):
        open_box(bytes(flipped), KEY, binding=HERE)


@given(st.integers(0, len(BOX) - 1))
def test_no_box_can_be_cut_short(end):
    with pytest.raises((CannotOpen, WrongKey)):
        open_box(BOX[:end], KEY, binding=HERE)


@given(st.binary(max_size=2000))
def test_garbage_is_no_box(garbage):
    with pytest.raises((CannotOpen, WrongKey)):
        open_box(garbage, KEY, binding=HERE)


@pytest.mark.parametrize("part", ["table", "column", "row", "case"])
def test_a_box_moved_to_another_place_does_not_open(part):
    with pytest.raises(CannotOpen):
        open_box(BOX, KEY, binding=dataclasses.replace(HERE, **{part: "other"}))


PARTS = st.text("ab1", min_size=1, max_size=3)
PLACES = st.builds(Binding, table=PARTS, column=PARTS, row=PARTS, case=st.text("ab1", max_size=3))


@given(PLACES, PLACES)
def test_two_places_never_share_their_binding(one, other):
    assert (one.info("rota-00000000") == other.info("rota-00000000")) == (one == other)


def test_a_box_must_belong_to_a_row():
    with pytest.raises(ValueError, match="bound to a table"):
        Binding(table="contents", column="number", row="", case="c1")


def test_another_key_is_told_so_by_name(another):
    with pytest.raises(WrongKey) as told:
        open_box(BOX, another, binding=HERE)
    assert KEY.key_id in str(told.value)
    assert another.key_id in str(told.value)


def test_a_box_that_names_a_key_it_is_not_sealed_to_does_not_open(another):
    forged = BOX[:2] + another.key_id.encode() + BOX[ID_ENDS:]
    with pytest.raises(CannotOpen):
        open_box(forged, another, binding=HERE)


def test_a_box_says_which_key_opens_it():
    assert key_id_of(BOX) == KEY.key_id


@given(st.binary(max_size=BLOCK - 4), st.binary(max_size=BLOCK - 4))
def test_lengths_within_a_block_do_not_show(one, other):
    assert len(seal(one, KEY.public, binding=HERE)) == len(seal(other, KEY.public, binding=HERE))


def test_the_same_text_never_makes_the_same_box():
    assert seal(b"x", KEY.public, binding=HERE) != seal(b"x", KEY.public, binding=HERE)


def test_errors_say_nothing_of_the_content():
    with pytest.raises(CannotOpen) as told:
        open_box(BOX[:-1] + b"x", KEY, binding=HERE)
    assert "4670" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_private_key_survives_its_bytes():
    again = PrivateKey.from_bytes(KEY.key_id, KEY.to_bytes())
    assert open_box(BOX, again, binding=HERE) == b"+46701740605"


def test_a_public_key_survives_its_bytes():
    public = PublicKey.from_bytes(KEY.key_id, KEY.public.raw)
    assert open_box(seal(b"x", public, binding=HERE), KEY, binding=HERE) == b"x"


@pytest.mark.parametrize("half", [PrivateKey, PublicKey])
def test_a_key_under_anothers_id_is_refused(half, another):
    raw = KEY.to_bytes() if half is PrivateKey else KEY.public.raw
    for key_id, material in ((another.key_id, raw), (KEY.key_id, raw[:-1]), ("rota", raw), ("", raw)):
        with pytest.raises(NotAKey):
            half.from_bytes(key_id, material)


def test_a_public_key_that_agrees_on_nothing_is_refused():
    raw = KEY.public.raw[:1184] + bytes(32)
    with pytest.raises(NotAKey):
        seal(b"x", PublicKey(key_id_for("rota", raw), raw), binding=HERE)


def test_bytes_that_are_no_mlkem_key_are_refused():
    raw = b"\xff" * 1216
    with pytest.raises(NotAKey):
        PublicKey(key_id_for("rota", raw), raw)


@pytest.mark.parametrize("kind", ["", "Rota", "ro-ta", "r0ta", "x" * 17, "röta"])
def test_a_kind_is_a_few_small_letters(kind):
    with pytest.raises(NotAKey):
        new_key(kind)


def test_keys_show_their_ids_and_nothing_else():
    assert repr(KEY) == str(KEY) == f"{KEY}" == f"<PrivateKey {KEY.key_id}>"
    assert repr(KEY.public) == f"<PublicKey {KEY.key_id}>"


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_private_key_cannot_be_pickled_or_copied(copying):
    with pytest.raises(TypeError, match="may not leave"):
        copying(KEY)
