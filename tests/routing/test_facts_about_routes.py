"""Who goes where: the facts B1 to B20 of the source documents, and what the proposals make of them."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import RouteKind
from app.routing.answers import ELSEWHERE, Age, Answers, Bops, Children, Joint, Threat
from app.routing.proposals import propose
from app.routing.routes import Decline
from app.routing.steps import Step, raises
from tests.routing.asked import (
    ALL_CONSENTS,
    BOTH_JUDGED,
    HIGH,
    LOWER,
    NO,
    TODAY,
    UNCLEAR,
    YES,
    city,
    owners,
    proposed,
    wants_out,
)


def test_b1_the_central_programme_takes_who_wants_to_leave_needs_protection_and_has_a_high_threat_by_the_police():
    route = proposed(wants_out(threat=HIGH))[RouteKind.CENTRAL]
    assert (route.owner, route.lead, route.spoke[0].rule) == ("hemlosa", True, "B1")
    assert "bops" in route.partners


@pytest.mark.parametrize(
    "lacking",
    [
        {"wants_to_leave": NO},
        {"wants_to_leave": UNCLEAR},
        {"needs_support_and_protection": NO},
        {"threat": Threat(bops=Bops.REQUESTED)},
        {"threat": Threat(bops=Bops.DECLINED)},
        {"threat": Threat(acute=YES)},
        {"threat": LOWER},
    ],
)
def test_b1_no_part_of_it_can_be_lacking_and_the_callers_own_words_are_no_threat_assessment(lacking):
    assert RouteKind.CENTRAL not in proposed(wants_out(**{"threat": HIGH} | lacking))


def test_b2_the_handlers_first_impression_raises_the_danger_prompt_and_no_programme():
    afraid = wants_out(threat=Threat(acute=YES))
    assert raises(afraid)[0].step == Step.DANGER
    assert owners(afraid) == owners(wants_out())


def test_b2_what_a_high_threat_is_stands_in_approved_words():
    assert "dödligt eller allvarligt våld" in city("stockholm").text["high-threat"].said["sv"]


def test_b3_no_score_is_worked_out_and_a_new_assessment_proposes_anew():
    assert owners(wants_out(threat=HIGH))["central"] == "hemlosa"
    assert owners(wants_out(threat=LOWER))["local"] == "farsta-vuxna"
    assert not [name for name in Answers.model_fields if "score" in name or "risk" in name]


def test_b3_an_answer_of_the_police_has_its_date_and_who_gave_it():
    with pytest.raises(ValidationError):
        Threat(bops=Bops.CONFIRMED_HIGH)


def test_b4_at_a_lower_threat_the_district_and_its_local_police_area():
    route = proposed(wants_out(threat=LOWER))[RouteKind.LOCAL]
    assert (route.owner, route.partners) == ("farsta-vuxna", ("police-farsta",))


def test_b5_the_city_and_the_local_police_together_are_a_second_way_into_the_central_programme():
    route = proposed(wants_out(threat=BOTH_JUDGED))[RouteKind.CENTRAL]
    assert route.spoke[0].rule == "B5"


def test_b5_only_from_2021_and_only_where_the_city_has_it_in_force():
    both = wants_out(threat=BOTH_JUDGED)
    assert RouteKind.CENTRAL not in proposed(both, on=date(2020, 12, 31))
    assert RouteKind.CENTRAL in proposed(both, on=date(2021, 1, 1))
    assert RouteKind.CENTRAL not in proposed(both, city("stockholm", joint_assessment="not-in-force"))


def test_b5_needs_two_named_assessors_and_a_date():
    with pytest.raises(ValidationError):
        Joint(city="anna", police="", on=TODAY, cannot_stay=True)


@pytest.mark.parametrize(
    ("reading", "must_leave", "is_taken"),
    [
        ("criterion", YES, True),
        ("criterion", NO, False),
        ("criterion", UNCLEAR, False),
        ("consequence", YES, True),
        ("consequence", NO, True),
        ("consequence", UNCLEAR, True),
    ],
)
def test_b6_having_to_leave_the_city_is_a_criterion_or_a_consequence_as_the_city_reads_it(
    reading, must_leave, is_taken
):
    answers = wants_out(threat=HIGH, must_leave_city=must_leave)
    assert (RouteKind.CENTRAL in proposed(answers, city("stockholm", must_leave=reading))) is is_taken


def test_b7_what_the_central_programme_declines_the_district_keeps_with_the_local_police():
    no = Decline(route=RouteKind.CENTRAL, unit="hemlosa")
    after = proposed(wants_out(threat=HIGH), declined=(no,))
    assert RouteKind.CENTRAL not in after
    assert (after[RouteKind.LOCAL].owner, after[RouteKind.LOCAL].spoke[0].rule) == ("farsta-vuxna", "B7")
    assert after[RouteKind.LOCAL].lead
    assert after[RouteKind.LOCAL].partners == ("police-farsta",)


def test_b7_and_what_the_district_declines_too_comes_to_the_city():
    said_no = tuple(
        Decline(route=kind, unit=unit)
        for kind, unit in ((RouteKind.CENTRAL, "hemlosa"), (RouteKind.LOCAL, "farsta-vuxna"))
    )
    assert proposed(wants_out(threat=HIGH), declined=said_no)[RouteKind.LOCAL].owner == "samordnaren"


def test_b7_a_district_that_would_have_them_anyway_is_asked_once():
    both_ways = wants_out(threat=LOWER.model_copy(update={"joint": BOTH_JUDGED.joint}))
    no = Decline(route=RouteKind.CENTRAL, unit="hemlosa")
    local = [route for route in propose(both_ways, city("stockholm"), on=TODAY, declined=[no]) if route.kind == "local"]
    assert [[spoke.rule for spoke in route.spoke] for route in local] == [["B4", "B7"]]


@pytest.mark.parametrize("name", ["stockholm", "huddinge", "minimal"])
def test_b8_everybody_gets_support_needs_investigated_and_protection_needs_assessed(name):
    route = proposed(Answers(), city(name))[RouteKind.ASSESSMENT]
    assert route.follow_up == ("support_need", "protection_need")
    assert route.owner_name


def test_b8_whoever_is_in_no_district_yet_is_the_citys():
    assert owners(wants_out(belongs=None))["assessment"] == "samordnaren"
    at_night = city("stockholm", unknown_district="social-emergency")
    assert owners(wants_out(belongs=None), at_night)["assessment"] == "socialjouren"


def test_b9_the_unit_is_called_by_another_name_outside():
    unit = city("stockholm").unit["hemlosa"]
    assert "Enheten för hemlösa" in unit.name
    assert unit.discreet_name == "Stockholms stad"


@pytest.mark.parametrize(
    ("age", "on", "reading", "is_taken"),
    [
        (19, date(2020, 12, 31), "18", False),
        (20, date(2020, 12, 31), "18", True),
        (17, date(2021, 1, 1), "18", False),
        (18, date(2021, 1, 1), "18", True),
        (19, date(2021, 1, 1), "20", False),
        (20, date(2021, 1, 1), "20", True),
    ],
)
def test_b10_the_lowest_age_of_the_central_programme_was_20_and_is_18_or_20_as_the_city_reads_it(
    age, on, reading, is_taken
):
    answers = wants_out(threat=HIGH, age=Age.of(age))
    assert (RouteKind.CENTRAL in proposed(answers, city("stockholm", central_age=reading), on=on)) is is_taken


def test_b10_it_counts_whichever_way_somebody_comes_in():
    for reading in ("criterion", "consequence"):
        young = wants_out(
            threat=HIGH.model_copy(update={"joint": BOTH_JUDGED.joint}), must_leave_city=YES, age=Age.of(17)
        )
        assert RouteKind.CENTRAL not in proposed(young, city("stockholm", must_leave=reading))


SIG = {
    "criminality": YES,
    "needs": ("brott",),
    "consents": ALL_CONSENTS,
    "threat": LOWER,
}


def sig_of(age: int, district: str, on: date = TODAY, **turned: str) -> str | None:
    """Which SIG takes somebody of that age there."""
    answers = wants_out(age=Age.of(age), belongs=district, **SIG)
    route = proposed(answers, city("stockholm", **turned), on=on).get(RouteKind.SIG)
    return route.owner if route else None


@pytest.mark.parametrize(
    ("age", "taken_by"),
    [
        (11, None),
        (12, "farsta-sig-unga"),
        (18, "farsta-sig-unga"),
        (19, "farsta-sig-vuxna"),
        (29, "farsta-sig-vuxna"),
        (30, None),
    ],
)
def test_b11_sig_for_the_young_from_12_to_18_and_for_young_adults_from_19_to_29(age, taken_by):
    assert sig_of(age, "farsta") == taken_by


def test_b11_from_30_at_a_lower_threat_the_local_programme_and_adults_unit():
    assert owners(wants_out(age=Age.of(30), **SIG))["local"] == "farsta-vuxna"


def test_b11_only_where_there_is_a_sig():
    assert sig_of(20, "kungsholmen") is None


@pytest.mark.parametrize(
    ("age", "own", "as_elsewhere"),
    [
        (18, "jarva-sig-unga", "jarva-sig-unga"),
        (20, "jarva-sig-unga", "jarva-sig-vuxna"),
        (21, "jarva-sig-vuxna", "jarva-sig-vuxna"),
        (40, "jarva-sig-vuxna", None),
    ],
)
def test_b12_jarva_has_sig_for_the_young_up_to_20_and_one_for_adults(age, own, as_elsewhere):
    assert sig_of(age, "jarva") == own
    assert sig_of(age, "jarva", jarva_sig="as-elsewhere") == as_elsewhere


@pytest.mark.parametrize(("age", "whose"), [(11, "unga"), (18, "unga"), (19, "vuxna"), (45, "vuxna")])
def test_b13_enskede_arsta_vantor_has_one_for_children_and_young_and_one_for_adults(age, whose):
    assert sig_of(age, "enskede-arsta-vantor") == f"enskede-arsta-vantor-sig-{whose}"


def test_b14_sig_is_voluntary_is_for_lower_threat_and_says_so():
    assert proposed(wants_out(age=Age.of(20), **SIG))[RouteKind.SIG].voluntary
    assert RouteKind.SIG not in proposed(wants_out(age=Age.of(20), **SIG | {"threat": HIGH}))
    assert "frivilligt" in city("stockholm").text["sig-is-voluntary"].said["sv"]


@pytest.mark.parametrize(("bops", "is_proposed"), [(Bops.NOT_ASKED, True), (Bops.REQUESTED, False)])
def test_b14_sig_waits_for_an_assessment_that_was_asked_for_and_for_no_other(bops, is_proposed):
    answers = wants_out(age=Age.of(20), **SIG | {"threat": Threat(bops=bops)})
    assert (RouteKind.SIG in proposed(answers)) is is_proposed


@pytest.mark.parametrize("need", ["normbrytande", "brott", "missbruk", "skolfranvaro"])
def test_b15_sig_for_the_young_is_for_norm_breaking_crime_substance_use_and_truancy(need):
    young = {"age": Age.of(15), **SIG}
    assert RouteKind.SIG in proposed(wants_out(**young | {"needs": (need,)}))
    assert RouteKind.SIG not in proposed(wants_out(**young | {"needs": ("skuldbilder",)}))


def test_b16_the_district_answers_for_a_childs_protection_whatever_else_goes_on():
    for child in ({"age": Age.of(16)}, {"children": Children(in_household=1)}):
        routes = proposed(wants_out(**{"age": Age.of(25), **SIG} | child))
        assert routes[RouteKind.CHILDREN].owner == "farsta-barn"
        assert RouteKind.SIG in routes


def test_b17_in_custody_nobody_calls_back_and_the_prison_services_channel_is_the_way():
    inside = wants_out(custody=YES)
    assert {step.step for step in raises(inside)} == {Step.CUSTODY, Step.STRICTEST_CONTACT}
    assert proposed(inside)[RouteKind.CUSTODY].partners == ("prison-service",)


def test_b18_crime_as_a_way_of_life_is_offered_from_18_on():
    by_age = {
        age: proposed(wants_out(age=Age.of(age), needs=("brott",)))[RouteKind.ASSESSMENT].offers for age in (17, 18)
    }
    assert "kriminalitet-som-livsstil" not in by_age[17]
    assert "kriminalitet-som-livsstil" in by_age[18]


def test_b19_nothing_is_decided_there_are_routes_with_reasons_for_a_person_to_choose_among():
    routes = propose(wants_out(threat=HIGH, needs=("missbruk", "skuldbilder")), city("stockholm"), on=TODAY)
    assert len(routes) >= 3
    assert all(route.reasons and route.spoke for route in routes)


def test_b20_a_place_is_never_kept_only_the_level_that_is_asked_for():
    route = proposed(wants_out(housing="skyddat-boende"))[RouteKind.HOUSING]
    assert route.reasons[0].values == {"housing": "skyddat-boende"}
    assert not [name for name in Answers.model_fields if "address" in name or "place" in name]


def test_a_possible_witness_is_the_polices_personal_security_and_no_programmes():
    routes = proposed(wants_out(threat=HIGH, possible_witness=YES))
    assert routes[RouteKind.WITNESS].lead
    assert routes[RouteKind.WITNESS].partners == ("police-personal-security",)
    assert not {RouteKind.CENTRAL, RouteKind.LOCAL, RouteKind.SIG}.intersection(routes)


def test_who_belongs_to_another_municipality_is_ours_until_it_accepts():
    routes = proposed(wants_out(belongs=ELSEWHERE, threat=HIGH))
    assert routes[RouteKind.ELSEWHERE].owner == "samordnaren"
    assert RouteKind.CENTRAL not in routes


@pytest.mark.parametrize("before", ["spanga-tensta", "rinkeby-kista"])
def test_two_districts_became_jarva_and_who_belonged_to_them_belongs_there(before):
    answers = wants_out(belongs=before, threat=LOWER)
    assert owners(answers, on=date(2023, 6, 30))["local"] == f"{before}-vuxna"
    assert owners(answers, on=date(2023, 7, 1))["local"] == "jarva-vuxna"
    assert Standing(city("stockholm"), date(2023, 7, 1)).police_area(before) == "jarva"


def test_before_there_was_jarva_whoever_is_said_to_belong_there_is_the_citys():
    answers = wants_out(belongs="jarva", threat=LOWER)
    route = proposed(answers, on=date(2023, 6, 30))[RouteKind.ASSESSMENT]
    assert route.owner == "samordnaren"
    assert "missing.district" in {reason.key for reason in route.missing}


@pytest.mark.parametrize("name", ["huddinge", "minimal"])
def test_where_there_is_no_central_programme_the_social_services_have_them_with_the_police_region(name):
    routes = proposed(wants_out(threat=HIGH, belongs=None), city(name))
    leading = next(iter(routes.values()))
    assert RouteKind.CENTRAL not in routes
    assert (leading.owner, leading.partners) == ("socialtjansten", ("police-region",))


def test_what_is_missing_to_decide_is_said_with_the_programme_it_is_missing_for():
    route = proposed(wants_out())[RouteKind.ASSESSMENT]
    asked_for = {(reason.key, reason.values.get("programme")) for reason in route.missing}
    assert ("missing.criterion.threat_confirmed_high", "central") in asked_for
    assert ("missing.criterion.threat_assessed_lower", "local") in asked_for
    assert ("missing.violence_exposed", None) in asked_for
