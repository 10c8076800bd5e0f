"""Who wants no more texts is heard, in the words that people use; who only uses the word in a sentence is not."""

from __future__ import annotations

import pytest

from app.telephony.stop_words import CARRIERS, asks_to_stop, heeded_by_the_carrier


@pytest.mark.parametrize("text", [*sorted(CARRIERS), "stop", " Stop. ", "STOPP!", "sluta", "avsluta", "توقف", "jooji"])
def test_a_word_to_stop_is_understood(text: str) -> None:
    assert asks_to_stop(text)


@pytest.mark.parametrize("text", ["", "?", "1", "START", "HELP", "stoppa inte", "stop calling her", "slutet gott"])
def test_other_words_are_not_taken_for_one(text: str) -> None:
    assert not asks_to_stop(text)


@pytest.mark.parametrize(("text", "heeded"), [("STOP", True), (" stop ", True), ("STOPP", False), ("STOP.", False)])
def test_the_carrier_heeds_its_own_words_alone(text: str, heeded: bool) -> None:
    assert heeded_by_the_carrier(text) is heeded
