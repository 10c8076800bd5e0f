"""Taking ends when the holder's shift ends, unless they keep it: the case goes to the next on call, both told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app import cli
from tests import people
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER

HAND_OVER = datetime(2026, 1, 12, 7, 0, tzinfo=UTC)
"""Monday at eight in Stockholm: Anna's week is over and Fatima's begins."""

A_WEEK = 'members = ["anna", "fatima"]\nstarts = 2026-01-05T08:00:00\nturn = "P7D"'
"""The rotation on call, as the programme has it."""


@pytest.fixture
def taken(hotline: Hotline) -> Hotline:
    """Half an hour before the hand-over Anna took a case."""
    hotline.wait_until(HAND_OVER - timedelta(minutes=30))
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("anna", "1")
    return hotline


def texts(line: Hotline, alias: str) -> list[str]:
    return [text.body for text in line.phone(alias).inbox]


@ON_ONE_DATABASE
def test_the_case_goes_to_the_next_on_call_and_both_are_told(taken: Hotline) -> None:
    due_at, reference = taken.case().due_at, taken.case().reference
    taken.fast_forward(minutes=29)
    assert taken.case().hold.person.alias == "anna"
    assert not texts(taken, "fatima")
    taken.fast_forward(minutes=1, seconds=1)
    case = taken.case()

    assert case.hold is None
    assert case.holds[0].released_because == "shift_over"
    assert case.holds[0].released_at - HAND_OVER < timedelta(seconds=2), "at the moment, not at the next step"
    assert case.responsible.person.alias == "fatima"
    assert case.due_at == due_at
    assert texts(taken, "anna")[-1] == f"Ditt pass är slut. {reference} går vidare till nästa."
    assert reference in texts(taken, "fatima")[-1]
    assert [entry["purpose"] for entry in log(taken.db, "case.released")] == ["shift_over"]


@ON_ONE_DATABASE
def test_whoever_keeps_it_keeps_it_until_the_grace_is_over(taken: Hotline) -> None:
    anna, page = taken.sign_in("anna"), f"/console/cases/{taken.case().reference}"
    assert "Ditt pass slutar 08:00" in anna.get(page).text
    assert "Du behåller ärendet" in taken.at_the_desk(anna, "keep").text
    taken.fast_forward(minutes=40)
    assert taken.case().hold.person.alias == "anna"
    assert [entry["actor"] for entry in log(taken.db, "case.kept")] == ["anna"]
    taken.fast_forward(hours=1, minutes=21)

    assert taken.case().holds[0].released_because == "grace_over"


@ON_ONE_DATABASE
def test_nobody_keeps_a_case_that_somebody_else_has(taken: Hotline) -> None:
    assert taken.at_the_desk(taken.sign_in("carin"), "keep").status_code == 404
    assert log(taken.db, "case.kept") == []


@ON_ONE_DATABASE
def test_after_contact_a_case_stays_with_whoever_made_it(taken: Hotline) -> None:
    taken.record_contact("anna")
    taken.fast_forward(hours=1)

    assert taken.case().hold.person.alias == "anna"
    assert not texts(taken, "fatima")


@ON_ONE_DATABASE
def test_who_was_not_on_duty_has_no_shift_that_could_end(hotline: Hotline) -> None:
    hotline.wait_until(HAND_OVER - timedelta(minutes=30))
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("carin", f"1 {hotline.case().reference}")
    hotline.fast_forward(hours=1)

    assert hotline.case().hold.person.alias == "carin"


@ON_ONE_DATABASE
def test_whoever_goes_on_as_backup_is_on_duty_still(hotline: Hotline) -> None:
    hotline.wait_until(HAND_OVER - timedelta(minutes=30))
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("bo", f"1 {hotline.case().reference}")
    hotline.fast_forward(hours=1)

    assert hotline.case().hold.person.alias == "bo"


@ON_ONE_DATABASE
def test_a_change_of_the_roster_ends_the_shift_earlier(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("anna", "1")
    carin = hotline.sign_in("carin")
    span = {
        "tier": "on-call",
        "alias": "fatima",
        "because": "ill",
        "starts": "2026-01-05T09:10",
        "ends": "2026-01-05T20:00",
    }
    word = hidden_fields(carin.get("/console/roster").text)["csrf"]
    assert carin.post("/console/roster/overrides", data={"csrf": word, **span}).status_code == 200
    hotline.fast_forward(minutes=9)
    assert hotline.case().hold.person.alias == "anna"
    hotline.fast_forward(minutes=2)

    assert hotline.case().responsible.person.alias == "fatima"
    assert texts(hotline, "anna")[-1].startswith("Ditt pass är slut.")


@ON_ONE_DATABASE
def test_a_new_programme_ends_the_shift_earlier(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    hotline.text_from(A_STRANGER, "hej hej hej")
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=5)
    file = hotline.folder / "programme.toml"
    file.write_text(people.PROGRAMME.replace(A_WEEK, A_WEEK.replace("P7D", "PT2H")))
    monkeypatch.setattr(cli, "clock", lambda: hotline.clock)
    cli._apply(hotline.settings, hotline.db, file, dry_run=False)
    hotline.fast_forward(minutes=54)
    assert hotline.case().hold.person.alias == "anna"
    hotline.fast_forward(minutes=2)

    assert hotline.case().responsible.person.alias == "fatima"
    assert texts(hotline, "anna")[-1].startswith("Ditt pass är slut.")


@ON_ONE_DATABASE
def test_a_shift_that_ended_while_no_engine_ran_ends_when_one_does(taken: Hotline) -> None:
    taken.kill_the_engine()
    taken.wait_until(HAND_OVER + timedelta(minutes=20))
    taken.restart()

    assert taken.case().holds[0].released_because == "shift_over"
    assert texts(taken, "fatima")
