"""Texts to staff: whole on any telephone, and empty of the person they are about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.discretion import GSM_7
from app.notifications import bundling, wording

LANGUAGES = wording.SENTENCES.languages
WORST = {
    "reference": "K7Q2",
    "link": "https://k.example.org/console/l/0123456789abcdef",
    "left": "23 h 59 min",
    "lines": ", ".join(["K7Q2"] * bundling.MOST["sms"]),
    "code": "000000",
    "count": bundling.MOST["email"],
    "hours": 23,
    "minutes": 59,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(wording.SENTENCES.keys("sv")))
def test_a_text_to_staff_is_one_segment_of_the_plainest_alphabet(language: str, key: str) -> None:
    text = wording.say(language, key, **WORST)

    assert set(text) <= GSM_7
    assert key.startswith("mail.") or len(text) <= wording.ONE_SEGMENT


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_agree_on_keys_and_values(language: str) -> None:
    assert wording.SENTENCES.keys(language) == wording.SENTENCES.keys("sv")
    for key in wording.SENTENCES.keys("sv"):
        assert wording.SENTENCES.placeholders(language, key) == wording.SENTENCES.placeholders("sv", key)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=7, minutes=5, seconds=59), "7 h 5 min"),
        (timedelta(hours=24), "24 h 0 min"),
        (timedelta(seconds=59), "ingen, tiden är ute"),
        (timedelta(hours=-3), "ingen, tiden är ute"),
    ],
)
def test_time_left_is_rounded_down(left: timedelta, said: str) -> None:
    assert wording.time_left(left) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_list_is_cut_and_says_by_how_much(language: str) -> None:
    listed = wording.fitting([f"K7Q{n:02}" for n in range(60)])

    assert len(wording.say(language, "sms.waiting", lines=listed)) <= wording.ONE_SEGMENT
    shown, _, rest = listed.partition(" +")
    assert len(shown.split(", ")) + int(rest) == 60


def test_a_short_list_is_whole() -> None:
    assert wording.fitting(["K7Q2", "M4XA"]) == "K7Q2, M4XA"
