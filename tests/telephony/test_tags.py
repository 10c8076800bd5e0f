from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NotSigned
from app.telephony.tags import LENGTH, Tags

PATH = "receipts/0123456789abcdef"
paths = st.text(max_size=40)


def tag_of(tags: Tags, path: str) -> str:
    return tags.tagged(path).removeprefix(f"{path}/")


@given(paths)
def test_an_address_that_was_handed_out_is_let_in(path: str) -> None:
    Tags(("secret",)).insist(path, tag_of(Tags(("secret",)), path))


@given(paths, paths)
def test_a_tag_is_good_for_its_own_address_only(path: str, other: str) -> None:
    tags = Tags(("secret",))
    if path != other:
        with pytest.raises(NotSigned):
            tags.insist(other, tag_of(tags, path))


@given(st.text(max_size=80))
def test_a_guessed_tag_is_turned_away_whatever_it_is_made_of(guess: str) -> None:
    with pytest.raises(NotSigned):
        Tags(("secret",)).insist(PATH, guess)


def test_without_a_secret_nobody_is_let_in_and_nothing_is_handed_out() -> None:
    none = Tags(("",))
    for guess in ("", tag_of(Tags(("secret",)), PATH)):
        with pytest.raises(NotSigned):
            none.insist(PATH, guess)
    with pytest.raises(ValueError, match="no secret"):
        none.tagged(PATH)


def test_while_the_password_is_changed_addresses_of_both_are_let_in_and_new_ones_are_made_with_the_first() -> None:
    old, new, both = Tags(("old",)), Tags(("new",)), Tags(("new", "old"))
    assert both.tagged(PATH) == new.tagged(PATH)
    both.insist(PATH, tag_of(old, PATH))
    both.insist(PATH, tag_of(new, PATH))
    with pytest.raises(NotSigned):
        new.insist(PATH, tag_of(old, PATH))


def test_a_tag_shows_neither_the_secret_nor_itself_in_a_repr() -> None:
    tags = Tags(("secret",))
    assert repr(tags) == "<Tags>"
    assert "secret" not in tags.tagged(PATH)
    assert len(tag_of(tags, PATH)) == LENGTH
