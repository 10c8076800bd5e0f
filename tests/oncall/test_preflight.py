from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.oncall.preflight import Thin, findings, thin
from app.oncall.roster import Stretch
from app.programme.fields import Tier
from tests.people import MONDAY

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


HOUR = timedelta(hours=1)


def stretch(tier: Tier, starts: int, ends: int, *aliases: str) -> Stretch:
    return Stretch(tier, MONDAY + starts * HOUR, MONDAY + ends * HOUR, aliases)


def told(*found: Thin) -> list[tuple[float, float, int]]:
    return [((each.starts - MONDAY) / HOUR, (each.ends - MONDAY) / HOUR, each.fewest) for each in found]


@pytest.mark.parametrize(
    ("on_call", "backup", "sound", "expected"),
    [
        ([(0, 10, "anna")], [(0, 10, "bo")], {"anna", "bo"}, []),
        ([(0, 10, "anna")], [(0, 10, "bo")], {"anna"}, [(0, 10, 1)]),
        ([(0, 10, "anna")], [(0, 10, "bo")], {"carin"}, [(0, 10, 0)]),
        ([(0, 10, "anna")], [(0, 10, "anna")], {"anna"}, [(0, 10, 1)]),
        ([(0, 10, "anna", "bo")], [(0, 10)], {"anna", "bo"}, []),
        ([(0, 4, "anna"), (4, 6), (6, 10, "anna")], [(0, 10, "bo")], {"anna", "bo"}, [(4, 6, 1)]),
        ([(0, 5, "anna"), (5, 10, "dag")], [(0, 3), (3, 10, "bo")], {"anna", "bo"}, [(0, 3, 1), (5, 10, 1)]),
        ([(0, 5, "anna"), (5, 10, "dag")], [(0, 5), (5, 10)], {"anna"}, [(0, 10, 0)]),
    ],
)
def test_hours_are_thin_where_fewer_than_two_different_people_can_be_reached(on_call, backup, sound, expected):
    week = {
        Tier.ON_CALL: [stretch(Tier.ON_CALL, *each) for each in on_call],
        Tier.BACKUP: [stretch(Tier.BACKUP, *each) for each in backup],
    }
    assert told(*thin(week, sound)) == expected


_TURNS = st.lists(st.sets(st.sampled_from(["anna", "bo", "carin"])), min_size=6, max_size=6)


@given(on_call=_TURNS, backup=_TURNS, sound=st.sets(st.sampled_from(["anna", "bo", "carin"])))
def test_every_hour_is_thin_or_has_two(on_call, backup, sound):
    held = {Tier.ON_CALL: on_call, Tier.BACKUP: backup}
    week = {
        tier: [stretch(tier, hour, hour + 1, *people) for hour, people in enumerate(turns)]
        for tier, turns in held.items()
    }
    found = thin(week, sound)
    for hour in range(6):
        is_thin = any(each.starts <= MONDAY + hour * HOUR < each.ends for each in found)
        assert is_thin == (len((on_call[hour] | backup[hour]) & sound) < 2)
    assert all(one.ends < two.starts for one, two in pairwise(found)), "what hangs together is one"
