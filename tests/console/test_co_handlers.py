"""A colleague is brought in besides whoever has a case: they read, write and call; the promise stays where it was."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.control import standing
from app.escalation import beside, conflicts
from app.notifications.models import Notification
from app.programme.apply import apply, read
from app.staff.directory import by_alias
from tests import people
from tests.at_work import Workplace
from tests.console.office import Office, send
from tests.console.test_joining import two_of_hers
from tests.dossiers import Desk

A_FORTNIGHT = {"why": "experience", "until": "2026-01-19"}
TEAM = '\n[[team]]\nname = "Förstärkningsteamet"\nmembers = ["bo", "fatima"]\n'


@pytest.fixture
def work(office: Office) -> Workplace:
    return Workplace(office)


def beside_anna(work: Workplace, whom: str = "fatima", **more: str) -> tuple[Desk, Desk]:
    anna = work.case(**({"reached": False} if more.pop("waits", "") else {}))
    anna.do("co-handlers", beside=whom, **A_FORTNIGHT | more)
    assert anna.status == 200
    return anna, work.desk(anna.reference, whom)


def names(work: Workplace, desk: Desk) -> list[str]:
    page = desk.look().partition('id="co-handlers"')[2].partition("<details")[0]
    return re.findall(r"<li><strong>(\w+)", page)


def excluded(work: Workplace, desk: Desk, alias: str) -> None:
    with work.db.transaction() as session:
        case = session.scalar(select(Case).where(Case.reference == desk.reference))
        conflicts.exclude(session, case.id, by_alias(session, alias), by=alias, at=work.office.now)


def test_a_co_handler_reads_writes_and_is_told_and_the_promise_stays_with_the_holder(work: Workplace):
    anna, fatima = beside_anna(work, waits="yes")
    assert names(work, anna) == ["fatima"]
    with work.db.reading() as session:
        told = session.scalars(select(Notification).where(Notification.wording == "sms.co_handler"))
        assert {each.person.alias for each in told} == {"fatima"}
    assert anna.reference in fatima.look("/console/"), "it is on her board"
    assert "Min bror" in fatima.do("reveal", because="first_contact")
    fatima.do("notes", note="Hon svarar efter sex")
    assert fatima.status == 200
    shut = {deed: fatima.do(deed, code="advice") and fatima.status for deed in ("release", "closure", "tap", "join")}
    assert set(shut.values()) == {404}, shut
    assert "Lämna ärendet vidare" not in fatima.look()
    fatima.do("attempts", channel="call", outcome="reached")
    with work.db.reading() as session:
        case = session.scalar(select(Case).where(Case.reference == anna.reference))
        assert case.first_contact.by.alias == "fatima", "who spoke with the person is a fact"
        assert case.hold.person.alias == "anna" and case.keeper_ids == {case.hold.person_id}
        assert case.due_at - case.opened_at == timedelta(hours=24)


def test_it_ends_by_a_word_by_its_day_and_with_the_case(work: Workplace):
    anna, fatima = beside_anna(work)
    found = re.search(r"co-handlers/(\w+)/end", anna.look())[1]
    anna.do(f"co-handlers/{found}/end")
    fatima.look()
    assert names(work, anna) == [] and fatima.do("reveal", because="new_attempt") and fatima.status == 404

    anna.do("co-handlers", beside="fatima", **A_FORTNIGHT | {"until": "2026-01-06"})
    work.office.clock.at = work.office.now.replace(day=6, hour=22, minute=59)
    assert beside.end_those_over(work.db, at=work.office.now) == 0
    work.office.clock.at = work.office.now.replace(hour=23, minute=0)
    assert beside.end_those_over(work.db, at=work.office.now) == 1, "at midnight here, not in Greenwich"
    assert names(work, anna) == []

    anna.do("co-handlers", beside="fatima", **A_FORTNIGHT)
    assert anna.reference in fatima.look("/console/")
    send(work.office.browser("anna"), f"{anna.at}/closure", code="advice")
    fatima.do("reveal", because="new_attempt")
    assert fatima.status == 404
    assert [entry["purpose"] for entry in work.office.log("co_handler.ended")] == ["word", "day"]


def test_a_co_handler_may_end_it_and_nobody_elses(work: Workplace):
    anna, fatima = beside_anna(work)
    anna.do("co-handlers", beside="bo", **A_FORTNIGHT)
    both, own = (re.findall(r"co-handlers/(\w+)/end", desk.look()) for desk in (anna, fatima))
    assert (len(both), len(own)) == (2, 1)
    (other,) = {*both} - {*own}
    fatima.do(f"co-handlers/{other}/end")
    assert fatima.status == 404
    fatima.do("co-handlers", beside="carin", **A_FORTNIGHT)
    assert fatima.status == 404, "a co-handler brings in nobody"
    fatima.do(f"co-handlers/{own[0]}/end")
    assert names(work, anna) == ["bo"]


def test_whoever_is_excluded_is_never_added_and_ends_at_once(work: Workplace):
    anna, fatima = beside_anna(work)
    excluded(work, anna, "bo")
    page = anna.do("co-handlers", beside="bo", **A_FORTNIGHT)
    assert anna.status == 422 and "Alla kan inte tas med" in page
    assert "<option>bo</option>" not in page.partition('id="beside-whom"')[2].partition("</select>")[0]
    excluded(work, anna, "fatima")
    assert fatima.do("reveal", because="new_attempt") and fatima.status == 404
    assert names(work, anna) == []


def test_whoever_has_the_other_side_of_a_conflict_is_not_brought_in(work: Workplace):
    anna = work.case()
    bo = work.case(by="bo")
    anna.do("collisions", code="Granen", side="Norr")
    bo.do("collisions", code="Granen", side="Söder")
    page = anna.do("co-handlers", beside="bo", **A_FORTNIGHT)
    assert anna.status == 422 and "Alla kan inte tas med" in page, "as if there were nobody of that name"
    assert work.office.log("collision.warned")[-1]["facts"] == {"what": "co_handler"}


def test_the_other_side_is_still_the_other_side_when_its_case_went_on_as_part_of_an_older_one(work: Workplace):
    anna, bo = work.case(), work.office.browser("bo")
    older, younger = two_of_hers(work.office, bo)
    anna.do("collisions", code="Granen", side="Norr")
    work.desk(younger, "bo").do("collisions", code="Granen", side="Söder")
    send(bo, f"/console/cases/{younger}/join", same=older, word="person")
    anna.do("co-handlers", beside="bo", **A_FORTNIGHT)
    assert anna.status == 422


def test_who_made_first_contact_beside_the_holder_does_not_have_the_case_when_the_holder_may_not(work: Workplace):
    anna, fatima = beside_anna(work, waits="yes")
    fatima.do("attempts", channel="call", outcome="reached")
    found = re.search(r"co-handlers/(\w+)/end", anna.look())[1]
    anna.do(f"co-handlers/{found}/end")
    board = fatima.look("/console/")
    assert anna.reference not in board and "1 more case is with a colleague" in board, "it is a colleague's again"
    excluded(work, anna, "anna")
    assert anna.reference not in fatima.look("/console/")
    fatima.do("reveal", because="new_attempt")
    assert fatima.status == 404, "her time was over"
    with work.db.reading() as session:
        case = session.scalar(select(Case).where(Case.reference == anna.reference))
        assert (case.is_nobodys, case.responsible.person.alias) == (True, "bo"), "it went on to the next in line"


def test_a_team_is_brought_in_as_it_is_that_day_but_for_whoever_is_excluded(work: Workplace, tmp_path: Path):
    with_the_team(work, tmp_path)
    anna = work.case()
    excluded(work, anna, "bo")
    assert "Förstärkningsteamet" in anna.look()
    anna.do("co-handlers", beside="team:Förstärkningsteamet", **A_FORTNIGHT)
    assert names(work, anna) == ["fatima"]
    assert "(Förstärkningsteamet)" in anna.look()
    assert "tillagd av anna, till och med mån 19 jan." in anna.look(), "the day that was chosen, and not its midnight"


def test_what_cannot_be_is_said(work: Workplace):
    anna = work.case()
    for wrong, says in (
        ({"beside": "anna"}, "Välj en kollega"),
        ({"beside": "team:Ingen"}, "Välj en kollega"),
        ({"beside": "eva"}, "Välj en kollega"),
        ({"why": "curious"}, "Välj varför"),
        ({"until": "2026-01-04"}, "i morgon eller senare"),
        ({"until": "2027-01-01"}, "i morgon eller senare"),
        ({"until": ""}, "i morgon eller senare"),
    ):
        page = anna.do("co-handlers", **{"beside": "fatima"} | A_FORTNIGHT | wrong)
        assert anna.status == 422 and says in page, wrong
    assert work.office.log("co_handler.added") == []


def test_a_coordinator_brings_a_colleague_in_and_never_themselves_and_never_where_nobody_is(work: Workplace):
    anna = work.case()
    carin = work.desk(anna.reference, "carin")
    carin.do("co-handlers", beside="carin", **A_FORTNIGHT)
    assert carin.status == 422
    carin.do("co-handlers", beside="bo", **A_FORTNIGHT)
    assert names(work, anna) == ["bo"]
    waits = work.desk(work.office.approach().reference, "carin")
    assert "Ta det först" in waits.do("co-handlers", beside="bo", **A_FORTNIGHT)


def test_the_log_control_knows_whose_a_case_is_besides(work: Workplace):
    anna, _ = beside_anna(work)
    with work.db.reading() as session:
        case = session.scalar(select(Case).where(Case.reference == anna.reference))
        assert [time.until for time in standing.of(session, case.pseudonym, "fatima", []).theirs] == [None]
        assert standing.of(session, case.pseudonym, "bo", []).theirs == []


def with_the_team(work: Workplace, folder: Path) -> None:
    programme = folder / "programme.toml"
    programme.write_text(people.PROGRAMME + TEAM)
    with work.db.transaction() as session:
        apply(session, read(programme), at=people.MONDAY, by="operator", duty=work.office.keyring.public("duty"))
