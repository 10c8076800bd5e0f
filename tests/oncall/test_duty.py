from __future__ import annotations

from datetime import timedelta

import pytest

from app.errors import Misconfigured
from app.oncall.duty import duty
from app.oncall.models import Override
from app.programme.fields import Tier
from app.staff import people
from app.staff.directory import by_alias
from tests.marks import ON_ONE_DATABASE

DAY = timedelta(days=1)


@pytest.fixture
def aliases(db):
    """Who is on call, who is backup, and the ring order, by alias."""

    def aliases(at):
        with db.reading() as session:
            now = duty(session, at)
            first = [person.alias if person else None for person in (now.on_call, now.backup)]
            return *first, [person.alias for person in now.ring_order]

    return aliases


@pytest.fixture
def stands_in(db, monday):
    def stands_in(alias: str, tier: str = "on-call", starts=monday, ends=monday + DAY):
        with db.transaction() as session:
            person = by_alias(session, alias)
            session.add(
                Override(
                    tier=tier,
                    person_id=person.id,
                    starts=starts,
                    ends=ends,
                    made_at=monday,
                    made_by="carin",
                    because="ill",
                )
            )

    return stands_in


def test_on_call_is_rung_first_then_the_backup_then_the_standing_chain(in_force, aliases, monday):
    in_force()
    assert aliases(monday) == ("anna", "bo", ["anna", "bo", "carin", "dag"])
    assert aliases(monday + 7 * DAY) == ("bo", "fatima", ["bo", "fatima", "carin", "dag"])


def test_before_the_rotations_begin_the_standing_chain_answers(in_force, aliases, monday):
    in_force()
    assert aliases(monday - DAY) == (None, None, ["carin", "dag"])


def test_a_stand_in_is_rung_instead_of_the_one_on_call(in_force, aliases, stands_in, monday):
    in_force()
    stands_in("fatima")
    assert aliases(monday) == ("fatima", "bo", ["fatima", "bo", "carin", "dag"])
    assert aliases(monday + DAY)[0] == "anna"


@ON_ONE_DATABASE
def test_a_stand_in_who_left_gives_the_turn_back(db, in_force, aliases, stands_in, monday):
    in_force()
    stands_in("gun")
    in_force(('alias = "gun"', 'alias = "hanna"'))
    assert aliases(monday)[0] == "anna"


@ON_ONE_DATABASE
def test_a_member_who_left_is_skipped_and_the_line_goes_on(db, in_force, aliases, monday):
    in_force()
    with db.transaction() as session:
        people.leave(session, by_alias(session, "anna"), at=monday, by="operator")
        people.leave(session, by_alias(session, "carin"), at=monday, by="operator")
    assert aliases(monday) == (None, "bo", ["bo", "dag"])


def test_nobody_stands_twice_in_the_ring_order(in_force, aliases, stands_in, monday):
    in_force()
    stands_in("carin")
    stands_in("carin", tier="backup")
    assert aliases(monday) == ("carin", "carin", ["carin", "dag"])


def test_a_tier_may_be_held_by_several(db, in_force, monday):
    in_force(('tier = "backup" ', 'tier = "on-call" '))
    with db.reading() as session:
        assert [person.alias for person in duty(session, monday).holders[Tier.ON_CALL]] == ["anna", "bo"]


def test_without_a_programme_nobody_pretends_to_be_on_duty(aliases, monday):
    with pytest.raises(Misconfigured):
        aliases(monday)
