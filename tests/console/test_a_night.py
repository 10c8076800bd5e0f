"""Whole journeys, on both databases: a handler's night, and two who reach for the same case in the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from app.cases.first_contact import Standing
from app.staff.directory import by_alias
from app.staff.signin import make_link
from tests.console.office import NUMBER, Office, send, take


def test_anna_is_paged_takes_calls_and_closes(office_on_both: Office):
    office = office_on_both
    received = office.approach(danger=True)
    page = f"/console/cases/{received.reference}"
    with office.db.transaction() as session:
        token = make_link(session, by_alias(session, "anna"), at=office.now, by="operator")
    anna = office.browser()
    anna.post(f"/console/enrol/{token}", data={"passphrase": "fyra gula cyklar i regn"})
    assert received.reference in anna.get("/console/").text
    take(anna, received.reference)
    assert NUMBER[-4:] not in anna.get(page).text
    assert NUMBER in send(anna, f"{page}/reveal", because="first_contact").text
    send(anna, f"{page}/attempts", channel="call", outcome="no_answer")
    office.later(minutes=20)
    send(anna, f"{page}/attempts", channel="call", outcome="reached")
    assert office.case(received).standing is Standing.REACHED
    send(anna, f"{page}/closure", code="advice")
    assert office.case(received).standing is Standing.ADVICE
    assert "Inget väntar" in anna.get("/console/").text
    assert anna.get("/console/roster").status_code == 200
    send(anna, "/console/sign-out")
    assert anna.get("/console/").status_code == 303
    log = office.browser("eva").get("/console/log").text
    assert "kontaktuppgifter eller anteckningar öppnades" in log
    assert NUMBER not in log


def test_two_who_press_in_the_same_moment(office_on_both: Office):
    office = office_on_both
    received = office.approach()
    browsers = [office.browser(alias) for alias in ("anna", "bo", "carin")]
    with ThreadPoolExecutor(3) as hands:
        answers = list(hands.map(lambda browser: take(browser, received.reference), browsers))
    assert [answer.status_code for answer in answers].count(303) == 1
    assert len(office.case(received).holds) == 1


def test_an_idle_session_is_over_and_a_breach_is_shown(office_on_both: Office):
    office = office_on_both
    received = office.approach(channel="phone", number=NUMBER, callback=None)
    bo = office.browser("bo")
    office.later(minutes=31)
    assert bo.get("/console/").status_code == 303
    office.later(hours=24)
    office.later(seconds=1)
    page = office.browser("carin").get(f"/console/cases/{received.reference}").text
    assert "Löftet bröts" in page
    assert "över tiden" in page
