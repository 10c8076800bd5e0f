"""The case page: the next right step, who may see it, and what a handler does there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cases.facts import Connection
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.escalation import replies
from app.escalation.models import StepTaken
from app.intake.approach import Callback
from app.notifications.models import Notification
from app.staff.directory import by_alias
from tests.console.office import MESSAGE, NUMBER, Office, send, take


@pytest.fixture
def received(office: Office):
    return office.approach()


@pytest.fixture
def page(received) -> str:
    return f"/console/cases/{received.reference}"


def test_a_waiting_case_asks_to_be_taken(anna, page: str):
    text = anna.get(page).text
    assert "Ta ärendet" in text
    assert "24 h 0 min kvar" in text
    assert "anna står i tur" in text


def test_the_page_shows_nothing_secret(office: Office, anna):
    reference = office.approach(channel="phone", number=NUMBER).reference
    take(anna, reference)
    text = anna.get(f"/console/cases/{reference}").text
    for secret in (NUMBER, NUMBER[3:], "174 06 50", "Kalle", MESSAGE):
        assert secret not in text


def test_opening_the_page_is_in_the_log_first(office: Office, anna, received, page: str):
    anna.get(page)
    (entry,) = office.log("case.read")
    assert (entry["actor"], entry["object"]) == ("anna", office.case(received).pseudonym)


def test_taking_makes_it_mine_and_answers_with_the_page(office: Office, anna, received, page: str):
    answer = take(anna, received.reference)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    hold = office.case(received).hold
    assert (hold.person.alias, hold.via) == ("anna", "console")


@pytest.mark.parametrize(
    ("callback", "step"),
    [
        (Callback(wish="call", number=NUMBER, hours="day"), "Ring nu"),
        (Callback(wish="sms", number=NUMBER, hours="any"), "Skriv nu, ring inte"),
        (Callback(wish="call", number=NUMBER, hours="night"), "Säkra tider är nätter 22–8. Ring 22:00."),
        (Callback(wish="sms", number=NUMBER, hours="evening"), "Säkra tider är kvällar 17–22. Skriv 17:00, och ring"),
        (Callback(wish="none", number=None), "Personen hör av sig själv"),
        (None, "då är svaret nej"),
    ],
)
def test_the_next_step_follows_what_the_person_said(office: Office, anna, callback, step: str):
    reference = office.approach(callback=callback).reference
    take(anna, reference)
    assert step in anna.get(f"/console/cases/{reference}").text


def test_not_mine_and_unknown_are_told_apart_by_nobody(office: Office, anna, received, page: str):
    take(office.browser("bo"), received.reference)
    csrf = anna.word
    for verb in ("", "/hold", "/release", "/attempts", "/closure", "/reveal"):
        answers = []
        for path in (page, "/console/cases/ZZZZ"):
            fields = {"csrf": csrf, "because": "danger", "channel": "call", "outcome": "reached", "code": "withdrew"}
            answers.append(anna.post(path + verb, data=fields) if verb else anna.get(path))
        mine_not, unknown = answers
        assert mine_not.status_code == unknown.status_code == 404
        assert mine_not.text == unknown.text
        assert mine_not.headers == unknown.headers
    refused = office.log("access.refused")
    assert {entry["object"] for entry in refused} == {office.case(received).pseudonym, ""}
    assert office.case(received).first_contact is None


def test_a_coordinator_sees_the_page_and_not_what_is_in_it(office: Office, received, page: str):
    take(office.browser("bo"), received.reference)
    carin = office.browser("carin")
    text = carin.get(page).text
    assert "Ligger hos bo" in text
    assert "/reveal" not in text
    assert "/attempts" not in text
    assert send(carin, f"{page}/reveal", because="supervision").status_code == 404
    assert office.log("case.revealed") == []


def test_a_manager_takes_only_what_they_were_paged_about(office: Office, received, page: str):
    dag = office.browser("dag")
    assert "/hold" not in dag.get(page).text
    assert take(dag, received.reference).status_code == 404
    with office.db.transaction() as session:
        session.get_one(Case, received.case_id).assign(by_alias(session, "dag"), at=office.now, because="paged")
    assert take(dag, received.reference).status_code == 303


def test_of_two_who_take_it_at_once_one_wins_and_the_other_is_told_kindly(office: Office, received, page: str):
    anna, bo = office.browser("anna"), office.browser("bo")
    forms = {}
    for name, browser in (("anna", anna), ("bo", bo)):
        text = browser.get(page).text
        forms[name] = {field: text.split(f'name="{field}" value="')[1].split('"')[0] for field in ("csrf", "shown")}
    assert anna.post(f"{page}/hold", data=forms["anna"]).headers["location"] == page
    late = bo.post(f"{page}/hold", data=forms["bo"])
    assert late.status_code == 409
    assert "anna hann före" in late.text
    assert office.case(received).hold.person.alias == "anna"
    assert len(office.log("case.taken")) == 1


def test_taking_twice_is_taking_once(office: Office, anna, received):
    page = anna.get(f"/console/cases/{received.reference}").text
    shown = page.split('name="shown" value="')[1].split('"')[0]
    for _ in range(2):
        answer = send(anna, f"/console/cases/{received.reference}/hold", shown=shown)
        assert answer.status_code == 303
    assert len(office.case(received).holds) == 1


def test_passing_on_puts_it_back_and_pages_the_next(office: Office, anna, received, page: str):
    take(anna, received.reference)
    office.later(minutes=1)
    assert send(anna, f"{page}/release").headers["location"] == "/console/"
    office.later(seconds=1)
    case = office.case(received)
    assert case.standing is Standing.WAITING
    assert case.due_at == case.opened_at.replace(day=case.opened_at.day + 1)
    with office.db.reading() as session:
        paged = {page.person.alias for page in session.scalars(select(Notification))}
    assert "bo" in paged


def test_speaking_with_each_other_stops_the_clock(office: Office, anna, received, page: str):
    take(anna, received.reference)
    assert send(anna, f"{page}/attempts", channel="call", outcome="reached").status_code == 303
    case = office.case(received)
    assert case.standing is Standing.REACHED
    assert case.first_contact.at == office.now
    text = anna.get(page).text
    assert "Bestäm hur det går vidare" in text
    assert "kvar</time>" not in text


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "voicemail", "wrong_person", "not_safe_now"])
def test_an_attempt_is_not_a_contact(office: Office, anna, received, page: str, outcome: str):
    take(anna, received.reference)
    send(anna, f"{page}/attempts", channel="call", outcome=outcome)
    assert office.case(received).standing is Standing.TAKEN
    assert "anna: samtal" in anna.get(page).text


def test_a_finger_that_taps_twice_tried_once(office: Office, anna, received, page: str):
    take(anna, received.reference)
    for _ in range(2):
        send(anna, f"{page}/attempts", channel="call", outcome="busy")
    assert len(office.case(received).attempts) == 1
    office.later(minutes=1)
    send(anna, f"{page}/attempts", channel="call", outcome="busy")
    assert len(office.case(received).attempts) == 2


def test_what_was_chosen_stays_when_something_is_missing(office: Office, anna, received, page: str):
    take(anna, received.reference)
    answer = send(anna, f"{page}/attempts", channel="visit", outcome="")
    assert answer.status_code == 422
    assert "Välj vad som hände" in answer.text
    assert 'value="visit" checked' in answer.text
    assert office.case(received).attempts == []


def test_a_contact_made_after_the_grace_ran_out_still_counts(office: Office, anna, received, page: str):
    take(anna, received.reference)
    office.later(hours=2, minutes=5)
    assert office.case(received).hold is None
    take(office.browser("bo"), received.reference)
    anna = office.browser("anna")
    assert send(anna, f"{page}/attempts", channel="call", outcome="no_answer").headers["location"] == "/console/"
    assert send(anna, f"{page}/attempts", channel="call", outcome="reached").headers["location"] == page
    assert office.case(received).first_contact is not None


def test_who_had_the_caller_on_the_line_is_asked_to_record_it(office: Office, anna, received, page: str):
    with office.db.transaction() as session:
        person = by_alias(session, "anna")
        session.add(Connection(approach_id=received.approach_id, person_id=person.id, at=office.now))
        replies.take(session, received.case_id, by=person, via="call", at=office.now)
    assert "Du hade personen på linjen" in anna.get(page).text
    send(anna, f"{page}/attempts", channel="call", outcome="reached")
    assert "Du hade personen på linjen" not in anna.get(page).text


def test_advice_needs_a_contact_first(office: Office, anna, received, page: str):
    take(anna, received.reference)
    answer = send(anna, f"{page}/closure", outcome="advice", code="advice")
    assert answer.status_code == 422
    assert "Registrera kontakten först" in answer.text
    assert office.case(received).closure is None


def test_a_case_ends_with_an_outcome_and_a_code(office: Office, anna, received, page: str):
    take(anna, received.reference)
    send(anna, f"{page}/attempts", channel="call", outcome="reached")
    assert send(anna, f"{page}/closure", code="declined_help").status_code == 303
    closure = office.case(received).closure
    assert (closure.outcome, closure.code) == ("closed", "declined_help")
    assert "Personen vill inte gå vidare (anna, 09:00)" in anna.get(page).text


def test_a_case_nobody_can_reach_ends_with_the_reason_why(office: Office, anna, received, page: str):
    take(anna, received.reference)
    send(anna, f"{page}/closure", code="unsafe_to_contact")
    assert office.case(received).closure.code == "unsafe_to_contact"


@pytest.mark.parametrize("fields", [{}, {"code": "whatever"}, {"outcome": "advice", "code": "declined_help"}])
def test_an_ending_that_does_not_exist_is_refused(office: Office, anna, received, page: str, fields: dict[str, str]):
    take(anna, received.reference)
    assert send(anna, f"{page}/closure", **fields).status_code == 422
    assert office.case(received).closure is None


def test_nothing_more_is_written_in_a_closed_case(office: Office, anna, received, page: str):
    take(anna, received.reference)
    send(anna, f"{page}/closure", code="test_call")
    for verb, fields in (
        ("attempts", {"channel": "call", "outcome": "reached"}),
        ("closure", {"code": "withdrew"}),
        ("reveal", {"because": "danger"}),
    ):
        answer = send(anna, f"{page}/{verb}", **fields)
        assert answer.status_code == 422
        assert "Ärendet är avslutat" in answer.text
    assert office.log("case.revealed") == []


def test_the_page_shows_who_was_paged_and_what_became_of_it(office: Office, anna, received, page: str):
    with office.db.transaction() as session:
        notification = session.scalar(select(Notification))
        notification.state, notification.trouble, notification.settled_at = "failed", "undelivered", office.now
    text = anna.get(page).text
    assert "Steg 1: ingen har tagit det" in text
    assert "anna · sms · kom inte fram" in text


def test_a_breach_is_shown_and_stays(office: Office, received, page: str):
    office.later(hours=24, minutes=1)
    office.later(seconds=1)
    assert "Löftet bröts" in office.browser("anna").get(page).text


def test_a_case_that_may_be_the_same_is_named_and_no_more(office: Office, anna):
    one = office.approach(channel="phone", number=NUMBER)
    take(anna, one.reference)
    send(anna, f"/console/cases/{one.reference}/attempts", channel="call", outcome="reached")
    other = office.approach(channel="phone", number=NUMBER)
    assert other.is_new
    text = office.browser("bo").get(f"/console/cases/{other.reference}").text
    assert f"Kan vara samma person som {one.reference}" in text
    assert f"/console/cases/{one.reference}" not in text


def test_a_case_that_was_joined_leads_to_the_older_one(office: Office, anna):
    older = office.approach()
    office.later(minutes=1)
    newer = office.approach()
    with office.db.transaction() as session:
        older_case, newer_case = (session.get_one(Case, one.case_id) for one in (older, newer))
        newer_case.join_into(older_case, by="caller", at=office.now)
    answer = anna.get(f"/console/cases/{newer.reference}")
    assert answer.headers["location"] == f"/console/cases/{older.reference}"


def test_a_reference_typed_in_small_letters_leads_to_the_case(office: Office, anna):
    drawn = (received.reference for received in iter(office.approach, None))
    page = f"/console/cases/{next(filter(str.isupper, drawn))}"  # one in 130 is digits alone
    assert anna.get(page.lower()).headers["location"] == page


def test_a_late_step_says_so(office: Office, anna, received, page: str):
    with office.db.transaction() as session:
        step = session.scalar(select(StepTaken))
        step.ran_at = step.due_at.replace(minute=12)
    assert "12 min sent" in anna.get(page).text
