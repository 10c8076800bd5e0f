"""Something happened at a meeting place: it is shut that moment, whoever is to go there is told, two open it again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.escalation import meetings
from app.notifications.models import Notification
from tests.at_work import Workplace
from tests.console.office import Office
from tests.console.test_co_handlers import excluded
from tests.console.test_joining import two_of_hers
from tests.dossiers import Desk, link_in
from tests.evidence import everything_kept
from tests.routing.test_collisions import A_MEETING, place

WORDS = "Två män satt i en bil utanför och filmade"
IT_HAPPENED = {"kind": "watched", "when": "2026-01-05T08:00", "words": WORDS}


@pytest.fixture
def work(office: Office) -> Workplace:
    return Workplace(office)


def told(work: Workplace, wording: str) -> set[str]:
    with work.db.reading() as session:
        found = session.scalars(select(Notification).where(Notification.wording == wording))
        return {f"{each.person.alias} {each.values}" for each in found}


def tell(desk: Desk, oak: str, **said: str) -> str:
    return desk.do("incidents", **{"where": oak} | IT_HAPPENED | said)


def test_the_place_is_shut_at_once_and_whoever_is_to_go_there_is_told_without_a_word_of_it(work: Workplace):
    oak = place(work, "Eken")
    anna, other = work.case(), work.case()
    other.do("meetings", place=oak, **A_MEETING | {"first": "bo", "second": "fatima"})
    page = tell(anna, oak)
    assert anna.status == 200 and "Spärra platsen" in page

    assert "åk inte dit" in other.look(f"{other.at}/meetings"), "it is shown where it is booked"
    sent = told(work, "alarm.place_shut")
    assert {each.split()[0] for each in sent} == {"bo", "fatima"}, "not whoever said it, who has that case as well"
    assert all(other.reference in each and "Eken" not in each and "watched" not in each for each in sent)
    assert {each.split()[0] for each in told(work, "alarm.place")} == {"carin"}
    assert "spärrad sedan något hände" in other.do("meetings", place=oak, **A_MEETING | {"starts": "2026-01-20T14:00"})
    assert other.status == 422
    assert [entry["purpose"] for entry in work.office.log("place.incident")] == ["watched"]
    assert WORDS.encode() not in everything_kept(work.db)
    assert WORDS in anna.do("dossier", sheet="to_do"), "read by whoever has the case"
    assert WORDS not in other.do("dossier", sheet="to_do")


def test_two_people_open_it_and_one_of_them_oversees(work: Workplace):
    oak = place(work, "Eken")
    anna, carin = work.case(), work.desk("ZZZZ", "carin")
    tell(anna, oak)
    assert "Eken" in carin.look("/console/morning")
    opening = f"/console/places/{oak}/opening"
    anna.press(opening, because="nonsense")
    assert anna.status == 422
    anna.press(opening, because="looked_over")
    anna.press(f"{opening}/second", agreed="yes")
    assert anna.status == 404, "whoever asked is nobody's second"
    fatima = work.desk("ZZZZ", "fatima")
    fatima.press(f"{opening}/second", agreed="yes")
    assert fatima.status == 404, "two handlers do not open it"
    carin.press(f"{opening}/second", agreed="no")
    assert "Spärrad" in carin.look("/console/places")
    carin.press(opening, because="police")
    fatima.press(f"{opening}/second", agreed="yes")
    assert "Spärrad" not in carin.look("/console/places")
    assert "Någon av er hör av sig senast" in anna.do("meetings", place=oak, **A_MEETING)
    assert len(work.office.log("place.opened")) == len(work.office.log("place.kept_shut")) == 1
    fatima.press("/console/places/nowhere/opening", because="police")
    assert fatima.status == 404


def test_what_happens_after_somebody_asked_keeps_it_shut(work: Workplace):
    oak = place(work, "Eken")
    anna, carin = work.case(), work.desk("ZZZZ", "carin")
    tell(anna, oak)
    anna.press(f"/console/places/{oak}/opening", because="looked_over")
    tell(anna, oak, kind="shooting")
    carin.press(f"/console/places/{oak}/opening/second", agreed="yes")
    assert carin.status == 404, "nobody is asked about what was not known then"
    assert "Skottlossning" in carin.look("/console/places")


def test_whoever_goes_to_a_meeting_finds_that_one_and_nothing_else_of_the_case(work: Workplace):
    oak, elm = place(work, "Eken"), place(work, "Almen")
    anna = work.case()
    anna.do("meetings", place=oak, **A_MEETING | {"first": "anna", "second": "bo"})
    anna.do("meetings", place=elm, **A_MEETING | {"first": "anna", "second": "fatima"})
    bo, page = work.desk(anna.reference, "bo"), f"{anna.at}/meetings"
    shown = bo.look(page)
    assert "<strong>Eken" in shown and "<strong>Almen" not in shown and "tags-head" not in shown
    assert "<strong>Eken" in tell(bo, oak, kind="weather") and bo.status == 422
    excluded(work, anna, "bo")
    assert "Eken" not in bo.look(page)
    tell(bo, oak)
    assert bo.status == 404 and work.office.log("place.incident") == []


def test_whoever_goes_to_a_meeting_has_it_on_their_board_with_a_link_that_opens_until_somebody_checks_in(
    work: Workplace,
):
    oak, anna = place(work, "Eken"), work.case()
    page = anna.do("meetings", place=oak, **A_MEETING | {"first": "fatima", "second": "bo"})
    link = f"{anna.at}/meetings"
    bo = work.desk(anna.reference, "bo")
    assert f'href="{link}">{anna.reference}</a> i morgon 14:00, Eken</li>' in bo.look("/console/")
    assert "<strong>Eken" in bo.look(link)
    assert work.office.browser("bo").get(anna.at).status_code == 404, "and nothing else of the case"
    assert link not in anna.look("/console/"), "only whoever goes"
    assert link in work.desk(anna.reference, "fatima").look("/console/")

    tell(anna, oak)
    assert "åk inte dit" in bo.look("/console/")
    anna.do(link_in(page, r"(meetings/\w+/check-in)"), how="called_off")
    assert link not in bo.look("/console/")


def test_a_meeting_is_on_no_board_of_whoever_is_excluded_and_goes_on_where_its_case_does(work: Workplace):
    oak = place(work, "Eken")
    older, younger = two_of_hers(work.office, work.office.browser("anna"))
    anna, bo = work.desk(younger), work.desk(older, "bo")
    anna.do("meetings", place=oak, **A_MEETING)
    assert f"{anna.at}/meetings" in bo.look("/console/")
    anna.do("join", same=older, word="person")
    assert f"{bo.at}/meetings" in bo.look("/console/")
    assert "<strong>Eken" in bo.look(f"{bo.at}/meetings")
    work.office.clock.at = work.office.now.replace(day=6, hour=15)
    assert meetings.sound(work.db, at=work.office.now) == 1
    assert "Ingen har hört av sig" in bo.look("/console/")
    excluded(work, bo, "bo")
    assert "Eken" not in bo.look("/console/")


@pytest.mark.parametrize("far", ["9999-12-31T23:59", "2027-01-07T14:00", "0001-01-01T00:00"])
def test_a_year_that_is_a_slip_of_the_hand_is_said(work: Workplace, far: str):
    oak, anna = place(work, "Eken"), work.case()
    assert "inom ett år" in anna.do("meetings", place=oak, **A_MEETING | {"starts": far})
    assert anna.status == 422


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(work: Workplace):
    oak, anna = place(work, "Eken"), work.case()
    for wrong, says in (
        ({"where": "nowhere"}, "mötesplats"),
        ({"kind": "weather"}, "Välj vad som hände"),
        ({"when": "2026-01-07T08:00"}, "inte framåt"),
        ({"when": "2025-11-01T08:00"}, "30 dagarna"),
        ({"when": "i går"}, "30 dagarna"),
    ):
        page = tell(anna, oak, **wrong)
        assert anna.status == 422 and says in page and WORDS in page, wrong
    assert work.office.log("place.incident") == []


def test_the_same_form_sent_twice_is_one_incident_and_a_stranger_tells_of_none(work: Workplace):
    oak = place(work, "Eken")
    anna = work.case()
    tell(anna, oak, mark="once")
    tell(anna, oak, mark="once")
    assert len(work.office.log("place.incident")) == 1
    fatima = work.desk(anna.reference, "fatima")
    tell(fatima, oak)
    assert fatima.status == 404
