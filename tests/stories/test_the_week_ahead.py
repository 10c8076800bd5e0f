"""Every hour of the coming week two people can be reached; where not, the coordinator is told in time, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.check.house import findings
from app.escalation import week_ahead
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import BO, MONDAY, PROGRAMME
from tests.proving import prove_by_text, trust_everybody

FRIDAY = "2026-01-09T08:00"


@pytest.fixture
def proved(hotline: Hotline) -> Hotline:
    """Everybody's telephone is proved; whoever is asked for a test page later is of no interest here."""
    trust_everybody(hotline)
    return hotline


def look(line: Hotline, **later: float) -> int:
    """Time passes and the engine looks ahead; how often the coordinator has been told of thin hours by then."""
    line.wait_until(line.now + timedelta(**later))
    assert line.engine
    line.engine.look_ahead()
    line.work()
    return sum("för få i jouren" in text.body for text in line.phone("carin").inbox)


def away(line: Hotline, alias: str, *, until: str = "2026-01-09T20:00") -> None:
    """Somebody will be away on Friday. Bo is the only backup there is."""
    browser = line.sign_in(alias)
    word = hidden_fields(browser.get("/console/roster").text)["csrf"]
    browser.post("/console/roster/leaves", data={"csrf": word, "starts": FRIDAY, "ends": until})


@ON_ONE_DATABASE
def test_when_everybody_is_proved_and_every_hour_stood_for_nothing_is_found(proved: Hotline) -> None:
    assert look(proved) == 0
    with proved.db.reading() as session:
        assert week_ahead.thin_hours(session, at=proved.now) == []
        assert week_ahead.unproved(session, at=proved.now) == []
    assert "Det här saknas" not in proved.sign_in("carin").get("/console/roster").text


@ON_ONE_DATABASE
def test_a_gap_is_told_three_days_and_one_day_before_it_begins_once_each(proved: Hotline) -> None:
    away(proved, "bo")
    assert look(proved) == 0, "it is four days off"
    assert look(proved, hours=22) == 0
    assert look(proved, hours=1) == 1
    assert look(proved, hours=1) == 1
    assert look(proved, hours=45) == 1
    assert look(proved, hours=2) == 2
    assert look(proved, hours=24) == 2, "it has begun, and she knows"
    assert [entry["facts"]["lead_hours"] for entry in log(proved.db, "roster.gap_found")] == [72, 24]


@ON_ONE_DATABASE
def test_a_gap_that_was_mended_is_not_told_of_and_a_new_one_is(proved: Hotline) -> None:
    away(proved, "bo")
    assert look(proved, hours=24) == 1
    carin = proved.sign_in("carin")
    word = hidden_fields(carin.get("/console/roster").text)["csrf"]
    span = {"starts": FRIDAY, "ends": "2026-01-09T20:00", "alias": "dag", "because": "gap", "tier": "backup"}
    carin.post("/console/roster/overrides", data={"csrf": word, **span})
    assert look(proved, hours=50) == 1
    proved.apply(PROGRAMME.replace(f'phone = "{BO}"', 'email = "bo@example.org"'))

    assert look(proved, hours=1) == 2


@ON_ONE_DATABASE
def test_what_is_found_late_is_told_at_once(proved: Hotline) -> None:
    proved.wait_until(MONDAY + timedelta(days=3, hours=20))
    trust_everybody(proved)
    away(proved, "bo")

    assert look(proved) == 1
    assert [entry["facts"]["lead_hours"] for entry in log(proved.db, "roster.gap_found")] == [24]


def test_two_engines_tell_it_once(proved: Hotline) -> None:
    away(proved, "bo")
    proved.wait_until(MONDAY + timedelta(hours=30))
    with proved.another_engine() as other:
        proved.engine.look_ahead()
        other.look_ahead()
    proved.work()

    assert look(proved) == 1


def test_a_line_on_which_nobody_has_proved_anything_yet_says_so_once_and_names_them(hotline: Hotline) -> None:
    assert look(hotline) == 1
    assert look(hotline, hours=30) == 1
    page = hotline.sign_in("carin").get("/console/roster").text
    assert page.count("Färre än två nås säkert") == 1
    assert "anna, bo, carin, dag" in page

    about_proofs = [each for each in findings(hotline.settings, hotline.db, at=hotline.now) if "prove" in each.do]
    assert len(about_proofs) == 2
    assert not any(each.serious for each in about_proofs)


@ON_ONE_DATABASE
def test_a_telephone_that_refuses_texts_is_not_counted_on_though_it_was_proved(proved: Hotline) -> None:
    proved.phone("bo").text("+46846500400", "STOP")
    proved.work()

    with proved.db.reading() as session:
        assert week_ahead.unproved(session, at=proved.now) == ["bo"]
    assert look(proved) == 1


@ON_ONE_DATABASE
def test_proving_mends_it(hotline: Hotline) -> None:
    assert look(hotline) == 1
    for alias in ("anna", "bo", "fatima"):
        prove_by_text(hotline, alias)

    assert look(hotline) == 1
    with hotline.db.reading() as session:
        assert week_ahead.thin_hours(session, at=hotline.now) == []
        assert week_ahead.unproved(session, at=hotline.now) == ["carin", "dag"]
