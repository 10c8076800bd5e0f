"""Screening and needs: the facts D1 to D16 of the source documents, and what the form and the steps make of them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.programme.knowledge_words import RouteKind
from app.routing.answers import FORM, Age, Answers, Asked, Children, Gender, Why, Word
from app.routing.proposals import propose
from app.routing.steps import Step, raises
from tests.routing.asked import (
    HIGH,
    NO,
    NOT_SAFE_TO_ASK,
    REFUSED_TO_SAY,
    TODAY,
    UNCLEAR,
    YES,
    city,
    proposed,
    wants_out,
)

THE_THREE = ("violence_exposed", "violence_perpetrated", "criminality")


def steps(answers: Answers) -> set[Step]:
    return {raised.step for raised in raises(answers)}


def test_d1_the_three_questions_are_there_for_everybody_and_unasked_is_seen_with_its_reason():
    for gender in Gender:
        assert set(THE_THREE) <= set(Answers(gender=gender).not_asked)
    asked = Answers(violence_exposed=NO, violence_perpetrated=REFUSED_TO_SAY, criminality=NOT_SAFE_TO_ASK)
    assert set(THE_THREE).intersection(asked.not_asked) == {"criminality"}
    assert asked.criminality.because == Why.NOT_SAFE


@pytest.mark.parametrize("word", [word for word in Word if word != Word.NOT_ASKED])
def test_d1_only_what_was_not_asked_has_a_reason_and_it_always_has_one(word):
    with pytest.raises(ValidationError):
        Asked(word=Word.NOT_ASKED)
    with pytest.raises(ValidationError):
        Asked(word=word, because=Why.NO_TIME)


def test_d2_nothing_is_assumed_of_anybody_every_gender_begins_with_the_same_form():
    blank = [Answers(gender=gender).model_dump(exclude={"gender"}) for gender in Gender]
    assert all(form == blank[0] for form in blank)


def test_d3_weapons_or_explosives_at_home_raise_the_danger_prompt_when_they_are_mentioned_at_all():
    for mentioned in (YES, UNCLEAR):
        assert {Step.DANGER, Step.WEAPONS} <= steps(Answers(weapons_at_home=mentioned))
    assert steps(Answers(weapons_at_home=NO)) == set()


def test_d4_violence_at_home_and_a_high_threat_are_helped_at_once_and_side_by_side():
    routes = proposed(wants_out(threat=HIGH, violence_exposed=YES, needs=("missbruk",)))
    assert {RouteKind.CENTRAL, RouteKind.VIOLENCE, RouteKind.NEEDS} <= set(routes)


def test_d5_living_with_somebody_of_the_network_makes_contact_as_careful_as_it_gets():
    assert Step.STRICTEST_CONTACT in steps(Answers(lives_with_network=YES))


def test_d6_several_owners_at_once_and_one_of_them_leads():
    routes = propose(
        wants_out(threat=HIGH, violence_exposed=YES, needs=("missbruk", "valdsutsatthet")),
        city("stockholm"),
        on=TODAY,
    )
    by_kind = {route.kind: route for route in routes}
    assert [route.lead for route in routes] == [True] + [False] * (len(routes) - 1)
    assert by_kind[RouteKind.VIOLENCE].owner == "relationsvaldsteamet"
    assert [spoke.rule for spoke in by_kind[RouteKind.VIOLENCE].spoke] == ["D4", "D6"]
    assert by_kind[RouteKind.NEEDS].owner == "farsta-vuxna"


def test_d7_the_needs_are_those_of_the_source_and_other():
    of_d7 = {id_ for id_, need in city("stockholm").need.items() if "D7" in str(need.source)}
    assert of_d7 == {
        "valdsutsatthet",
        "kriminell-identitet",
        "missbruk",
        "samsjuklighet",
        "arbetsmarknad",
        "skuldbilder",
        "annat",
    }


def test_d7_no_need_is_named_twice():
    with pytest.raises(ValidationError):
        Answers(needs=("missbruk", "missbruk"))


def test_d8_the_seven_measures_are_on_the_list_of_offers():
    assert len([offer for offer in city("stockholm").offer.values() if offer.source == "D8"]) == 7


def test_d9_the_housing_ladder_goes_from_protected_housing_to_care_at_home():
    ladder = sorted(city("stockholm").housing.items(), key=lambda level: level[1].step)
    assert [id_ for id_, _ in ladder] == ["skyddat-boende", "jourlagenhet", "lagenhet-med-stod", "oppenvard-hemma"]


@pytest.mark.parametrize(
    "answers",
    [
        Answers(children=Children(in_household=1)),
        Answers(children=Children(possible_harm=UNCLEAR)),
        Answers(age=Age.of(17)),
        Answers(age=Age(youngest=15, oldest=20)),
    ],
)
def test_d11_children_in_the_household_or_a_caller_under_18_always_raise_the_child_track(answers):
    assert Step.CHILD_TRACK in steps(answers)
    assert RouteKind.CHILDREN in proposed(answers)


def test_d11_and_a_parent_is_offered_parenting_support():
    parent = proposed(wants_out(children=Children(in_household=2)))[RouteKind.ASSESSMENT]
    assert "foraldraskapsstod" in parent.offers
    assert "foraldraskapsstod" not in proposed(wants_out())[RouteKind.ASSESSMENT].offers


def test_d11_no_child_is_raised_where_nobody_knows_of_one():
    assert steps(Answers()) == set()
    assert Step.CHILD_TRACK not in steps(wants_out())


def test_d12_children_are_rows_with_an_age_and_never_a_name():
    assert set(Children.model_fields) == {"in_household", "ages", "possible_harm"}
    assert "eget beslut" in city("stockholm").text["own-decision-for-each-child"].said["sv"]


def test_d13_protected_housing_is_for_defectors_too():
    assert RouteKind.HOUSING in proposed(wants_out(threat=HIGH, housing="skyddat-boende"))
    assert "IVO" in city("stockholm").text["protected-housing"].said["sv"]


def test_d14_the_form_has_a_version_that_is_kept_with_every_answer():
    assert Answers().form == FORM
    with pytest.raises(ValidationError):
        Answers.read(b'{"form": 2}')


def test_d15_a_girl_and_a_boy_of_fourteen_are_asked_and_helped_the_same():
    girl, boy = (
        wants_out(gender=gender, age=Age.of(14), violence_exposed=YES) for gender in (Gender.WOMAN, Gender.MAN)
    )
    assert girl.not_asked == boy.not_asked
    assert proposed(girl) == proposed(boy)


def test_d16_a_municipality_has_its_own_list_of_offers():
    with_substance_use = wants_out(belongs=None, needs=("missbruk", "kriminell-identitet"))
    offers = proposed(with_substance_use, city("huddinge"))[RouteKind.ASSESSMENT].offers
    assert offers == ("dygnetruntvard", "hvb")


def test_answers_are_kept_as_canonical_bytes_and_come_back_the_same():
    answers = wants_out(threat=HIGH, needs=("missbruk",), violence_exposed=UNCLEAR)
    assert Answers.read(answers.canonical()) == answers
    assert Answers.read(answers.canonical()).canonical() == answers.canonical()


def test_answers_show_nothing_to_whoever_prints_them():
    answers = wants_out(threat=HIGH, needs=("missbruk",))
    shown = f"{answers!r} {answers} {answers.threat!r} {[answers.violence_exposed]}"
    assert not any(word in shown for word in ("farsta", "missbruk", "high", "yes", "30"))


def test_an_answer_that_is_wrong_is_not_repeated_in_the_complaint():
    with pytest.raises(ValidationError) as problem:
        Answers.read(b'{"belongs": 5, "housing": {"secret": "Storgatan"}}')
    assert "Storgatan" not in str(problem.value)
