from __future__ import annotations

from datetime import timedelta

import pytest

from app.oncall.preflight import findings

DAY = timedelta(days=1)


@pytest.fixture
def found(db, directory):
    def found(at):
        with db.reading() as session:
            return findings(session, directory.phone_of, at=at)

    return found


def test_the_example_lacks_nothing(in_force, found, monday):
    in_force()
    assert found(monday) == []


def test_a_gap_on_call_is_serious_and_told_in_local_time(in_force, found, monday):
    in_force()
    first = found(monday - 3 * DAY)[0]
    assert first.serious
    assert first.what == "nobody is on call from 2026-01-02 09:00 to 2026-01-05 08:00"
    assert "[[rotation]]" in first.do


def test_a_gap_among_the_backups_comes_after_what_is_serious(in_force, found, monday):
    in_force()
    assert [finding.serious for finding in found(monday - DAY)] == [True, False]


def test_only_the_coming_week_is_looked_at(in_force, found, monday):
    in_force()
    what = " ".join(finding.what for finding in found(monday - 30 * DAY))
    assert "to 2025-12-13 09:00" in what


def test_somebody_on_call_without_a_phone_is_found_before_their_shift(in_force, found, monday):
    in_force(('phone = "+46701740606"', ""))
    (finding,) = found(monday - timedelta(minutes=30))
    assert finding.serious
    assert finding.what == "bo is in line this week and has no phone that can be rung"
    assert "4670" not in finding.what + finding.do


def test_somebody_whose_turn_is_later_is_not_complained_of_yet(in_force, found, monday):
    in_force(('phone = "+46701740607"', ""))
    assert found(monday - timedelta(hours=1)) == []


def test_a_standing_chain_that_nothing_reaches_is_serious(in_force, found, monday):
    in_force(('phone = "+46701740608"', ""), ('phone = "+46701740609"', ""))
    assert "nobody in the standing chain has a phone" in found(monday)[0].what


def test_somebody_who_backs_up_themselves_is_noticed(in_force, found, monday):
    in_force(('members = ["bo", "fatima", "anna"]', 'members = ["anna", "bo", "fatima"]'))
    (first, second) = found(monday)
    assert not first.serious
    assert first.what == "anna is both on call and backup from 2026-01-05 09:00 to 2026-01-12 08:00"
    assert second.what == "bo is both on call and backup from 2026-01-12 08:00 to 2026-01-12 09:00"
