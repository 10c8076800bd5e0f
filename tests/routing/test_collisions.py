"""Two people who must not meet: warned of without a word about the other, gone against by two; and who comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.escalation import meetings
from app.notifications.models import Notification
from tests.dossiers import link_in
from tests.evidence import everything_kept
from tests.houses import House

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
WHY, NOTE = "Hon kan bara den dagen", "Räven och Kråkan"
A_MEETING = {"starts": "2026-01-06T14:00", "minutes": "60", "first": "anna", "second": "bo"}


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return House("north", db, tmp_path / "north")


def place(house: House, name: str) -> str:
    carin = house.desk("ZZZZ", "carin")
    return link_in(
        carin.press("/console/places", name=name), rf"{name}</strong> <form[^>]*/console/places/(\w+)/closing"
    )


def test_a_place_is_never_an_address_and_rests_for_others_after_a_meeting(house: House):
    carin = house.desk("ZZZZ", "carin")
    page = carin.press("/console/places", name="Tallvägen 4")
    assert carin.status == 422 and "aldrig en adress" in page and "Tallvägen 4" in page
    oak, elm = place(house, "Eken"), place(house, "Almen")
    anna, other = house.case(), house.case()
    anna.do("meetings", place=oak, **A_MEETING)
    assert "vilar" in other.do("meetings", place=oak, **A_MEETING) and other.status == 422
    assert "Eken" in anna.do("meetings", place=oak, **A_MEETING | {"starts": "2026-01-08T14:00"})
    other.do("meetings", place=elm, **A_MEETING | {"second": "anna"})
    assert other.status == 422
    carin.press(f"/console/places/{elm}/closing")
    assert "Almen" not in carin.look("/console/places")


def test_who_must_not_meet_is_warned_of_by_nothing_but_a_warning_and_two_people_go_on(house: House):
    oak = place(house, "Eken")
    anna, other = house.case(), house.case()
    for desk, side in ((anna, "Norr"), (other, "Söder")):
        desk.do("collisions", code="Granen", side=side, note=NOTE)
    assert "Möjlig krock" in anna.look(f"{anna.at}/meetings"), "the same handler has both"
    anna.do("meetings", place=oak, **A_MEETING)
    house.office.later(days=20)
    later = A_MEETING | {"starts": "2026-01-27T14:00"}
    page = other.do("meetings", place=oak, **later)
    assert "Möjlig krock. Fråga den som är krockansvarig" in page
    assert anna.reference not in page and NOTE not in page

    page = other.do("collisions/overrides", what="place", about=oak, because=WHY)
    override = link_in(house.desk(other.reference, "carin").look(f"{other.at}/meetings"), r"overrides/(\w+)/second")
    other.do(f"collisions/overrides/{override}/second", agreed="yes")
    assert other.status == 404, "whoever asked is nobody's second"
    other.do("meetings", place=oak, **later)
    assert other.status == 422
    house.desk(other.reference, "carin").do(f"collisions/overrides/{override}/second", agreed="yes")
    assert "Någon av er hör av sig senast" in other.do("meetings", place=oak, **later)
    kept = everything_kept(house.db)
    assert NOTE.encode() not in kept and WHY.encode() not in kept and b"Granen" not in kept
    assert len(house.office.log("collision.warned")) == 2


def test_whoever_does_not_check_in_is_looked_for_and_whoever_does_is_not(house: House):
    oak = place(house, "Eken")
    anna = house.case()
    anna.do("meetings", place=oak, **A_MEETING)
    page = anna.do("meetings", place=oak, **A_MEETING | {"starts": "2026-01-06T18:00"})
    first = link_in(page, r"meetings/(\w+)/check-in")
    bo = house.desk(anna.reference, "bo")
    bo.do(f"meetings/{first}/check-in", how="safe")
    house.office.clock.at = house.office.now.replace(day=6, hour=19)

    assert (meetings.sound(house.db, at=house.office.now), meetings.sound(house.db, at=house.office.now)) == (1, 0)
    with house.db.reading() as session:
        told = session.scalars(select(Notification).where(Notification.wording == "alarm.meeting"))
        assert {each.person.alias for each in told} == {"carin"}
    assert "Larmat" in anna.look(f"{anna.at}/meetings")
