"""The public door, as a browser without script, cookies or patience meets it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from app.cases.facts import Approach, Content, Danger, Permission
from app.cases.models import Case
from app.db import Database
from app.intake.answers import LONGEST_TYPED
from tests.marks import ON_ONE_DATABASE

SAID = "Jag orkar inte längre <b>hemligt</b>"
CODE = re.compile(r"\d{4} \d{4} \d{4} \d{4} \d{4}")


def _nonce(browser: TestClient) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', browser.get("/sv/contact").text)
    assert found
    return found[1]


def _send(browser: TestClient, **answers: str) -> str:
    fields = {"nonce": _nonce(browser), "contact": "none"} | answers
    return browser.post("/sv/contact", data=fields).text


def _count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def _code(page: str) -> str:
    found = CODE.search(page)
    assert found
    return found[0]


@ON_ONE_DATABASE
def test_only_the_question_about_contact_needs_an_answer(browser: TestClient, db: Database) -> None:
    assert _code(_send(browser))
    assert _count(db, Case) == 1


def test_what_was_told_is_sealed_and_what_was_allowed_is_written_down(browser: TestClient, db: Database) -> None:
    answers = {"contact": "sms", "number": "070-174 06 05", "hours": "evening", "role": "relative", "danger": "yes"}
    assert _code(_send(browser, message=SAID, **answers))

    with db.reading() as session:
        approach = session.scalars(select(Approach)).one()
        assert (approach.channel, approach.role, approach.language) == ("form", "relative", "sv")
        contents = {content.kind: content.box for content in session.scalars(select(Content))}
        assert contents.keys() == {"message", "callback_number"}
        assert not any(told in sealed.box for told in (b"hemligt", b"1740605") for sealed in contents.values())
        allowed = {wish.channel: wish for wish in session.scalars(select(Permission))}
        assert (allowed["sms"].allowed, allowed["sms"].hours) == (True, "evening")
        assert not allowed["call"].allowed
    assert _count(db, Danger) == 1


@ON_ONE_DATABASE
def test_sent_twice_is_one_case_with_one_receipt(browser: TestClient, db: Database) -> None:
    nonce = _nonce(browser)
    first, second = (_send(browser, nonce=nonce, message=SAID) for _ in range(2))

    assert _code(first) == _code(second)
    assert _count(db, Approach) == _count(db, Case) == 1


@ON_ONE_DATABASE
def test_new_words_on_an_old_page_are_not_lost(browser: TestClient, db: Database) -> None:
    nonce = _nonce(browser)
    first, second = (_send(browser, nonce=nonce, message=message) for message in ("ett", "två"))

    assert _code(first) != _code(second)
    assert _count(db, Approach) == 2


@ON_ONE_DATABASE
def test_a_lost_mark_never_turns_anyone_away(browser: TestClient) -> None:
    assert _code(_send(browser, nonce="x"))


def test_the_receipt_repeats_nothing(browser: TestClient) -> None:
    page = _send(browser, contact="call", number="070-174 06 05", hours="night", message=SAID)

    for told in ("hemligt", "174 06 05", "701740605", "orkar"):
        assert told not in page


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"contact": ""}, "contact", "Välj om vi får kontakta dig."),
        ({"contact": "pigeon"}, "contact", "Välj om vi får kontakta dig."),
        ({"contact": "call", "hours": "any"}, "number", "Skriv ett telefonnummer"),
        ({"contact": "call", "hours": "any", "number": "112"}, "number", "Det numret går inte att nå."),
        ({"contact": "sms", "number": "0701740605"}, "hours", "Välj när det är säkert"),
        ({"message": "a" * 4001}, "message", "Texten är 4001 tecken lång. Högst 4000 får plats."),
    ],
)
def test_a_mistake_stands_at_its_field_and_in_the_summary_and_nothing_is_lost(
    browser: TestClient, db: Database, answers: dict[str, str], field: str, sentence: str
) -> None:
    fields = {"nonce": _nonce(browser), "contact": "none", "message": SAID, "role": "self"} | answers
    answer = browser.post("/sv/contact", data=fields)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert f'id="{field}-mistake"' in answer.text
    assert "<title>Fel: Kontakt</title>" in answer.text
    assert 'id="role-self" value="self" checked' in answer.text
    assert fields["nonce"] in answer.text
    assert "hemligt" in answer.text or "message" in answers
    assert "<b>" not in answer.text
    assert _count(db, Case) == 0


@ON_ONE_DATABASE
def test_four_thousand_characters_of_any_script_fit(browser: TestClient) -> None:
    assert _code(_send(browser, message="🕊" * 4000))


@ON_ONE_DATABASE
def test_whoever_pastes_a_book_in_whatever_script_gets_all_of_it_back_to_shorten_it(browser: TestClient) -> None:
    """As much as the field takes, of the letters that are longest on the way, beside answers as long as they may be."""
    book = "ﷺ" * LONGEST_TYPED
    told = {"contact": "sms", "number": "070-174 06 05", "hours": "day", "place": "ﷺ" * 60, "tongue": "ﷺ" * 60}
    fields = {**told, "nonce": _nonce(browser), "code_word": "ﷺ" * 40, "message": book}
    answer = browser.post("/ar/contact", data=fields)

    assert f'maxlength="{LONGEST_TYPED}"' in browser.get("/ar/contact").text
    assert answer.status_code == 422
    assert answer.text.count(book) == 1
    assert answer.text.count("ﷺ" * 60) >= 3
    assert browser.post("/sv/mailbox/answer", data={"ticket": "x", "words": book}).text.count(book) == 1


def test_nothing_is_said_to_be_received_that_is_not(browser: TestClient, db: Database) -> None:
    with db.transaction() as session:
        session.execute(text("ALTER TABLE case_contents RENAME TO gone"))

    page = _send(browser, message=SAID)

    assert not CODE.search(page)
    assert "Tack" not in page
    assert "Något gick fel hos oss" in page
    assert "hemligt" not in page


@ON_ONE_DATABASE
def test_the_mailbox_says_how_things_stand(browser: TestClient) -> None:
    code = _code(_send(browser, message=SAID))

    page = browser.post("/sv/mailbox", data={"receipt": code}).text

    assert "har ännu inte tagit hand om det" in page
    assert "hemligt" not in page
    assert code not in page


def test_every_wrong_receipt_is_answered_alike(browser: TestClient) -> None:
    answers = [
        browser.post("/sv/mailbox", data={"receipt": receipt})
        for receipt in ("", "1", "9" * 20, "nothing <b>", "9" * 3000)
    ]

    assert len({answer.text for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {422}


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(
        st.sampled_from(["nonce", "contact", "number", "hours", "role", "message", "danger", "receipt"]),
        st.sampled_from(["call", "sms", "none", "any", "self", "+46701740605"]) | st.text(max_size=60),
    ),
    page=st.sampled_from(["/sv/contact", "/en/mailbox"]),
)
def test_whatever_is_posted_gets_a_calm_answer(browser: TestClient, fields: dict[str, str], page: str) -> None:
    body = urlencode(fields, errors="surrogatepass", encoding="utf-8")

    answer = browser.post(page, content=body, headers={"content-type": "application/x-www-form-urlencoded"})

    assert answer.status_code in {200, 422}
