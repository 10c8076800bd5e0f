"""Of several routes at once one leads: somebody decides which, everybody sees it, and a decline passes it on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.db import Database
from tests.dossiers import WANTS_OUT, Desk, hidden_value, link_in
from tests.evidence import log
from tests.houses import House

REASON = "Våldet först"
SEVERAL = WANTS_OUT | {"in_household": "2"}


@pytest.fixture
def anna(db: Database, tmp_path: Path) -> Desk:
    """Her case, in which several routes are proposed at once."""
    desk = House("north", db, tmp_path / "north").case()
    desk.screen(**SEVERAL)
    return desk


def led_by(page: str) -> str:
    return link_in(page, r"<strong>([^<]+) leder\.</strong>")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_the_lead_is_decided_seen_by_everybody_and_passed_on_by_a_decline(anna: Desk, db: Database):
    sheet = anna.do("dossier", sheet="route")
    routes = re.findall(r'<option value="([a-z_]+\.[a-z_]+)"', sheet)
    of_children = routes.index("children.children")
    both = {
        "shown_as": hidden_value(sheet, "shown_as"),
        "reason": REASON,
        "take.0": "yes",
        f"take.{of_children}": "yes",
    }
    refused = anna.do("route", **both, lead="housing.housing")
    assert anna.status == 422
    assert "Vägen som leder måste vara en av dem du valt" in refused and REASON in refused

    decided = anna.do("route", **both, lead="children.children")
    first = led_by(decided)
    assert led_by(anna.cover()) == first
    assert f"{first} leder." in anna.look()
    anna.do("offers", decision=hidden_value(decided, "decision"), place="1")
    anna.press(link_in(anna.cover(), r"(/console/offers/\w+/answer)"), answer="declined", because="full")

    cover = anna.cover()
    assert led_by(cover) != first
    assert f"{first} avböjde" in cover and "ledningen gick vidare" in cover
    assert f"{led_by(cover)} leder." in anna.look() and f"{first} avböjde" in anna.look()
    deeds = [(entry["action"], entry["facts"]["unit"]) for entry in log(db) if entry["action"].startswith("lead.")]
    assert [name for name, _ in deeds] == ["lead.decided", "lead.passed"] and deeds[0][1] != deeds[1][1]
