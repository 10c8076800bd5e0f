"""Whose the data are where several municipalities share a line: a switch, and what each answer of it means."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from app.intake.responsible import Board, boards_of
from app.programme.knowledge import Knowledge
from app.programme.knowledge_files import shipped
from app.programme.knowledge_on import Standing
from tests.routing.asked import city

TODAY = date(2026, 1, 5)
SHARED = """
[police_area]
soder = { name = "Lokalpolisområde söder" }

[district]
granne = { name = "Granne", police_area = "soder" }
skogen = { name = "Skogen", police_area = "soder" }

[controller]
ours = { name = "Nämnden i Kommunen", where = { controller = "each" } }
granne = { name = "Nämnden i Granne", districts = ["granne"], where = { controller = "each" } }
ours-jointly = { name = "Nämnden i Kommunen", jointly = true, where = { controller = "joint" } }
granne-jointly = { name = "Nämnden i Granne", jointly = true, where = { controller = "joint" } }
"""
"""What a line that is shared by two writes in its own file, beside the minimal knowledge."""


def shared(position: str, added: str = "") -> Knowledge:
    raw = shipped("minimal") | {"turned": {"controller": position}}
    for kind, rows in tomllib.loads(SHARED + added).items():
        raw[kind] = {**raw.get(kind, {}), **rows}
    return Knowledge.model_validate(raw)


@pytest.mark.parametrize(
    ("position", "belongs", "boards"),
    [
        ("host", "granne", ("Kommunens socialnämnd",)),
        ("host", None, ("Kommunens socialnämnd",)),
        ("each", "granne", ("Nämnden i Granne",)),
        ("each", "skogen", ("Nämnden i Kommunen",)),
        ("each", None, ("Nämnden i Kommunen",)),
        ("each", "elsewhere", ("Nämnden i Kommunen",)),
        ("joint", "granne", ("Nämnden i Kommunen", "Nämnden i Granne")),
        ("joint", None, ("Nämnden i Kommunen", "Nämnden i Granne")),
    ],
)
def test_the_answer_says_whose_the_data_are_of_whoever_belongs_there(
    position: str, belongs: str | None, boards: tuple[str, ...]
):
    assert Standing(shared(position), TODAY).controllers(belongs) == boards


@pytest.mark.parametrize("name", ["minimal", "huddinge", "stockholm"])
def test_every_shipped_city_names_one_board_and_refuses_an_answer_whose_boards_nobody_wrote(name: str):
    (board,) = boards_of(city(name))(TODAY)
    assert board.name and not board.places
    for position in ("each", "joint"):
        with pytest.raises(ValidationError, match=f"while controller stands at {position}, nobody answers for"):
            city(name).with_switches(controller=position)


def test_an_answer_that_nobody_offered_is_refused_with_those_that_are():
    with pytest.raises(ValidationError, match="cannot be turned to 'all'; use host, each or joint"):
        shared("all")


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('two = { name = "Två", where = { controller = "each" } }', "controller.ours and controller.two both answer"),
        ('two = { name = "Två", districts = ["granne"] }', "controller.granne and controller.two both answer"),
    ],
)
def test_two_boards_of_the_same_people_say_that_they_are_it_jointly(added: str, said: str):
    with pytest.raises(ValidationError, match=said):
        shared("each", added)


def test_a_board_may_give_way_to_another_from_a_day_on_in_a_district():
    later = shared("each", 'skogen = { name = "Skogens", districts = ["skogen"], valid_from = 2027-01-01 }')
    assert Standing(later, TODAY).controllers("skogen") == ("Nämnden i Kommunen",)
    assert Standing(later, date(2027, 1, 1)).controllers("skogen") == ("Skogens",)


def test_a_knowledge_that_was_applied_before_the_question_was_asked_names_the_municipality():
    before: dict[str, Any] = city("stockholm").model_dump()
    del before["controller"], before["switch"]["controller"]
    assert Standing(Knowledge.model_validate(before), TODAY).controllers("farsta") == ("Stockholm",)


def test_a_visitor_reads_each_board_with_its_places_and_the_one_of_everybody_else_last():
    assert boards_of(shared("each"))(TODAY) == [Board("Nämnden i Granne", ("Granne",)), Board("Nämnden i Kommunen")]
