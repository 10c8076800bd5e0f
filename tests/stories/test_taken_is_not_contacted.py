"""Taken is not contacted: when the grace is over the case comes back, and the ladder begins again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cases.first_contact import Standing
from app.cases.models import Case
from app.errors import BadInput
from app.staff.directory import by_alias
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

GRACE = timedelta(hours=2)


@ON_ONE_DATABASE
def test_after_the_grace_the_case_comes_back_and_the_ladder_begins_again(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("bo", f"1 {hotline.case().reference}")
    hotline.fast_forward(hours=1, minutes=59)
    assert hotline.case().standing is Standing.TAKEN
    texts = len(hotline.phone("anna").inbox)
    hotline.fast_forward(minutes=1)
    assert hotline.case().standing is Standing.WAITING
    assert hotline.case().holds[0].released_because == "grace_over"
    assert len(hotline.phone("anna").inbox) == texts + 1
    hotline.fast_forward(minutes=5)
    assert hotline.phone("bo").ringing


@pytest.mark.parametrize("outcome", ["voicemail", "no_answer", "busy", "wrong_person", "not_safe_now"])
@ON_ONE_DATABASE
def test_an_attempt_stops_nothing(hotline: Hotline, outcome: str):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.record_contact("anna", outcome)
    hotline.wait_until(hotline.now + GRACE)
    hotline.work()
    case = hotline.case()
    assert len(case.attempts) == 1
    assert case.first_contact is None
    assert case.standing is Standing.WAITING


@ON_ONE_DATABASE
def test_contact_stops_the_clock_and_every_page(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=9)
    hotline.record_contact("anna")
    case = hotline.case()
    assert case.standing is Standing.REACHED
    assert case.first_contact.at == hotline.now
    texts = [len(hotline.phone(name).inbox) for name in ("anna", "bo", "carin", "dag")]
    hotline.wait_until(case.due_at + timedelta(hours=1))
    hotline.work()
    assert [len(hotline.phone(name).inbox) for name in ("anna", "bo", "carin", "dag")] == texts
    assert hotline.case().breach is None


@ON_ONE_DATABASE
def test_closing_without_contact_needs_a_reason_and_the_breach_is_recorded_all_the_same(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    with pytest.raises(BadInput):
        close(hotline, outcome="advice", code="advice")
    close(hotline, outcome="closed", code="no_way_to_reach")
    texts = len(hotline.phone("anna").inbox)
    hotline.wait_until(hotline.case().due_at)
    hotline.work()
    case = hotline.case()
    assert case.standing is Standing.CLOSED
    assert case.breach.at == case.due_at
    assert len(hotline.phone("anna").inbox) == texts


def close(hotline: Hotline, *, outcome: str, code: str) -> None:
    """Anna ends the case at the desk."""
    with hotline.db.transaction() as session:
        case, anna = session.get_one(Case, hotline.case().id), by_alias(session, "anna")
        assert anna
        case.close(by=anna, at=hotline.now, outcome=outcome, code=code)
    hotline.work()
