"""No audit, no access: the entry is committed before a key turns, and the secrets are in that one answer alone."""

from __future__ import annotations

import pytest

from app.cases.facts import Grant
from app.console.console import create_console
from app.vault.keyring import Keyring
from tests.browsers import Browser
from tests.console.office import MESSAGE, NUMBER, PUBLIC_URL, Office, send, take

SECRETS = (NUMBER, "070-174 06 50", "Kalle")


@pytest.fixture
def received(office: Office, anna):
    received = office.approach()
    take(anna, received.reference)
    return received


@pytest.fixture
def page(received) -> str:
    return f"/console/cases/{received.reference}"


def test_the_holder_sees_number_and_message_once_they_say_why(office: Office, anna, received, page: str):
    answer = send(anna, f"{page}/reveal", because="first_contact")
    assert answer.status_code == 200
    assert "070-174 06 50" in answer.text
    (entry,) = office.log("case.revealed")
    assert (entry["actor"], entry["purpose"]) == ("anna", "first_contact")
    assert entry["object"] == office.case(received).pseudonym


def test_the_next_look_at_the_page_shows_nothing(anna, page: str):
    send(anna, f"{page}/reveal", because="first_contact")
    text = anna.get(page).text
    assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("because", [None, "", "curious", "first_contact "])
def test_without_a_reason_nothing_is_shown(office: Office, anna, page: str, because: str | None):
    answer = send(anna, f"{page}/reveal", **({} if because is None else {"because": because}))
    assert answer.status_code == 422
    assert "Välj varför du behöver se uppgifterna" in answer.text
    assert not any(secret in answer.text for secret in SECRETS)
    assert office.log("case.revealed") == []


def test_what_the_person_wrote_is_shown_as_they_wrote_it(anna, page: str):
    text = send(anna, f"{page}/reveal", because="first_contact").text
    assert (
        "Min bror &lt;b&gt;Kalle&lt;/b&gt; är hotad &amp; rädd. &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    )
    assert MESSAGE not in text


def test_the_entry_stands_when_the_opening_fails(office: Office, anna, received, page: str):
    with office.db.transaction() as session:
        grant = session.get_one(Grant, (received.case_id, office.keyring.public("rota").key_id))
        damaged = bytearray(grant.box.box)
        damaged[-1] ^= 1
        grant.box = type(grant.box)(bytes(damaged))
    answer = send(anna, f"{page}/reveal", because="first_contact")
    assert answer.status_code == 500
    assert "går inte att öppna just nu" in answer.text
    assert not any(secret in answer.text for secret in SECRETS)
    assert len(office.log("case.revealed")) == 1


def test_a_process_without_the_rota_key_opens_nothing(office: Office, keys, anna, page: str):
    face = create_console(office.db, office.clock, Keyring.load(keys), public_url=PUBLIC_URL)
    browser = Browser(face, base_url=PUBLIC_URL, cookies=dict(anna.cookies))
    answer = send(browser, f"{page}/reveal", because="first_contact")
    assert answer.status_code == 500
    assert not any(secret in answer.text for secret in SECRETS)


def let_the_log_refuse(office: Office, action: str) -> None:
    has_it = f"instr(NEW.body, CAST('{action}' AS BLOB))"
    refuse = f"CREATE TRIGGER full BEFORE INSERT ON audit_entries WHEN {has_it} BEGIN SELECT RAISE(ABORT, 'full'); END"
    with office.db.engine.begin() as connection:
        connection.exec_driver_sql(refuse)


def test_nothing_is_shown_when_the_entry_cannot_be_written(office: Office, anna, page: str):
    let_the_log_refuse(office, "case.revealed")
    answer = send(anna, f"{page}/reveal", because="first_contact")
    assert answer.status_code == 500
    assert not any(secret in answer.text for secret in SECRETS)
    assert office.log("case.revealed") == []
    assert "Något gick sönder hos oss" in answer.text


def test_the_same_number_twice_is_shown_once(office: Office, anna):
    first = office.approach(channel="phone", number=NUMBER, message=None, callback=None)
    again = office.approach(channel="phone", number=NUMBER, message=None, callback=None)
    assert again.case_id == first.case_id
    take(anna, first.reference)
    text = send(anna, f"/console/cases/{first.reference}/reveal", because="danger").text
    assert text.count("070-174 06 50") == 1
    assert "samtal 09:00, samtal 09:00" in text


def test_a_waiting_case_is_taken_before_it_is_read(office: Office, anna):
    waiting = office.approach()
    answer = send(anna, f"/console/cases/{waiting.reference}/reveal", because="danger")
    assert answer.status_code == 404
    assert office.log("case.revealed") == []
