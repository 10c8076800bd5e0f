from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.index import TAG_BYTES, WaitingIndex, short_tag

NIGHT = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
DAY = timedelta(days=1)
NUMBER, ANOTHER = "+46701740605", "+46701740606"


def test_the_fifth_call_of_a_night_is_known():
    index = WaitingIndex()
    tag = index.tag(NUMBER, at=NIGHT)
    assert len(tag) == TAG_BYTES
    assert tag in index.tags(NUMBER, at=NIGHT)
    assert tag in index.tags(NUMBER, at=NIGHT + 5 * MINUTES)


def test_another_number_is_not_known():
    index = WaitingIndex()
    assert index.tag(NUMBER, at=NIGHT) not in index.tags(ANOTHER, at=NIGHT)


def test_a_tag_is_honoured_until_the_end_of_the_next_day():
    index = WaitingIndex()
    tag = index.tag(NUMBER, at=NIGHT)
    index.tag(NUMBER, at=NIGHT + DAY)
    assert tag in index.tags(NUMBER, at=NIGHT + DAY)
    assert tag not in index.tags(NUMBER, at=NIGHT + DAY + 2 * MINUTES)


def test_the_secret_of_the_day_before_yesterday_is_gone():
    index = WaitingIndex()
    tag = index.tag(NUMBER, at=NIGHT)
    index.tag(NUMBER, at=NIGHT + 2 * DAY)
    assert tag not in index.tags(NUMBER, at=NIGHT)


def test_a_restart_forgets():
    assert WaitingIndex().tag(NUMBER, at=NIGHT) != WaitingIndex().tag(NUMBER, at=NIGHT)


def test_a_new_process_recognises_nobody_from_before():
    before, now = WaitingIndex(), WaitingIndex()
    assert before.tag(NUMBER, at=NIGHT) not in now.tags(NUMBER, at=NIGHT)


def test_days_are_counted_in_utc():
    stockholm = timezone(timedelta(hours=1))
    index = WaitingIndex()
    assert index.tag(NUMBER, at=NIGHT) == index.tag(NUMBER, at=NIGHT.astimezone(stockholm))
    with pytest.raises(ValueError, match="time zone"):
        index.tag(NUMBER, at=NIGHT.replace(tzinfo=None))


def test_the_index_shows_nothing():
    assert repr(WaitingIndex()) == "<WaitingIndex>"


@given(st.binary(min_size=32, max_size=32), st.text(max_size=20))
def test_the_short_tag_is_eight_bits_and_always_the_same(key, number):
    assert short_tag(key, number) == short_tag(key, number) in range(256)


def test_a_hit_in_the_short_index_proves_nothing():
    numbers = [f"+467017406{last:02d}" for last in range(5, 100)] + [f"+4684650{last:04d}" for last in range(400, 500)]
    tags = [short_tag(b"k" * 32, number) for number in numbers]
    assert len(set(tags)) < len(numbers)


def test_the_short_tag_follows_the_key():
    assert len({short_tag(bytes([key]) * 32, NUMBER) for key in range(50)}) > 10
