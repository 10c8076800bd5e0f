"""The screening's form holds whatever can be answered, asks everybody the same, and says what is wrong by its field."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.console.dossier import screening_form
from app.console.dossier.words import WORDS
from app.programme.knowledge_on import Standing
from app.routing.answers import Answers, Gender
from app.routing.lines import line_of
from app.routing.proposals import propose
from tests.routing.asked import TODAY, city, wants_out
from tests.routing.test_proposals_for_everybody import MANY, anything

STOCKHOLM = Standing(city("stockholm"), TODAY)


@MANY
@given(anything)
def test_whatever_can_be_answered_can_be_typed_and_comes_back_the_same(answers: Answers):
    answers = answers.model_copy(update={"consents": {}})
    if answers.belongs == "nowhere":
        answers = answers.model_copy(update={"belongs": None})

    assert screening_form.read(screening_form.typed(answers), STOCKHOLM) == (answers, {})


@MANY
@given(anything)
def test_every_route_has_a_line_that_ends_with_the_unit_that_cannot_decline(answers: Answers):
    for route in propose(answers, STOCKHOLM.knowledge, on=TODAY):
        line = line_of(route, answers, STOCKHOLM.knowledge, on=TODAY)

        assert line[0] == route.owner
        assert line[-1] == STOCKHOLM.knowledge.municipality.last
        assert len(set(line)) == len(line)


def test_what_the_central_programme_declines_goes_to_the_district_before_the_last():
    answers = wants_out(threat={"bops": "confirmed_high", "bops_on": TODAY, "bops_by": "police-region"})
    answers = Answers.model_validate(answers.model_dump() | {"must_leave_city": {"word": "yes"}})
    (central,) = [route for route in propose(answers, STOCKHOLM.knowledge, on=TODAY) if route.kind == "central"]

    line = line_of(central, answers, STOCKHOLM.knowledge, on=TODAY)

    assert "farsta" in line[1], line


def test_the_form_asks_every_gender_the_same_and_chooses_nothing_beforehand():
    blank = {gender: screening_form.typed(Answers(gender=gender)) | {"gender": ""} for gender in Gender}

    assert len({str(typed) for typed in blank.values()}) == 1
    assert blank[Gender.WOMAN]["violence_perpetrated"] == "not_yet"


@pytest.mark.parametrize(
    ("field", "typed", "wrong"),
    [
        ("age", "tonåring", "mistake.age"),
        ("child_ages", "3, sju", "mistake.child_ages"),
        ("in_household", "många", "mistake.in_household"),
        ("weapons_at_home", "kanske", "mistake.answer"),
        ("belongs", "atlantis", "mistake.choose"),
        ("bops_on", "igår", "mistake.day"),
        ("joint_city", "anna", "mistake.joint"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field(field: str, typed: str, wrong: str):
    where = {"joint_city": "joint"}.get(field, field)

    assert screening_form.read({field: typed}, STOCKHOLM) == (None, {where: wrong})


def test_both_languages_say_the_same():
    assert WORDS.keys("sv") == WORDS.keys("en")
    for key in WORDS.keys("sv"):
        assert WORDS.placeholders("sv", key) == WORDS.placeholders("en", key), key
