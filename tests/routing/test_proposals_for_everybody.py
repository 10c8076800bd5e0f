"""Whatever was answered, wherever, on whatever day: somebody owns it, and no route lacks a criterion.

The criteria are written here once more, in other words than the product's: from the facts, by hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.programme.knowledge import Knowledge
from app.programme.knowledge_checks import rows
from app.programme.knowledge_words import ConsentTo, RouteKind
from app.routing.answers import ELSEWHERE, Age, Answers, Asked, Bops, Children, Consent, Gender, Joint, Threat, Word
from app.routing.proposals import propose
from app.routing.routes import Decline, Route
from tests.routing.asked import ALL_CONSENTS, BOTH_JUDGED, HIGH, LOWER, TODAY, YES, city, wants_out

MANY = settings(
    max_examples=int(os.environ.get("DYGNET_PROPOSALS", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""DYGNET_PROPOSALS=20000 for an hour nobody waits for."""

SIG_DISTRICTS = {"farsta", "skarholmen", "jarva", "enskede-arsta-vantor", "rinkeby-kista", "spanga-tensta"} | {
    "hasselby-vallingby",
    "skarpnack",
}


@cache
def borders(name: str) -> tuple[date, ...]:
    """Both sides of every day on which anything begins or ends, and today."""
    edges = {day for _, row in rows(city(name)) for day in (row.valid_from, row.valid_to) if day}
    days = {edge + timedelta(days=off) for edge in edges for off in (-1, 0, 1)}
    return tuple(sorted(days | {TODAY}))


asked = st.sampled_from([Asked(word=word) if word != Word.NOT_ASKED else Answers().criminality for word in Word])
ages = st.one_of(
    st.just(Age()),
    st.integers(8, 70).map(Age.of),
    st.tuples(st.integers(8, 40), st.integers(0, 15)).map(lambda two: Age(youngest=two[0], oldest=sum(two))),
)
threats = st.builds(
    Threat,
    bops=st.sampled_from(Bops),
    bops_on=st.just(TODAY),
    bops_by=st.just("police-region"),
    acute=asked,
    joint=st.sampled_from(
        [None, *(Joint(city="anna", police="farsta", on=TODAY, cannot_stay=stay) for stay in (True, False))]
    ),
)
needs = st.one_of(
    st.none(), st.lists(st.sampled_from(sorted(city("stockholm").need)), unique=True, max_size=4).map(tuple)
)
districts = st.sampled_from([None, ELSEWHERE, "nowhere", *sorted(city("stockholm").district)])
anything = st.builds(
    Answers,
    gender=st.sampled_from(Gender),
    age=ages,
    belongs=districts,
    violence_exposed=asked,
    violence_perpetrated=asked,
    criminality=st.one_of(st.just(YES), asked),
    wants_to_leave=st.one_of(st.just(YES), asked),
    needs_support_and_protection=st.one_of(st.just(YES), asked),
    threat=threats,
    must_leave_city=asked,
    lives_with_network=asked,
    weapons_at_home=asked,
    custody=asked,
    possible_witness=asked,
    children=st.builds(Children, in_household=st.one_of(st.none(), st.integers(0, 4)), possible_harm=asked),
    needs=needs,
    housing=st.sampled_from([None, *sorted(city("stockholm").housing)]),
    consents=st.one_of(
        st.just(ALL_CONSENTS), st.dictionaries(st.sampled_from(ConsentTo), st.sampled_from(Consent), max_size=3)
    ),
)
"""Any answer to any question; few of these are taken by a programme."""

ALMOST = [
    wants_out(threat=HIGH),
    wants_out(threat=HIGH, must_leave_city=YES),
    wants_out(threat=BOTH_JUDGED),
    wants_out(threat=LOWER, consents=ALL_CONSENTS, criminality=YES, age=Age.of(24)),
    wants_out(consents=ALL_CONSENTS, needs=("brott",), age=Age.of(16)),
]
"""Those whom a programme takes."""

nearly = st.builds(
    lambda taken, other, fields: taken.model_copy(update={field: getattr(other, field) for field in fields}),
    st.sampled_from(ALMOST),
    anything,
    st.lists(st.sampled_from(sorted(Answers.model_fields)), max_size=2),
)
screenings = st.one_of(anything, nearly, nearly, nearly)


class Somewhere(NamedTuple):
    """A city with its switches turned, on a day."""

    name: str
    turned: tuple[tuple[str, str], ...]
    on: date

    @property
    def knowledge(self) -> Knowledge:
        return city(self.name, **dict(self.turned))


def anywhere(name: str) -> st.SearchStrategy[Somewhere]:
    """That city, however its switches stand, on both sides of every border. Whose the data are leads nobody anywhere,
    and is turned only where the other boards are written."""
    switches = [(switch, each) for switch, each in city(name).switch.items() if switch != "controller"]
    turned = st.tuples(
        *(
            st.tuples(st.just(switch.replace("-", "_")), st.sampled_from(sorted(each.positions)))
            for switch, each in switches
        )
    )
    return st.builds(Somewhere, st.just(name), turned, st.sampled_from(borders(name)))


somewhere = st.one_of(*(anywhere(name) for name in ("minimal", "huddinge", "stockholm", "stockholm", "stockholm")))


@MANY
@given(answers=screenings, where=somewhere)
def test_somebody_always_owns_a_person_by_a_unit_that_stands_on_that_day(answers, where):
    knowledge, on = where.knowledge, where.on
    note(answers.canonical().decode())
    routes = propose(answers, knowledge, on=on)
    assert routes
    assert [route.lead for route in routes] == [True] + [False] * (len(routes) - 1)
    for route in routes:
        assert knowledge.unit[route.owner].stands(on, knowledge.switches)
        assert route.owner_name == knowledge.unit[route.owner].name
        assert route.reasons
        assert route.spoke


@MANY
@given(answers=screenings, where=somewhere)
def test_no_route_is_proposed_whose_criteria_are_not_met(answers, where):
    knowledge, on = where.knowledge, where.on
    note(answers.canonical().decode())
    for route in propose(answers, knowledge, on=on):
        assert MAY_BE_PROPOSED[route.kind](route, answers, knowledge, on), f"{route.kind} by {route.spoke[0].rule}"
        for offer in route.offers:
            row = knowledge.offer[offer]
            assert row.youngest <= answers.age.youngest
            assert answers.age.oldest <= row.oldest


@MANY
@given(answers=screenings, where=somewhere)
def test_the_same_answers_of_another_gender_get_the_same_proposals(answers, where):
    knowledge, on = where.knowledge, where.on
    note(answers.canonical().decode())
    others = [propose(answers.model_copy(update={"gender": gender}), knowledge, on=on) for gender in Gender]
    assert all(other == others[0] for other in others)


@MANY
@given(answers=screenings, where=somewhere, choose=st.randoms(use_true_random=False))
def test_however_many_decline_the_chain_ends_with_somebody_who_cannot(answers, where, choose):
    knowledge, on = where.knowledge, where.on
    note(answers.canonical().decode())
    declined: list[Decline] = []
    for _ in range(12 * len(knowledge.unit)):
        routes = propose(answers, knowledge, on=on, declined=declined)
        assert routes
        assert all(route.owner_name for route in routes)
        open_ = [no for route in routes if (no := Decline(route=route.kind, unit=route.owner)) not in declined]
        if not open_:
            break
        declined.append(choose.choice(open_))
    assert {route.owner for route in routes} == {knowledge.municipality.last}
    assert {route.reasons[-1].key for route in routes} == {"owner.cannot_decline"}


@MANY
@given(answers=screenings, where=somewhere)
def test_a_decline_by_the_central_programme_leaves_every_other_route_as_it_was(answers, where):
    knowledge, on = where.knowledge, where.on
    note(answers.canonical().decode())
    before = propose(answers, knowledge, on=on)
    after = propose(answers, knowledge, on=on, declined=[Decline(route=RouteKind.CENTRAL, unit="hemlosa")])
    kept = [_unled(route) for route in after]
    assert all(_unled(route) in kept for route in before if route.kind not in (RouteKind.CENTRAL, RouteKind.LOCAL))
    if RouteKind.CENTRAL in {route.kind for route in before}:
        assert RouteKind.LOCAL in {route.kind for route in after}


@MANY
@given(answers=screenings)
def test_answers_survive_being_kept(answers):
    assert Answers.read(answers.canonical()) == answers


def _unled(route: Route) -> Route:
    return route.model_copy(update={"lead": False})


def _said(question: Asked) -> bool:
    return question.word == Word.YES


def _came_up(question: Asked) -> bool:
    return question.word in (Word.YES, Word.UNCLEAR)


def _is_in(knowledge: Knowledge, name: str) -> bool:
    return knowledge.municipality.name == name


def _may_join(answers: Answers) -> bool:
    ours = answers.belongs != ELSEWHERE
    return _said(answers.wants_to_leave) and not _came_up(answers.possible_witness) and ours


def _central(_: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    must_leave = knowledge.switches["must-leave"] == "consequence" or _said(answers.must_leave_city)
    high = answers.threat.bops == Bops.CONFIRMED_HIGH and must_leave
    in_force = knowledge.switches["joint-assessment"] == "in-force" and on >= date(2021, 1, 1)
    together = answers.threat.joint is not None and answers.threat.joint.cannot_stay and in_force
    lowest = 20 if on < date(2021, 1, 1) or knowledge.switches["central-age"] == "20" else 18
    protected = _said(answers.needs_support_and_protection) and answers.age.youngest >= lowest
    return _is_in(knowledge, "Stockholm") and _may_join(answers) and protected and (high or together)


def _local(_: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    lower = answers.threat.bops == Bops.ASSESSED_LOWER and _is_in(knowledge, "Stockholm")
    return _may_join(answers) and (lower or _is_in(knowledge, "Huddinge"))


def _sig(route: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    police = answers.consents.get(ConsentTo.POLICE) == Consent.GIVEN
    calm = answers.threat.bops not in (Bops.CONFIRMED_HIGH, Bops.REQUESTED)
    ours = answers.belongs != ELSEWHERE and not _came_up(answers.possible_witness)
    stockholm = _is_in(knowledge, "Stockholm")
    fits = _of_sig_age(route, answers, knowledge, on) if stockholm else _said(answers.criminality)
    return ours and police and calm and fits


def _children(_: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    may_be_one = answers.age.known and answers.age.youngest < 18
    return may_be_one or bool(answers.children.in_household) or _came_up(answers.children.possible_harm)


def _violence(_: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    return _said(answers.violence_exposed) or "valdsutsatthet" in (answers.needs or ())


def _needs(_: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    return bool({"missbruk", "samsjuklighet"}.intersection(answers.needs or ()))


MAY_BE_PROPOSED: dict[RouteKind, Callable[[Route, Answers, Knowledge, date], bool]] = {
    RouteKind.CENTRAL: _central,
    RouteKind.LOCAL: _local,
    RouteKind.SIG: _sig,
    RouteKind.CHILDREN: _children,
    RouteKind.VIOLENCE: _violence,
    RouteKind.NEEDS: _needs,
    RouteKind.WITNESS: lambda _, answers, *__: _came_up(answers.possible_witness),
    RouteKind.CUSTODY: lambda _, answers, *__: _came_up(answers.custody),
    RouteKind.HOUSING: lambda _, answers, *__: answers.housing is not None,
    RouteKind.ELSEWHERE: lambda _, answers, *__: answers.belongs == ELSEWHERE,
    RouteKind.ASSESSMENT: lambda *_: True,
}


def _of_sig_age(route: Route, answers: Answers, knowledge: Knowledge, on: date) -> bool:
    merged = {"spanga-tensta": "jarva", "rinkeby-kista": "jarva"} if on >= date(2023, 7, 1) else {}
    district = merged.get(str(answers.belongs), answers.belongs)
    young = route.spoke[0].row == "sig-unga"
    lowest, highest = (12, 18) if young else (19, 29)
    if district == "jarva" and knowledge.switches["jarva-sig"] == "own":
        lowest, highest = (12, 20) if young else (21, 120)
    if district == "enskede-arsta-vantor":
        lowest, highest = (0, 18) if young else (19, 120)
    family = answers.consents.get(ConsentTo.FAMILY) == Consent.GIVEN
    troubled = bool({"normbrytande", "brott", "missbruk", "skolfranvaro"}.intersection(answers.needs or ()))
    fits = family and troubled if young else answers.criminality.word == Word.YES
    return district in SIG_DISTRICTS and lowest <= answers.age.youngest and answers.age.oldest <= highest and fits
