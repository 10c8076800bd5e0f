"""What applying another knowledge would change, in lines a person reads before they agree."""

from __future__ import annotations

from app.programme import knowledge_differences
from app.programme.apply import EXAMPLE, apply, current, difference, read
from app.programme.knowledge import Knowledge
from app.programme.knowledge_files import shipped
from tests.marks import ON_ONE_DATABASE


def knowledge(name: str) -> Knowledge:
    return Knowledge.model_validate(shipped(name))


def test_the_first_knowledge_is_a_single_line():
    [line] = knowledge_differences.between(None, knowledge("stockholm"))
    assert line.startswith("+ knowledge: name Stockholm; version stockholm-2025-10;")
    assert "district 10" in line


def test_another_citys_is_a_single_line_too():
    [line] = knowledge_differences.between(knowledge("minimal"), knowledge("stockholm"))
    assert "name Kommunen -> Stockholm" in line


def test_the_same_citys_changes_are_told_row_by_row():
    before = knowledge("stockholm")
    changed = before.model_dump()
    changed["age_band"]["central-18"]["from_age"] = 19
    changed["unit"]["ny"] = {"name": "Nya enheten"}
    del changed["outcome"]["relapse"]
    assert knowledge_differences.between(before, Knowledge.model_validate(changed)) == [
        "~ knowledge: unit 40 -> 41; outcome 8 -> 7",
        "+ knowledge unit.ny: name Nya enheten",
        "~ knowledge age_band.central-18: from_age 18 -> 19",
        "- knowledge outcome.relapse",
    ]


def test_a_turned_switch_is_a_change():
    before = knowledge("stockholm")
    assert knowledge_differences.between(before, before.with_switches(central_age="20")) == [
        "~ knowledge: switch.central-age 18 -> 20"
    ]


def test_the_same_knowledge_changes_nothing():
    assert knowledge_differences.between(knowledge("huddinge"), knowledge("huddinge")) == []


@ON_ONE_DATABASE
def test_applying_brings_the_knowledge_into_force_and_a_turned_switch_is_seen_before(
    db, duty, directory, now, example_with
):
    with db.transaction() as session:
        apply(session, read(EXAMPLE), at=now, by="operator", duty=duty, directory=directory)
    turned = example_with(
        ('# turned = { central-age = "20", must-leave = "criterion" }', 'turned = { central-age = "20" }')
    )
    with db.transaction() as session:
        assert difference(session, turned, directory=directory) == ["~ knowledge: switch.central-age 18 -> 20"]
        apply(session, turned, at=now, by="operator", duty=duty, directory=directory)
    with db.transaction() as session:
        assert current(session).knowledge.switches["central-age"] == "20"
