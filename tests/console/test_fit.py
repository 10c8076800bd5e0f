"""Who may not have a case, and whom the person would rather speak with, asked at the bottom of its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.escalation import succession
from app.programme.apply import apply, read
from tests import people
from tests.console.office import Office, send, take

TAGS = 'alias = "fatima"\ntags = ["woman", "relative"]'


@pytest.fixture
def page(office: Office) -> str:
    return f"/console/cases/{office.approach().reference}"


@pytest.fixture
def tagged(office: Office, tmp_path: Path) -> None:
    """Fatima has tags in the programme."""
    path = tmp_path / "tags.toml"
    path.write_text(people.PROGRAMME.replace('alias = "fatima"', TAGS))
    with office.db.transaction() as session:
        apply(session, read(path), at=office.now, by="operator", duty=office.keyring.public("duty"))


def excluded(office: Office) -> list[str]:
    with office.db.reading() as session:
        return [one.person.alias for one in session.scalars(select(Case)).one().exclusions]


def test_a_handler_can_only_keep_themselves_out(office: Office, anna, page: str):
    text = anna.get(page).text
    assert "Jag är jävig" in text
    assert '<select id="excluded"' not in text
    answer = send(anna, f"{page}/exclusions", alias="bo")
    assert (answer.status_code, "Välj vem" in answer.text) == (422, True)
    assert excluded(office) == []
    assert send(anna, f"{page}/exclusions").headers["location"] == "/console/"
    assert excluded(office) == ["anna"]
    assert [entry["facts"] for entry in office.log("case.excluded")] == [{"whom": "anna"}]


def test_a_coordinator_keeps_out_whom_they_know_of_and_sees_no_list(office: Office, page: str):
    carin = office.browser("carin")
    assert send(carin, f"{page}/exclusions", alias="dag").headers["location"] == page
    again = carin.get(page).text
    assert again.count(">dag<") == 1, "only among those who can be chosen, as before"
    assert office.browser("dag").get(page).status_code == 404


def test_a_case_that_went_on_to_somebody_who_then_left_goes_on_again(office_on_both: Office):
    office, reference = office_on_both, office_on_both.approach().reference
    anna = office.browser("anna")
    take(anna, reference)
    send(anna, f"/console/cases/{reference}/attempts", channel="call", outcome="reached")
    send(anna, f"/console/cases/{reference}/exclusions")
    with office.db.transaction() as session:
        case = session.scalar(select(Case).where(Case.reference == reference))
        assert case.is_nobodys
        case.responsible.person.left_at = office.now
    with office.db.transaction() as session:
        succession.after_leavers(session, at=office.now)
        assert session.get(Case, case.id).responsible.person.is_active


def test_a_manager_who_is_excluded_does_not_see_the_case_on_the_board_either(office: Office, page: str):
    dag = office.browser("dag")
    reference = page.rpartition("/")[2]
    assert reference in dag.get("/console/").text
    assert send(dag, f"{page}/exclusions").status_code == 422, "not by default: there is no way back"
    send(dag, f"{page}/exclusions", alias="dag")
    assert reference not in dag.get("/console/").text


def test_whoever_was_in_contact_and_finds_a_conflict_reads_nothing_any_more(office: Office, anna, page: str):
    take(anna, page.rpartition("/")[2])
    send(anna, f"{page}/attempts", channel="call", outcome="reached")
    send(anna, f"{page}/exclusions")
    assert anna.get(page).status_code == 404
    assert send(anna, f"{page}/reveal", because="danger").status_code == 404
    assert send(anna, f"{page}/attempts", channel="call", outcome="busy").status_code == 404
    assert office.log("case.revealed") == []


def test_nobody_keeps_anybody_out_of_a_case_they_do_not_see(office: Office, page: str):
    take(office.browser("anna"), page.rpartition("/")[2])
    assert send(office.browser("bo"), f"{page}/exclusions").status_code == 404
    assert send(office.browser("bo"), f"{page}/preferences").status_code == 404
    assert excluded(office) == []


def test_wishes_are_the_tags_that_somebody_on_the_staff_has(office: Office, anna, page: str, tagged: None):
    text = anna.get(page).text
    assert "en kvinna" in text
    assert "en man" not in text
    send(anna, f"{page}/preferences", **{"tag-woman": "yes", "tag-man": "yes"})
    assert 'name="tag-woman" value="yes" checked' in anna.get(page).text
    with office.db.reading() as session:
        assert [one.tag for one in session.scalars(select(Case)).one().preferences] == ["woman"]
    send(anna, f"{page}/preferences")
    assert "checked><span>en kvinna" not in anna.get(page).text
    assert [entry["facts"]["count"] for entry in office.log("case.preference_noted")] == [1, 0]


def test_where_nobody_has_tags_nothing_is_asked_about_wishes(anna, page: str):
    assert "talar hellre med" not in anna.get(page).text
