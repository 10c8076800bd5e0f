"""What can be done to a case, by whom, and what can never be undone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cases.facts import (
    ATTEMPT_OUTCOMES,
    CLOSED_WITHOUT_CONTACT,
    Approach,
    Closure,
    ContactAttempt,
    Content,
    Hold,
    Permission,
)
from app.cases.first_contact import Standing
from app.cases.models import Case
from app.cases.permissions import Hours
from app.cases.returning import RepeatTag
from app.db import Base, new_id
from app.errors import AlreadyTaken, BadInput, DygnetError
from app.staff.models import Person
from app.vault.envelope import Binding, seal
from app.vault.sealed import Sealed
from tests import desk
from tests.people import MONDAY

LATER = MONDAY + timedelta(minutes=10)
TOO_LATE = MONDAY + timedelta(hours=25)
ANYWHERE = Binding(table="case_contents", column="box", row="row", case="case")
NOT_CONTACT = sorted(set(ATTEMPT_OUTCOMES) - {"reached"})


@dataclass
class Desk:
    """An open case, and three who may do things to it."""

    session: Session
    case: Case
    anna: Person
    bo: Person
    carin: Person

    @property
    def log(self) -> list[str]:
        self.session.flush()
        return [str(each["action"]) for each in desk.entries(self.session) if each["object"] == self.case.pseudonym]


@pytest.fixture
def at_hand(session: Session) -> Desk:
    anna, bo, carin = (desk.named(session, alias) for alias in ("anna", "bo", "carin"))
    return Desk(session, desk.opened(session), anna, bo, carin)


def test_of_two_handlers_the_first_has_the_case(at_hand: Desk) -> None:
    at_hand.case.take(by=at_hand.anna, at=MONDAY, via="page")

    with pytest.raises(AlreadyTaken):
        at_hand.case.take(by=at_hand.bo, at=LATER, via="console")
    assert at_hand.case.hold.person_id == at_hand.anna.id
    assert at_hand.case.responsible.person_id == at_hand.anna.id


def test_taking_twice_is_taking_once(at_hand: Desk) -> None:
    first = at_hand.case.take(by=at_hand.anna, at=MONDAY, via="page")

    assert at_hand.case.take(by=at_hand.anna, at=LATER, via="sms") is first
    assert at_hand.log.count("case.taken") == 1


def test_a_case_given_back_waits_again_and_keeps_its_deadline(at_hand: Desk) -> None:
    due = at_hand.case.due_at
    at_hand.case.take(by=at_hand.anna, at=MONDAY, via="page")
    at_hand.case.release(at=LATER, by="anna", because="passed_on")

    assert at_hand.case.standing is Standing.WAITING
    assert at_hand.case.due_at == due
    at_hand.case.take(by=at_hand.bo, at=LATER, via="page")
    assert len(at_hand.case.holds) == 2


@pytest.mark.parametrize("outcome", NOT_CONTACT)
def test_only_two_way_contact_stops_the_clock(at_hand: Desk, outcome: str) -> None:
    at_hand.case.take(by=at_hand.anna, at=MONDAY, via="page")
    at_hand.case.record_attempt(by=at_hand.anna, at=LATER, channel="call", outcome=outcome)

    assert at_hand.case.first_contact is None
    assert at_hand.case.awaits_contact
    assert "contact.attempted" in at_hand.log


def test_the_first_contact_is_the_one_that_counts(at_hand: Desk) -> None:
    at_hand.case.record_attempt(by=at_hand.anna, at=LATER, channel="call", outcome="reached")
    at_hand.case.record_attempt(by=at_hand.bo, at=TOO_LATE, channel="sms", outcome="reached")

    made = at_hand.case.first_contact
    assert (made.by_id, made.at, made.channel, made.word) == (at_hand.anna.id, LATER, "call", "handler")
    assert not at_hand.case.is_overdue(TOO_LATE)
    assert at_hand.log.count("contact.first") == 1


def test_after_first_contact_nothing_is_left_that_recognises_the_number(at_hand: Desk) -> None:
    at_hand.session.add(RepeatTag(case_id=at_hand.case.id, full=b"a" * 16, short=7))
    at_hand.session.flush()
    at_hand.case.record_attempt(by=at_hand.anna, at=LATER, channel="call", outcome="reached")

    assert at_hand.session.scalars(select(RepeatTag.full)).all() == [None]


def test_a_breach_is_recorded_once_and_at_the_moment_it_was_due(at_hand: Desk) -> None:
    at_hand.case.record_breach(at=TOO_LATE)
    at_hand.case.record_breach(at=TOO_LATE + timedelta(hours=1))

    assert (at_hand.case.breach.at, at_hand.case.breach.recorded_at) == (at_hand.case.due_at, TOO_LATE)
    assert at_hand.log.count("case.breached") == 1


@pytest.mark.parametrize("code", ["advice", "declined_help", "not_for_us", ""])
def test_a_case_without_contact_is_not_closed_as_if_there_had_been_one(at_hand: Desk, code: str) -> None:
    for outcome in ("advice", "handed_over", "closed"):
        with pytest.raises(BadInput):
            at_hand.case.close(by=at_hand.anna, at=LATER, outcome=outcome, code=code)
    assert at_hand.case.closure is None


@pytest.mark.parametrize("code", CLOSED_WITHOUT_CONTACT)
@pytest.mark.parametrize("outcome", ["advice", "handed_over"])
def test_advice_and_hand_over_need_a_contact(at_hand: Desk, code: str, outcome: str) -> None:
    with pytest.raises(BadInput):
        at_hand.case.close(by=at_hand.anna, at=LATER, outcome=outcome, code=code)


def test_a_closed_case_is_closed(at_hand: Desk) -> None:
    at_hand.case.close(by=at_hand.anna, at=LATER, outcome="closed", code="no_way_to_reach")

    assert at_hand.case.standing is Standing.CLOSED
    with pytest.raises(AlreadyTaken):
        at_hand.case.take(by=at_hand.bo, at=LATER, via="page")
    with pytest.raises(BadInput):
        at_hand.case.record_attempt(by=at_hand.anna, at=LATER, channel="call", outcome="reached")
    with pytest.raises(BadInput):
        at_hand.case.close(by=at_hand.anna, at=LATER, outcome="closed", code="withdrew")


def test_the_earlier_clock_wins(session: Session) -> None:
    older, newer = desk.opened(session), desk.opened(session, at=LATER)
    with pytest.raises(BadInput):
        older.join_into(newer, by="caller", at=LATER)
    newer.join_into(older, by="caller", at=LATER)

    assert newer.standing is Standing.JOINED
    assert older.awaits_contact


def test_danger_is_marked_once(at_hand: Desk) -> None:
    at_hand.case.mark_danger(by="caller", at=MONDAY)
    at_hand.case.mark_danger(by="anna", at=LATER)

    assert (at_hand.case.danger.at, at_hand.case.danger.by) == (MONDAY, "caller")
    assert at_hand.log.count("danger.marked") == 1


def test_naming_the_same_person_again_says_nothing_new(at_hand: Desk) -> None:
    at_hand.case.assign(at_hand.anna, at=MONDAY, because="on_call")
    at_hand.case.assign(at_hand.anna, at=LATER, because="paged")
    at_hand.case.assign(at_hand.bo, at=LATER, because="paged")

    assert [each.person_id for each in at_hand.case.assignments] == [at_hand.anna.id, at_hand.bo.id]


VERBS: list[Callable[[Desk], object]] = [
    lambda d: d.case.take(by=d.anna, at=LATER, via="page"),
    lambda d: d.case.take(by=d.bo, at=LATER, via="sms"),
    lambda d: d.case.release(at=LATER, by="anna", because="passed_on"),
    lambda d: d.case.assign(d.carin, at=LATER, because="paged"),
    lambda d: d.case.record_attempt(by=d.anna, at=LATER, channel="call", outcome="voicemail"),
    lambda d: d.case.record_attempt(by=d.bo, at=TOO_LATE, channel="visit", outcome="reached"),
    lambda d: d.case.record_breach(at=TOO_LATE),
    lambda d: d.case.mark_danger(by="caller", at=LATER),
    lambda d: d.case.permit("call", allowed=True, hours=Hours.DAY, by="caller", at=LATER, content_id=None),
    lambda d: d.case.close(by=d.anna, at=LATER, outcome="closed", code="withdrew"),
    lambda d: d.case.close(by=d.anna, at=TOO_LATE, outcome="advice", code="advice"),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(st.sampled_from(range(len(VERBS))), max_size=12))
def test_whatever_is_done_in_whatever_order_the_deadline_and_the_facts_stay(at_hand: Desk, deeds: list[int]) -> None:
    at_hand.case = desk.opened(at_hand.session)
    for number in deeds:
        before = at_hand.case.first_contact, at_hand.case.breach, at_hand.case.closure, len(at_hand.case.attempts)
        with suppress(DygnetError):
            VERBS[number](at_hand)
        at_hand.session.flush()
        case = at_hand.case
        assert (case.opened_at, case.due_at) == (MONDAY, MONDAY + desk.A_DAY)
        assert all(had is None or has is had for had, has in zip(before[:3], _facts(case), strict=True))
        assert len(case.attempts) >= before[3]
        assert len([hold for hold in case.holds if hold.released_at is None]) <= 1
        assert case.awaits_contact == (case.first_contact is None and case.closure is None)


def _facts(case: Case) -> tuple[object, ...]:
    return case.first_contact, case.breach, case.closure


IMPOSSIBLE = [
    (Approach, {"at": MONDAY, "channel": "fax", "source": "1", "role": "self", "language": "sv", "withheld": False}),
    (Approach, {"at": MONDAY, "channel": "sms", "source": "2", "role": "spy", "language": "sv", "withheld": False}),
    (Hold, {"person_id": "anna", "at": MONDAY, "via": "hearsay"}),
    (ContactAttempt, {"by_id": "anna", "at": MONDAY, "channel": "call", "outcome": "probably"}),
    (ContactAttempt, {"by_id": "anna", "at": MONDAY, "channel": "pigeon", "outcome": "reached"}),
    (Closure, {"by_id": "anna", "at": MONDAY, "outcome": "forgotten", "code": "advice"}),
    (Permission, {"channel": "fax", "allowed": True, "hours": "any", "at": MONDAY, "by": "me", "expires_at": LATER}),
    (Permission, {"channel": "sms", "allowed": True, "hours": "noon", "at": MONDAY, "by": "me", "expires_at": LATER}),
    (Content, {"approach_id": "approach", "kind": "diary", "at": MONDAY}),
]


@pytest.mark.parametrize(("fact", "values"), IMPOSSIBLE, ids=lambda each: getattr(each, "__name__", ""))
def test_the_database_refuses_words_nobody_agreed_on(
    session: Session, at_hand: Desk, fact: type[Base], values: dict[str, object]
) -> None:
    approach = Approach(case_id=at_hand.case.id, at=MONDAY, channel="sms", source="known", language="sv")
    session.add(approach)
    session.flush()
    real = {"anna": at_hand.anna.id, "approach": approach.id}
    row = {name: real.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
    row |= {"id": new_id()} if "id" in fact.__table__.columns else {}
    row |= {"box": Sealed(seal(b"", desk.CASE_KEY.public, binding=ANYWHERE))} if fact is Content else {}

    with pytest.raises(IntegrityError, match=r"(?i)check"), session.begin_nested():
        session.execute(insert(fact).values(case_id=at_hand.case.id, **row))


def test_a_case_has_one_holder_even_if_the_code_forgets(session: Session, at_hand: Desk) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add_all(
            Hold(case_id=at_hand.case.id, person_id=person.id, at=MONDAY, via="page")
            for person in (at_hand.anna, at_hand.bo)
        )
