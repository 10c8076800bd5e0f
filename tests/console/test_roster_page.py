"""Who answers now, who is next, and what is missing; aliases only."""

from __future__ import annotations

from sqlalchemy import delete

from app.notifications import proving
from app.programme.apply import apply, read
from app.staff.directory import by_alias, everyone
from app.staff.models import Channel
from tests import people
from tests.console.office import Office


def test_it_says_who_answers_now_and_who_takes_over(office: Office, anna):
    with office.db.transaction() as session:
        for person in everyone(session):
            if person.has_telephone:
                proving.vouch(session, person, "sms", at=office.now, by="operator")
    page = anna.get("/console/roster").text
    assert "anna" in page
    assert "till mån 12 jan. 08:00, sedan fatima" in page
    assert "carin, dag" in page
    assert "Det här saknas" not in page


def test_whoever_cannot_be_counted_on_is_named_in_one_line_however_many_they_are(anna):
    page = anna.get("/console/roster").text
    assert "Ingen telefon är bekräftad och nyligen provad för: anna, bo, carin, dag, fatima." in page
    assert page.count("Färre än två nås säkert") == 1


def test_no_number_and_no_address_is_on_it(office: Office):
    page = office.browser("gun").get("/console/roster").text
    for number in people.NUMBERS.values():
        assert number not in page
        assert number[5:] not in page
    assert "@" not in page


def test_hours_that_nobody_stands_for_are_shown_with_what_to_do(office: Office, anna, tmp_path):
    path = tmp_path / "gap.toml"
    path.write_text(
        people.PROGRAMME.replace(
            'members = ["anna", "fatima"]\nstarts = 2026-01-05', 'members = ["anna"]\nstarts = 2026-01-07'
        )
    )
    with office.db.transaction() as session:
        apply(session, read(path), at=office.now, by="operator", duty=office.keyring.public("duty"))
    page = anna.get("/console/roster").text
    assert "Ingen har jour 09:00 – ons 7 jan. 08:00. Den stående kedjan rings i stället." in page
    assert "Rätta i programfilen" in page


def test_somebody_in_line_without_a_phone_is_named(office: Office, anna):
    with office.db.transaction() as session:
        session.execute(delete(Channel).where(Channel.person_id == by_alias(session, "bo").id))
    assert "bo står i tur men har inget telefonnummer" in anna.get("/console/roster").text


def test_the_staff_is_listed_for_those_who_keep_it(office: Office, anna):
    assert "Personal" not in anna.get("/console/roster").text
    page = office.browser("gun").get("/console/roster").text
    assert "granskare" in page
    assert "dygnet staff link ALIAS" in page


def test_opening_it_is_in_the_log(office: Office, anna):
    anna.get("/console/roster")
    assert [entry["actor"] for entry in office.log("roster.read")] == ["anna"]
