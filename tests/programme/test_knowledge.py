"""Where help comes from, as data: what a file is put together of, and what is refused, with how to mend it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from app.errors import Misconfigured
from app.programme.apply import EXAMPLE, read
from app.programme.knowledge import Knowledge
from app.programme.knowledge_files import EXAMPLES, ids_in, shipped
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import Task
from app.programme.schema import Programme
from tests.people import PROGRAMME

OURS = """
include = ["sweden"]

[municipality]
name = "Vår kommun"
version = "1"
last = "social"

[switch.sig-ages]
question = "From which age?"
stands_at = "12"
positions = { "12" = "From 12", "15" = "From 15" }

[unit]
social = { name = "Socialtjänsten" }
norr = { name = "Norr", otherwise = "social", valid_to = 2025-12-31, successor = "nordost" }
nordost = { name = "Nordost", valid_from = 2026-01-01 }

[police_area]
norr = { name = "Lokalpolisområde norr" }

[district]
norr = { name = "Norr", police_area = "norr" }

[desk]
adults = { task = "adults", unit = "norr", districts = ["norr"] }

[programme.sig]
name = "SIG"
kind = "sig"
task = "sig_young"
rule = "B11"
criteria = ["threat_not_high"]

[programme.sig-adults]
name = "SIG vuxna"
kind = "sig"
task = "sig_adults"
rule = "B11"
criteria = ["threat_not_high"]

[age_band]
young = { programmes = ["sig"], from_age = 12, to_age = 18, where = { sig-ages = "12" } }
from-15 = { programmes = ["sig"], from_age = 15, to_age = 18, where = { sig-ages = "15" } }
adults = { programmes = ["sig-adults"], from_age = 19 }
"""


@pytest.fixture
def programme_with(tmp_path):
    """The hotline's programme with a knowledge of its own beside it, read."""

    def written(knowledge: str = '[knowledge]\ninclude = ["ours.toml"]\n', **files: str) -> Programme:
        for name, text in {"ours": OURS, **files}.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        path = tmp_path / "programme.toml"
        path.write_text(PROGRAMME + knowledge, encoding="utf-8")
        return read(path)

    return written


def complaint(programme_with: Any, *replaced: tuple[str, str], added: str = "") -> str:
    """What is said of our knowledge after some of its text was replaced."""
    text = OURS
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(Misconfigured) as problem:
        programme_with(ours=text + added)
    return str(problem.value)


def test_a_knowledge_of_ones_own_is_read_with_what_it_includes(programme_with):
    knowledge = programme_with().knowledge
    assert knowledge.municipality.name == "Vår kommun"
    assert "skyddat-boende" in knowledge.housing


def test_a_programme_that_says_nothing_of_it_gets_the_minimal_one(programme_with):
    knowledge = programme_with(knowledge="").knowledge
    assert knowledge == Knowledge.model_validate(shipped("minimal"))


def test_a_programme_that_was_applied_before_there_was_any_knowledge_is_read_with_the_minimal_one(programme_with):
    kept = json.loads(programme_with().document())
    del kept["knowledge"]
    assert Programme.model_validate(kept).knowledge == Knowledge.model_validate(shipped("minimal"))


def test_the_example_programme_has_stockholms():
    assert read(EXAMPLE).knowledge.municipality.name == "Stockholm"


@pytest.mark.parametrize("name", ["minimal", "huddinge", "stockholm"])
def test_what_is_shipped_is_whole_and_survives_the_document(name, programme_with):
    programme = programme_with(f'[knowledge]\ninclude = ["{name}"]\n')
    assert Programme.model_validate_json(programme.document()).knowledge == programme.knowledge


def test_every_shipped_file_can_be_named():
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == {"sweden", "minimal", "huddinge", "stockholm"}


def test_no_shipped_file_holds_a_number_an_address_or_a_person():
    for path in EXAMPLES.glob("*.toml"):
        text = path.read_text("utf-8")
        assert not any(word in text for word in ("+46", "08-", "@", "gatan", "vägen "))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'last = "social"',
            'last = "sociala"',
            "knowledge.municipality.last: there is no unit 'sociala'; did you mean",
        ),
        (
            'police_area = "norr"',
            'police_area = "soder"',
            "police_area: there is no police_area 'soder'; add it to [knowledge.police_area] or correct the word",
        ),
        (', police_area = "norr"', "", "knowledge.district.norr.police_area: is missing"),
        ('task = "adults"', 'task = "vuxna"', "knowledge.desk.adults.task: 'vuxna' is not a task; use coordination,"),
        ('["threat_not_high"]', '["rich"]', "criteria[0]: 'rich' is not a criterion; use wants_to_leave,"),
        (
            'name = "Norr", otherwise',
            'nam = "Norr", otherwise',
            "unit.norr.nam: is not a known key; did you mean name?",
        ),
        ("valid_to = 2025-12-31", 'valid_to = "soon"', "unit.norr.valid_to: is not a date; write it as 2026-01-05"),
        (
            "valid_from = 2026-01-01",
            "valid_from = 2026-01-01, valid_to = 2025-01-01",
            "unit.nordost: valid_to lies before valid_from",
        ),
        ("from_age = 12, to_age = 18", "from_age = 19, to_age = 18", "age_band.young: to_age is below from_age"),
        ("[unit]\nsocial", '[unit]\n"Social tjänst" = { name = "x" }\nsocial', "'Social tjänst' is not an id"),
        (
            "[district]",
            '[receiver]\nforum = { name = "Forum", context_only = true, consent = "police" }\n\n[district]',
            "receiver.forum: is context_only, and so has no consent, bases or partner_in",
        ),
        ('include = ["sweden"]\n', "quux = 1\n", "knowledge.quux: is not a known key"),
    ],
)
def test_a_mistake_in_a_row_is_named_by_its_key_and_says_how_to_mend_it(programme_with, old, new, said):
    assert said in complaint(programme_with, (old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "from_age = 19 }",
            "from_age = 18 }",
            "age_band.young and age_band.adults both hold the age 18 everywhere; move a from_age or to_age",
        ),
        ('stands_at = "12"', 'stands_at = "13"', "switch.sig-ages: stands_at is none of its positions; use 12 or 15"),
        (
            'sig-ages = "12" }',
            'sig-ages = "13" }',
            "age_band.young.where: sig-ages cannot be turned to '13'; use 12 or 15",
        ),
        ('sig-ages = "12" }', 'ages = "12" }', "age_band.young.where: there is no switch 'ages'"),
        (
            'social = { name = "Socialtjänsten" }',
            'social = { name = "Socialtjänsten", valid_to = 2030-01-01 }',
            "municipality.last: unit 'social' does not stand on every day",
        ),
        (
            'name = "Socialtjänsten" }',
            'name = "Socialtjänsten", otherwise = "norr" }',
            "unit.social: otherwise leads back to social; let it end somewhere",
        ),
        (
            ', successor = "nordost"',
            "",
            "desk.adults: unit.norr ends on 2025-12-31 and has no successor; give it one, or desk.adults a valid_to",
        ),
        (
            'unit = "norr", districts',
            'unit = "nordost", districts',
            "desk.adults: unit.nordost begins only on 2026-01-01; give desk.adults a valid_from",
        ),
        (
            "[programme.sig]",
            'more = { task = "adults", unit = "social", districts = ["norr"] }\n\n[programme.sig]',
            "desk.adults and desk.more both answer for adults in norr at once; end one with valid_to",
        ),
    ],
)
def test_rows_that_do_not_go_together_are_named_both_with_a_way_out(programme_with, old, new, said):
    assert f"knowledge: {said}" in complaint(programme_with, (old, new))


def test_every_mistake_is_told_at_once(programme_with):
    said = complaint(programme_with, ('stands_at = "12"', 'stands_at = "13"'), ("from_age = 19 }", "from_age = 18 }"))
    assert "stands_at" in said
    assert "both hold the age 18" in said


@pytest.mark.parametrize(
    ("knowledge", "said"),
    [
        ('include = ["hours.toml"]', "knowledge.include: there is no file 'hours.toml' beside it; put it there"),
        ('include = ["../ours.toml"]', "knowledge.include: there is no file '../ours.toml' beside it"),
        (
            'include = ["stokholm"]',
            "Dygnet ships no knowledge called 'stokholm'; use huddinge, minimal, stockholm or sweden, or a name that",
        ),
        ('include = "stockholm"', 'knowledge.include must be a list of names, such as ["stockholm", "ours.toml"]'),
        (
            'include = ["ours.toml"]\n[knowledge.unit]\nsocial = { name = "Andra" }',
            "knowledge.unit.social stands in ours.toml and in programme.toml; keep one of them",
        ),
        (
            'include = ["stockholm", "huddinge"]',
            "knowledge.municipality stands in stockholm.toml and in huddinge.toml; keep one of them",
        ),
        ('turned = { sig-ages = "12" }', "knowledge.municipality: is missing"),
    ],
)
def test_files_that_cannot_be_put_together_are_named(programme_with, knowledge, said):
    with pytest.raises(Misconfigured) as problem:
        programme_with(f"[knowledge]\n{knowledge}\n")
    assert said in str(problem.value)


def test_an_included_file_that_is_no_toml_is_named(programme_with):
    with pytest.raises(Misconfigured, match=r"ours\.toml is not TOML"):
        programme_with(ours="[unit")


def test_files_that_include_each_other_are_read_once_each(programme_with):
    round_ = OURS.replace('["sweden"]', '["sweden", "other.toml"]')
    assert programme_with(ours=round_, other='include = ["ours.toml"]\n').knowledge.unit.keys() == {
        "social",
        "norr",
        "nordost",
    }


def test_a_switch_is_turned_in_the_programme_file(programme_with):
    turned = programme_with('[knowledge]\ninclude = ["ours.toml"]\nturned = { sig-ages = "15" }\n').knowledge
    [band] = Standing(turned, date(2026, 1, 5)).age_bands("sig", "norr")
    assert band.youngest == 15


def test_what_has_ended_leads_to_its_successor_from_the_very_day(programme_with):
    knowledge = programme_with().knowledge
    assert Standing(knowledge, date(2025, 12, 31)).desk(Task.ADULTS, "norr") == "norr"
    assert Standing(knowledge, date(2026, 1, 1)).desk(Task.ADULTS, "norr") == "nordost"


def test_the_same_rule_has_another_section_before_and_after_the_new_act():
    bases = Knowledge.model_validate(shipped("minimal")).legal_basis
    before, after = bases["child-report-2001"], bases["child-report"]
    assert (before.section, after.section) == ("14 kap. 1 §", "19 kap. 1 §")
    for day, stands in ((date(2025, 6, 30), [before]), (date(2025, 7, 1), [after])):
        assert [basis for basis in (before, after) if basis.stands(day, {})] == stands
    assert bases[before.successor or ""] is after


def test_every_legal_basis_has_conditions_in_two_languages_and_one_of_them_is_blocked_until_a_lawyer_has_said():
    bases = Knowledge.model_validate(shipped("minimal")).legal_basis
    assert all(condition.keys() == {"sv", "en"} for basis in bases.values() for condition in basis.conditions.values())
    assert [id_ for id_, basis in bases.items() if basis.blocked] == ["between-authorities"]


def test_ids_are_found_in_a_file_that_is_otherwise_wrong():
    assert ids_in({"knowledge": {"unit": {"a": 1}, "turned": 5}}) == {"unit": frozenset({"a"})}
    assert ids_in({"knowledge": "none"}) == {}
