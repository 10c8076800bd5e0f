"""A broken promise needs a reason, from whoever has the case or the coordinator, and is shown until it has one."""

from __future__ import annotations

import pytest

from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, SELDOM

MISSING = "skäl saknas"


@pytest.fixture
def broken(hotline: Hotline) -> Hotline:
    """A case that Anna took again and again, and whose twenty-four hours are over."""
    hotline.apply(SELDOM)
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.wait_until(hotline.case().due_at)
    hotline.work()
    hotline.text_from("anna", f"1 {hotline.case().reference}")
    return hotline


def given(line: Hotline) -> list[tuple[str, str]]:
    """Every reason that was given: by whom, and the code."""
    return [(entry["actor"], entry["purpose"]) for entry in log(line.db, "case.breach_explained")]


def test_the_holder_says_why_and_then_it_is_no_longer_asked_for(broken: Hotline) -> None:
    anna, page = broken.sign_in("anna"), f"/console/cases/{broken.case().reference}"
    assert MISSING in anna.get("/console/").text
    assert MISSING in anna.get(page).text
    answer = broken.at_the_desk(anna, "breach", breach="unsafe_to_contact")

    assert "Inte säkert att kontakta" in answer.text
    assert MISSING not in answer.text
    assert MISSING not in anna.get("/console/").text
    assert given(broken) == [("anna", "unsafe_to_contact")]


@ON_ONE_DATABASE
def test_the_coordinator_sees_those_without_a_reason_also_when_they_are_closed(broken: Hotline) -> None:
    broken.at_the_desk(broken.sign_in("anna"), "closure", code="no_way_to_reach")
    carin, reference = broken.sign_in("carin"), broken.case().reference
    assert f'href="/console/cases/{reference}#breach"' in carin.get("/console/").text
    broken.at_the_desk(carin, "breach", breach="no_number")

    assert "Brutna löften utan skäl" not in carin.get("/console/").text
    assert given(broken) == [("carin", "no_number")]


@ON_ONE_DATABASE
@pytest.mark.parametrize(("alias", "status"), [("bo", 404), ("dag", 404), ("eva", 403), ("gun", 403)])
def test_nobody_else_may_give_it(broken: Hotline, alias: str, status: int) -> None:
    browser = broken.sign_in(alias)
    word = hidden_fields(browser.get("/console/channels").text)["csrf"]
    address = f"/console/cases/{broken.case().reference}/breach"

    assert browser.post(address, data={"csrf": word, "breach": "technical"}).status_code == status
    assert given(broken) == []
    assert "Brutna löften utan skäl" not in browser.get("/console/").text


@ON_ONE_DATABASE
def test_a_reason_is_corrected_by_another_and_both_stay(broken: Hotline) -> None:
    anna = broken.sign_in("anna")
    broken.at_the_desk(anna, "breach", breach="no_answer")
    broken.at_the_desk(anna, "breach", breach="no_answer")
    page = broken.at_the_desk(broken.sign_in("carin"), "breach", breach="no_staff").text

    assert "Ingen personal hann" in page
    assert given(broken) == [("anna", "no_answer"), ("carin", "no_staff")]
    assert broken.case().breach.at == broken.case().due_at


@ON_ONE_DATABASE
def test_a_word_that_is_not_on_the_list_is_no_reason(broken: Hotline) -> None:
    page = broken.at_the_desk(broken.sign_in("anna"), "breach", breach="traffic")

    assert page.status_code == 422
    assert "Välj ett skäl" in page.text
    assert given(broken) == []


@ON_ONE_DATABASE
def test_a_promise_that_was_kept_needs_none(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("anna", "1")

    assert hotline.at_the_desk(hotline.sign_in("carin"), "breach", breach="technical").status_code == 404
    assert given(hotline) == []
