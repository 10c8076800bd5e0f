"""What staff text to the line, with cold fingers, at night."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation import commands
from app.escalation.ladder import advance
from app.escalation.models import StaffMessage
from app.escalation.opening import begin, escalation_of
from app.notifications.models import Notification
from app.programme.apply import current
from tests import desk
from tests.people import MONDAY

LATER = MONDAY + timedelta(minutes=1)


@pytest.fixture
def paged(session: Session) -> Case:
    """A case about which Anna has been paged."""
    return page_about(session, at=MONDAY)


def page_about(session: Session, *, at: datetime) -> Case:
    case = desk.opened(session, at=at)
    begin(session, case, current(session).routine, at=at)
    advance(session, case, escalation_of(session, case), at=at)
    session.flush()
    return case


def text(session: Session, body: str, *, alias: str = "anna", source: str = "SM1") -> None:
    commands.obey(session, desk.named(session, alias), body, source=source, at=LATER)
    session.flush()


def answers(session: Session) -> list[tuple[str, dict[str, str]]]:
    found = session.scalars(
        select(Notification).where(Notification.key.startswith("answer:")).order_by(Notification.key)
    )
    return [(row.wording, json.loads(row.values)) for row in found]


@pytest.mark.parametrize("body", ["1", "OK", "ok", " 1 ", "1.", "1 {}", "ok {}", "OK, {}!", "1\n{}", "1 {} tack"])
def test_one_and_ok_take_the_case(session: Session, paged: Case, body: str) -> None:
    text(session, body.format(paged.reference.lower()))

    assert paged.hold.person_id == desk.named(session, "anna").id
    assert answers(session) == [("sms.taken", {"reference": paged.reference})]


def test_a_bare_one_looks_at_the_cases_that_wait_and_not_at_all_they_were_ever_paged_about(session: Session) -> None:
    earlier = [page_about(session, at=MONDAY) for _ in range(3)]
    for case in earlier:
        case.close(by=desk.named(session, "anna"), at=MONDAY, outcome="closed", code="no_way_to_reach")
    waiting = page_about(session, at=MONDAY)
    session.flush()
    session.expire_all()

    text(session, "1")

    assert answers(session) == [("sms.taken", {"reference": waiting.reference})]
    assert all("closure" in inspect(case).unloaded for case in earlier), "nobody asked how they stand"


@pytest.mark.parametrize("body", ["2", "2 {}"])
def test_two_passes_it_on(session: Session, paged: Case, body: str) -> None:
    text(session, body.format(paged.reference))

    assert paged.hold is None
    assert answers(session) == [("sms.passed", {"reference": paged.reference})]


@pytest.mark.parametrize(
    "body", ["", "hej", "11", "12", "1a", "ja", "OK?no", "👍", "1 XXXX", "0", "TAKE", "kan inte 1"]
)
def test_anything_else_is_answered_with_help_and_does_nothing(session: Session, paged: Case, body: str) -> None:
    text(session, body)

    assert paged.hold is None
    assert answers(session) == [("sms.help", {})]


def test_a_telephone_that_answers_help_by_itself_is_helped_three_times_in_half_an_hour(session: Session) -> None:
    for nth in range(5):
        text(session, "Jag kör bil just nu", source=f"SM{nth}")

    assert answers(session) == [("sms.help", {})] * 3
    text(session, "?", source="SM6")
    assert answers(session)[-1] == ("sms.nothing_waits", {}), "and is answered everything else"
    text(session, "1", source="SM8")
    assert answers(session)[-2:] == [("sms.nothing_waits", {}), ("sms.help", {})], "no telephone says that by itself"

    commands.obey(session, desk.named(session, "anna"), "hej", source="SM7", at=LATER + commands.SOON)
    assert answers(session)[-1] == ("sms.help", {})


def test_a_question_mark_lists_what_waits_and_not_what_is_taken(session: Session, paged: Case) -> None:
    other = desk.opened(session, at=LATER)
    taken = desk.opened(session)
    taken.take(by=desk.named(session, "bo"), at=MONDAY, via="page")
    session.flush()
    text(session, "?")

    assert answers(session) == [("sms.waiting", {"lines": f"{paged.reference}, {other.reference}"})]


def test_when_nothing_waits_it_is_said(session: Session) -> None:
    text(session, "?")

    assert answers(session) == [("sms.nothing_waits", {})]


def test_who_was_never_paged_has_nothing_to_take(session: Session, paged: Case) -> None:
    text(session, "1", alias="fatima")

    assert paged.hold is None
    assert answers(session) == [("sms.help", {})]


def test_who_comes_second_is_told_so(session: Session, paged: Case) -> None:
    text(session, f"1 {paged.reference}", alias="bo", source="SM1")
    text(session, "1", alias="anna", source="SM2")

    assert [wording for wording, _ in answers(session)] == ["sms.taken", "sms.already_taken"]
    assert paged.hold.person_id == desk.named(session, "bo").id


def test_without_a_reference_the_case_of_the_last_page_is_meant(session: Session, paged: Case) -> None:
    newer = page_about(session, at=LATER)
    text(session, "1")

    assert newer.hold
    assert paged.hold is None


def test_a_text_that_the_carrier_brings_twice_is_obeyed_once(session: Session, paged: Case) -> None:
    text(session, "1")
    paged.release(at=LATER, by="anna", because="passed_on")
    session.flush()
    text(session, "1")

    assert paged.hold is None
    assert len(answers(session)) == 1
    assert len(session.scalars(select(StaffMessage)).all()) == 1
