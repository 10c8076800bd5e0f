"""What people change on the roster, from the moment they change it: never what was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from app.oncall import changes, swaps
from app.oncall.changes import NotPossible
from app.oncall.duty import duty, rota_of
from app.oncall.models import Leave, Offer, Override
from app.oncall.personal import concerned, turns_of
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.directory import by_alias
from tests import desk
from tests.first_day import begun
from tests.marks import ON_ONE_DATABASE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON_CALL = Tier.ON_CALL


class Office:
    """The example's staff, and what they do with the roster."""

    def __init__(self, db, monday) -> None:
        self.db, self.monday = db, monday

    def on_call(self, at):
        with self.db.reading() as session:
            return [person.alias for person in duty(session, at).holders[ON_CALL]]

    def stand_in(self, alias, starts, ends, *, at=None, because="ill"):
        with self.db.transaction() as session:
            by = desk.named(session, "carin")
            whom = desk.named(session, alias)
            changes.stand_in(
                session, ON_CALL, whom, starts=starts, ends=ends, because=because, by=by, at=at or self.monday
            )

    def lift(self, *, at):
        with self.db.transaction() as session:
            (override,) = session.scalars(select(Override))
            changes.lift(session, override, by=desk.named(session, "carin"), at=at)

    def go_away(self, alias, starts, ends, *, at=None):
        with self.db.transaction() as session:
            person = desk.named(session, alias)
            changes.go_away(session, person, starts=starts, ends=ends, by=person, at=at or self.monday)

    def come_back(self, *, at):
        with self.db.transaction() as session:
            (leave,) = session.scalars(select(Leave))
            changes.come_back(session, leave, by=leave.person, at=at)

    def offer(self, alias, starts, ends, *, at=None, tier=ON_CALL):
        with self.db.transaction() as session:
            person = desk.named(session, alias)
            return swaps.offer(session, tier, person, starts=starts, ends=ends, at=at or self.monday).id

    def take(self, offer_id, alias, *, at=None):
        with self.db.transaction() as session:
            offered = session.get_one(Offer, offer_id)
            swaps.take(session, offered, by=desk.named(session, alias), at=at or self.monday)

    def withdraw(self, offer_id, *, at=None):
        with self.db.transaction() as session:
            offered = session.get_one(Offer, offer_id)
            swaps.withdraw(session, offered, by=offered.person, at=at or self.monday)

    def open_offers(self, at):
        with self.db.reading() as session:
            return [offer.id for offer in swaps.open_offers(session, at=at)]

    def log(self):
        with self.db.reading() as session:
            return [action for action in desk.actions(session) if action.startswith("roster.")]


@pytest.fixture
def office(db, in_force, monday) -> Office:
    begun(db, "the example, opened by the keys of tests/oncall", in_force)
    return Office(db, monday)


@ON_ONE_DATABASE
def test_a_change_counts_from_the_moment_it_was_made_and_until_it_was_undone(office, monday):
    office.stand_in("fatima", monday - DAY, monday + DAY, at=monday + HOUR)
    assert office.on_call(monday) == ["anna"]
    assert office.on_call(monday + HOUR) == ["fatima"]
    office.lift(at=monday + 3 * HOUR)
    assert office.on_call(monday + 2 * HOUR) == ["fatima"], "what was stays so"
    assert office.on_call(monday + 3 * HOUR) == ["anna"]
    office.lift(at=monday + 4 * HOUR)
    assert office.log() == ["roster.overridden", "roster.restored"]


@ON_ONE_DATABASE
def test_who_is_away_holds_nothing_until_they_are_back(office, monday):
    office.go_away("anna", monday + HOUR, monday + 2 * DAY)
    assert office.on_call(monday) == ["anna"]
    assert office.on_call(monday + HOUR) == ["bo"]
    office.come_back(at=monday + 5 * HOUR)
    assert office.on_call(monday + 5 * HOUR) == ["anna"]
    assert office.log() == ["roster.away", "roster.back"]


def test_the_standing_chain_passes_over_who_is_away_until_everybody_in_it_is(office, db, monday):
    def chain(at):
        with db.reading() as session:
            return [person.alias for person in duty(session, at).chain]

    office.go_away("carin", monday, monday + 2 * HOUR)
    assert chain(monday) == ["dag"]
    office.go_away("dag", monday + HOUR, monday + 2 * HOUR)
    assert chain(monday + HOUR) == ["carin", "dag"], "somebody is always next"


def test_when_everybody_in_a_rotation_is_away_there_is_a_gap_and_the_chain_answers(office, db, monday):
    for alias in ("anna", "bo", "fatima"):
        office.go_away(alias, monday, monday + DAY)
    with db.reading() as session:
        now = duty(session, monday)
        assert now.holders[ON_CALL] == now.holders[Tier.BACKUP] == ()
        assert [person.alias for person in now.ring_order] == ["carin", "dag"]


@ON_ONE_DATABASE
def test_an_offer_changes_nothing_until_somebody_takes_it(office, monday):
    offered = office.offer("anna", monday + 10 * HOUR, monday + 20 * HOUR)
    assert office.open_offers(monday) == [offered]
    assert office.on_call(monday + 10 * HOUR) == ["anna"]
    office.take(offered, "fatima", at=monday + HOUR)
    office.take(offered, "fatima", at=monday + HOUR)
    assert office.on_call(monday + 10 * HOUR) == ["fatima"]
    assert office.on_call(monday + 20 * HOUR) == ["anna"]
    assert office.open_offers(monday + HOUR) == []
    assert office.log() == ["roster.offered", "roster.swapped"]


@ON_ONE_DATABASE
def test_of_two_who_take_it_one_is_told_that_somebody_was_faster(office, monday):
    offered = office.offer("anna", monday, monday + DAY)
    office.take(offered, "fatima")
    with pytest.raises(NotPossible) as refused:
        office.take(offered, "bo")
    assert refused.value.why == "gone"
    assert office.on_call(monday) == ["fatima"]


def test_of_many_who_take_it_in_the_same_instant_one_has_it(office, monday):
    offered = office.offer("anna", monday, monday + DAY)
    ready = Barrier(4)

    def grasp(alias):
        ready.wait()
        try:
            office.take(offered, alias)
        except NotPossible as refused:
            return refused.why
        return alias

    takers = ("bo", "fatima", "carin", "dag")
    with ThreadPoolExecutor(len(takers)) as hands:
        told = list(hands.map(grasp, takers))
    assert sorted(map(told.count, {*told})) == [1, 3]
    (winner,) = {*told} - {"gone"}
    assert office.on_call(monday) == [winner]


@ON_ONE_DATABASE
def test_a_turn_taken_when_it_has_begun_is_theirs_from_then_on(office, monday):
    offered = office.offer("anna", monday, monday + DAY)
    office.take(offered, "dag", at=monday + 3 * HOUR)
    assert office.on_call(monday + 3 * HOUR - timedelta(seconds=1)) == ["anna"]
    assert office.on_call(monday + 3 * HOUR) == ["dag"]


@ON_ONE_DATABASE
def test_an_offer_is_over_when_it_was_withdrawn_or_its_time_has_passed(office, monday):
    withdrawn = office.offer("anna", monday, monday + DAY)
    office.withdraw(withdrawn)
    office.withdraw(withdrawn)
    expired = office.offer("anna", monday, monday + DAY)
    assert office.open_offers(monday + DAY) == []
    for offered in (withdrawn, expired):
        with pytest.raises(NotPossible):
            office.take(offered, "bo", at=monday + DAY)
    assert office.log() == ["roster.offered", "roster.withdrawn", "roster.offered"]


@ON_ONE_DATABASE
def test_what_was_taken_cannot_be_withdrawn_and_can_be_offered_on(office, monday):
    offered = office.offer("anna", monday, monday + DAY)
    office.take(offered, "fatima")
    with pytest.raises(NotPossible):
        office.withdraw(offered)
    office.take(office.offer("fatima", monday + HOUR, monday + DAY), "anna")
    assert office.on_call(monday) == ["fatima"]
    assert office.on_call(monday + HOUR) == ["anna"]


@ON_ONE_DATABASE
def test_whoever_gave_a_turn_away_and_is_put_in_afterwards_has_it_again_and_may_give_it_away_again(office, monday):
    office.take(office.offer("anna", monday, monday + DAY), "bo")
    office.stand_in("anna", monday + HOUR, monday + 20 * HOUR, at=monday + HOUR)
    assert office.on_call(monday + HOUR - timedelta(seconds=1)) == ["bo"]
    assert office.on_call(monday + HOUR) == ["anna"]
    assert office.on_call(monday + 20 * HOUR) == ["bo"]
    again = office.offer("anna", monday + 2 * HOUR, monday + 3 * HOUR, at=monday + HOUR)
    office.take(again, "fatima", at=monday + HOUR)
    assert office.on_call(monday + 2 * HOUR) == ["fatima"]


def test_an_offer_that_a_stand_in_made_empty_is_nobodys_to_take(office, monday):
    offered = office.offer("anna", monday + HOUR, monday + DAY)
    office.stand_in("dag", monday + 2 * HOUR, monday + 3 * HOUR)
    assert office.open_offers(monday) == []
    with pytest.raises(NotPossible) as refused:
        office.take(offered, "bo")
    assert refused.value.why == "not_theirs"


@ON_ONE_DATABASE
@pytest.mark.parametrize(
    ("starts", "ends", "alias", "why"),
    [
        (2, 1, "anna", "backwards"),
        (-3, -1, "anna", "over"),
        (0, 24 * 400, "anna", "too_long"),
        (0, 5, "bo", "not_theirs"),
        (0, 24 * 8, "anna", "not_theirs"),
        (0, 5, "carin", "not_theirs"),
    ],
)
def test_only_what_is_ahead_and_ones_own_can_be_offered(office, monday, starts, ends, alias, why):
    with pytest.raises(NotPossible) as refused:
        office.offer(alias, monday + starts * HOUR, monday + ends * HOUR)
    assert refused.value.why == why
    assert office.log() == []


def test_the_same_time_is_offered_once(office, monday):
    office.offer("anna", monday, monday + DAY)
    with pytest.raises(NotPossible) as refused:
        office.offer("anna", monday + HOUR, monday + 2 * HOUR)
    assert refused.value.why == "offered"
    office.offer("anna", monday + DAY, monday + 2 * DAY)


@ON_ONE_DATABASE
@pytest.mark.parametrize(("alias", "why"), [("anna", "own"), ("eva", "who"), ("gun", "who"), ("hodan", "who")])
def test_a_turn_is_taken_by_a_colleague_who_answers(office, monday, alias, why):
    offered = office.offer("anna", monday, monday + DAY)
    with pytest.raises(NotPossible) as refused:
        office.take(offered, alias)
    assert refused.value.why == why


def test_who_will_be_away_takes_nothing_then(office, monday):
    offered = office.offer("anna", monday + DAY, monday + 2 * DAY)
    office.go_away("bo", monday + 30 * HOUR, monday + 31 * HOUR)
    with pytest.raises(NotPossible) as refused:
        office.take(offered, "bo")
    assert refused.value.why == "away"


@ON_ONE_DATABASE
def test_who_holds_the_tier_in_another_rotation_then_takes_no_turn_of_it(office, in_force, monday):
    in_force(('tier = "backup" ', 'tier = "on-call" '))
    both = office.on_call(monday)
    offered = office.offer(both[0], monday, monday + DAY)
    with pytest.raises(NotPossible) as refused:
        office.take(offered, both[1])
    assert refused.value.why == "twice"
    assert office.on_call(monday) == both


@ON_ONE_DATABASE
@pytest.mark.parametrize(("alias", "because", "why"), [("eva", "ill", "who"), ("bo", "she is in hospital", "reason")])
def test_a_stand_in_answers_and_the_reason_is_a_code(office, monday, alias, because, why):
    with pytest.raises(NotPossible) as refused:
        office.stand_in(alias, monday, monday + DAY, because=because)
    assert refused.value.why == why


@ON_ONE_DATABASE
def test_nobody_stands_in_who_cannot_be_rung(office, in_force, monday):
    in_force(('phone = "+46701740606"', ""))
    with pytest.raises(NotPossible) as refused:
        office.stand_in("bo", monday, monday + DAY)
    assert refused.value.why == "no_phone"


@ON_ONE_DATABASE
def test_who_took_a_turn_and_left_the_staff_gives_it_back(office, in_force, monday):
    office.take(office.offer("anna", monday, monday + DAY), "dag")
    in_force(('alias = "dag"', 'alias = "disa"'), ('"carin", "dag"', '"carin"'))
    assert office.on_call(monday) == ["anna"]


def test_ones_own_turns_are_told_whoever_stands_beside_one(db, in_force, monday):
    in_force(('tier = "backup" ', 'tier = "on-call" '))
    with db.reading() as session:
        rota = rota_of(session, current(session), since=monday)
        turns = turns_of(rota, "anna", start=monday, end=monday + 21 * DAY)
    assert [(turn.starts, turn.ends) for turn in turns] == [
        (monday, monday - HOUR + 7 * DAY),
        (monday - HOUR + 14 * DAY, monday + 21 * DAY),
    ]


def test_a_change_concerns_those_whose_turns_are_others_and_nobody_else(office, db, monday):
    with db.reading() as session:
        before = rota_of(session, current(session), since=monday)
    office.go_away("anna", monday + HOUR, monday + DAY)
    with db.reading() as session:
        after = rota_of(session, current(session), since=monday)
    assert concerned(before, after, start=monday, end=monday + 14 * DAY) == {"anna", "bo", "fatima"}
    assert concerned(before, after, start=monday + DAY, end=monday + 14 * DAY) == frozenset()


@ON_ONE_DATABASE
def test_a_new_programme_and_a_change_meet(office, in_force, db, monday):
    """The rotation is another from Tuesday on; the swap holds where its giver still has the turn."""
    office.take(office.offer("anna", monday, monday + 3 * DAY), "dag")
    in_force(('members = ["anna", "bo", "fatima"]\n', 'members = ["fatima", "anna", "bo"]\n'), at=monday + DAY)
    assert office.on_call(monday + 2 * DAY) == ["fatima"]
    with db.reading() as session:
        assert by_alias(session, "dag")
