"""Every route, step and reason can be said, in Swedish and in English, with the names of the city."""

from __future__ import annotations

import pytest

from app.programme.knowledge_words import ConsentTo, Criterion, RouteKind
from app.routing.answers import ELSEWHERE, Age, Answers, Asked, Children, Word
from app.routing.proposals import propose
from app.routing.routes import Decline
from app.routing.steps import Step
from app.routing.wording import SENTENCES, because, missing, route, step
from tests.routing.asked import ALL_CONSENTS, HIGH, LOWER, TODAY, YES, city, wants_out

CONDITIONS = [
    *(f"criterion.{criterion.value}" for criterion in Criterion),
    *(f"consent.{consent.value}" for consent in ConsentTo),
    *(f"criterion.{each}" for each in ("age", "district", "needs")),
]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_route_and_step_has_its_words(language):
    assert all(route(kind, language) for kind in RouteKind)
    assert all(step(each, language) for each in Step)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("key", CONDITIONS)
def test_every_condition_can_be_said_when_it_is_met_and_when_it_is_missing(language, key):
    assert SENTENCES.placeholders(language, key) == {"programme"}
    assert SENTENCES.placeholders(language, f"missing.{key}") == frozenset(), "it stands below the programme's name"


def test_both_languages_say_the_same_things():
    assert SENTENCES.keys("sv") == SENTENCES.keys("en")
    for key in SENTENCES.keys("sv"):
        assert SENTENCES.placeholders("sv", key) == SENTENCES.placeholders("en", key)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_whatever_is_proposed_can_be_read(language):
    everything = wants_out(
        threat=HIGH,
        violence_exposed=YES,
        custody=YES,
        housing="skyddat-boende",
        needs=tuple(city("stockholm").need),
        children=Children(in_household=1, possible_harm=Asked(word=Word.UNCLEAR)),
        consents=ALL_CONSENTS,
        criminality=YES,
    )
    no = [Decline(route=RouteKind.CENTRAL, unit="hemlosa"), Decline(route=RouteKind.ASSESSMENT, unit="samordnaren")]
    for answers in (
        everything,
        everything.model_copy(update={"threat": LOWER, "age": Age.of(17)}),
        everything.model_copy(update={"belongs": ELSEWHERE, "possible_witness": YES}),
        everything.model_copy(update={"belongs": None}),
    ):
        for declined in ([], no):
            for each in propose(answers, city("stockholm"), on=TODAY, declined=declined):
                for reason in (*each.reasons, *each.missing):
                    assert because(reason, language, city("stockholm")).endswith((".", "?"))


def test_a_reason_names_the_programme_and_the_need_in_the_readers_language():
    routes = {
        each.kind: each for each in propose(wants_out(threat=HIGH, needs=("missbruk",)), city("stockholm"), on=TODAY)
    }
    central = because(routes[RouteKind.CENTRAL].reasons[0], "sv", city("stockholm"))
    assert central == "Stadens centrala avhopparverksamhet: vill lämna den organiserade brottsligheten."
    assert because(routes[RouteKind.NEEDS].reasons[0], "en", city("stockholm")) == "Need: Substance use."


def test_what_is_missing_is_asked_once_below_each_programme_however_many_variants_it_has():
    stockholm = city("stockholm")
    told = [each.missing for each in propose(Answers(), stockholm, on=TODAY) if each.missing]
    assert len(told) == 1
    groups = missing(told[0], "sv", stockholm)
    names = [name for name, _ in groups]

    assert len(names) == len(set(names)) > 2
    assert names[-1] == "", "what everybody is asked comes last"
    assert all(len(questions) == len(set(questions)) for _, questions in groups)
    assert sum(len(questions) for _, questions in groups) < len(told[0]), "variants of one name ask together"
