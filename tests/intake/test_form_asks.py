"""What the form asks besides the message: kept sealed, obeyed where the line itself must obey, and never required."""

from __future__ import annotations

import re
from datetime import time

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.cases import profile
from app.cases.facts import Approach, Content, Permission
from app.cases.permissions import Only
from app.cases.profile import Profile
from app.db import Database
from tests.marks import ON_ONE_DATABASE

NUMBER = "070-174 06 05"
CODE = re.compile(r"(\d{4} ){4}\d{4}")


def _send(browser: TestClient, page: str = "/sv/contact", **answers: str) -> str:
    found = re.search(r'name="nonce" value="([^"]+)"', browser.get(page).text)
    assert found
    return browser.post(page, data={"nonce": found[1], **answers}).text


def _allowed(db: Database) -> dict[str, Permission]:
    with db.reading() as session:
        return {said.channel: said for said in session.scalars(select(Permission))}


@ON_ONE_DATABASE
def test_every_question_may_be_answered_and_what_is_answered_is_sealed(browser: TestClient, db: Database) -> None:
    answers = {name: options[-1] for name, options in profile.CHOSEN.items()}
    answers |= {name: f"mitt svar om {name}" for name in profile.WRITTEN}
    page = _send(browser, contact="none", homepage="a machine wrote this", **answers)

    assert CODE.search(page)
    assert not [answer for answer in answers.values() if answer.startswith("mitt") and answer in page]
    with db.reading() as session:
        [kept] = session.scalars(select(Profile))
        assert b"mitt svar" not in kept.box.box
    assert profile.read(profile.written_down(answers) or "") == answers


@ON_ONE_DATABASE
def test_what_is_not_answered_is_kept_as_nothing(browser: TestClient, db: Database) -> None:
    assert CODE.search(_send(browser, contact="none", age="", others_answer="perhaps", place=" "))

    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Profile)) == 0
    assert not any(said.allowed for said in _allowed(db).values())


@ON_ONE_DATABASE
def test_call_and_text_may_both_be_allowed_and_voicemail_only_when_asked(browser: TestClient, db: Database) -> None:
    _send(browser, contact="both", number=NUMBER, hours="any", voicemail="yes")

    said = _allowed(db)
    assert {way: one.allowed for way, one in said.items()} == {"call": True, "sms": True, "voicemail": True}
    assert len({one.content_id for one in said.values()}) == 1


def test_no_voicemail_follows_from_a_yes_to_a_text(browser: TestClient, db: Database) -> None:
    _send(browser, contact="sms", number=NUMBER, hours="any", voicemail="yes")

    assert not _allowed(db)["voicemail"].allowed


def test_weekdays_and_times_narrow_every_permission(browser: TestClient, db: Database) -> None:
    answers = {"day_2": "yes", "day_4": "yes", "since": "9", "until": "11"}
    _send(browser, contact="both", number=NUMBER, hours="day", **answers)

    only = Only(frozenset({2, 4}), time(9), time(11))
    assert {said.wish.only for said in _allowed(db).values()} == {only}


def test_who_does_not_want_our_number_to_show_is_not_called_by_the_line(browser: TestClient, db: Database) -> None:
    _send(browser, contact="call", number=NUMBER, hours="any", caller_id="hidden")

    said = _allowed(db)["call"]
    assert (said.allowed, said.content_id) == (True, None)
    with db.reading() as session:
        assert session.scalars(select(Content.kind)).all() == ["callback_number"]


@ON_ONE_DATABASE
def test_a_professional_is_called_through_the_switchboard_on_no_number_of_theirs(
    browser: TestClient, db: Database
) -> None:
    answers = {"contact": "call", "authority": "Skolan i Ekeby", "hours": "day", "number": NUMBER, "role": "self"}
    page = _send(browser, "/sv/work", **answers)

    assert CODE.search(page)
    assert (_allowed(db)["call"].allowed, _allowed(db)["call"].content_id) == (True, None)
    with db.reading() as session:
        assert session.scalars(select(Approach.role)).all() == ["professional"]
        assert session.scalars(select(Content)).all() == []
        assert session.scalar(select(func.count()).select_from(Profile)) == 1


def test_whoever_reads_easy_swedish_speaks_swedish(browser: TestClient, db: Database) -> None:
    assert CODE.search(_send(browser, "/sv-simple/contact", contact="none"))

    with db.reading() as session:
        assert session.scalars(select(Approach.language)).all() == ["sv"]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("page", "answers", "field"),
    [
        ("/sv/work", {"contact": "sms"}, "contact"),
        ("/sv/work", {"contact": "call", "hours": "any"}, "authority"),
        ("/sv/contact", {"contact": "call", "number": NUMBER, "hours": "any", "since": "9"}, "since"),
        ("/sv/contact", {"contact": "call", "number": NUMBER, "hours": "any", "since": "9", "until": "24"}, "since"),
        ("/sv/contact", {"contact": "sms", "number": NUMBER, "hours": "night", "since": "9", "until": "11"}, "since"),
        ("/sv/contact", {"contact": "none", "code_word": "a" * 41}, "code_word"),
    ],
)
def test_each_mistake_stands_at_its_field_and_everything_typed_is_still_there(
    browser: TestClient, page: str, answers: dict[str, str], field: str
) -> None:
    typed = {"message": "mitt hemliga", "place": "Ekeby", "age": "15_17", "day_6": "yes", "gender": "woman"}
    answer = _send(browser, page, **(typed | answers))

    assert f'id="{field}-mistake"' in answer
    assert f'href="#{field}' in answer
    assert "<title>Fel: Kontakt</title>" in answer
    for kept in ("mitt hemliga", 'value="Ekeby"', 'value="15_17" selected', 'id="day_6" value="yes" checked'):
        assert kept in answer, kept


@ON_ONE_DATABASE
def test_whoever_comes_from_the_page_for_relatives_need_not_say_so_again(browser: TestClient) -> None:
    assert 'href="/sv/contact?p=3"' in browser.get("/sv/3").text
    assert 'id="role-relative" value="relative" checked' in browser.get("/sv/contact?p=3").text
