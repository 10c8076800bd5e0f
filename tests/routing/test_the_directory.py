"""Everybody and everything that the source documents name has its row, and docs/sources.md says where."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app.programme.knowledge_words import RouteKind
from app.routing.answers import Age
from tests.routing.asked import city, proposed, wants_out

SOURCES = Path("docs/sources.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", SOURCES)
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in SOURCES.partition("## The facts")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| system")
]


@cache
def written_in(path: str) -> frozenset[str]:
    tree = ast.parse(Path(path).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "BOPS",
            "Polisregion Stockholm, avhopparverksamheten",
            "Socialsekreterare hos polisen",
            "Polisens personsäkerhet",
        ),
        *("Kriminalvården, häkten och anstalter", "Frivården", "Hälso- och sjukvården", "Relationsvåldscentrum"),
        *(
            "Framtid Stockholm",
            "Behandlingsenheten",
            "Boende- och behandlingsenheten",
            "Skolan och utbildningsförvaltningen",
        ),
        *(
            "Jobbtorg Stockholm",
            "Arbetsförmedlingen",
            "Arbetsmarknadsförvaltningen",
            "Stödcentrum för unga brottsoffer",
        ),
        *("Botkyrka kommun", "Sollentuna kommun", "Södertälje kommun", "Upplands-Bro kommun", "Huddinge kommun"),
        *("Järfälla kommun", "Göteborgs stad", "Malmö stad"),
        *("Göteborgs stad, samordnarna med inriktning på flickor", "Sexualmedicinskt centrum, Göteborg"),
    ],
)
def test_whoever_the_sources_name_is_in_the_directory(name):
    assert [row for row in city("stockholm").receiver.values() if row.name == name and not row.context_only]


def test_every_district_has_a_coordinator_of_its_local_police_area():
    knowledge = city("stockholm")
    areas = {row.police_area for row in knowledge.receiver.values() if RouteKind.LOCAL in row.partner_in}
    assert {district.police_area for district in knowledge.district.values()} <= areas


@pytest.mark.parametrize(
    ("name", "forum"), [("stockholm", "trefas"), ("stockholm", "bob"), ("stockholm", "roks"), ("huddinge", "osg")]
)
def test_a_forum_is_nobodys_partner_and_receives_nothing(name, forum):
    row = city(name).receiver[forum]
    assert row.context_only
    assert not (row.partner_in or row.consent or row.bases)


def test_every_kind_of_housing_and_care_that_the_sources_name_is_a_code():
    knowledge = city("stockholm")
    assert {"skyddat-boende", "jourlagenhet", "lagenhet-med-stod", "oppenvard-hemma"} == set(knowledge.housing)
    assert {"traningslagenhet", "oppenvardsbehandling", "dygnetruntvard", "hvb", "stodboende"} <= set(knowledge.offer)


def test_every_measure_that_the_sources_name_is_a_code():
    assert {"mst", "skkp", "familjebehandling", "privat-avhopparprogram"} <= set(city("stockholm").offer)


def test_the_support_centre_for_young_victims_is_offered_under_18_only():
    victim = wants_out(needs=("valdsutsatthet",))
    offered = {
        age: proposed(victim.model_copy(update={"age": Age.of(age)}))[RouteKind.ASSESSMENT].offers for age in (17, 18)
    }
    assert "stodcentrum-brottsoffer" in offered[17]
    assert "stodcentrum-brottsoffer" not in offered[18]


def test_kronofogden_receives_nothing():
    for name in ("stockholm", "huddinge", "minimal"):
        assert not [row for row in city(name).receiver.values() if "kronofogde" in row.name.lower()]


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_that_the_sources_page_names_is_there(path, name):
    assert name in written_in(path)


def test_every_row_of_the_sources_page_says_its_state_and_shows_what_it_claims():
    assert len(ROWS) == 43
    for system, _, kind, state, where, shown in ROWS:
        assert kind in set("CRLSX"), system
        assert state in {"works", "in part", "not yet", "context"}, system
        assert shown or state == "not yet", system
        assert "not yet" in where or state != "in part" or "nobody has written" in where, system


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ([f"b{n}" for n in range(1, 21)], "tests/routing/test_facts_about_routes.py"),
        ([f"d{n}" for n in range(1, 17) if n != 10], "tests/routing/test_facts_about_screening.py"),
        (["d10"], "tests/routing/test_follow_up.py"),
    ],
)
def test_every_fact_has_a_test_that_bears_its_name(facts, path):
    tested = {name.split("_")[1] for name in written_in(path)}
    assert set(facts) <= tested


@pytest.mark.parametrize("name", ["stockholm", "huddinge"])
def test_every_switch_is_on_the_sources_page(name):
    assert all(f"`{switch}`" in SOURCES for switch in city(name).switch)
