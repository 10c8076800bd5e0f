"""After a call somebody says how it went: only who was with the person, and no voicemail becomes a contact by habit."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.cases.facts import Content
from app.cases.models import Case
from app.cases.permissions import Hours
from app.cases.queries import locked
from app.simulator.phones import Phone
from app.simulator.posting import sign
from tests.calling import attempts, put_through, signed_in, talking, who_has, who_may_be_called
from tests.hotline import ACCOUNT, PUBLIC_URL, Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

pytestmark = ON_ONE_DATABASE


def three_of_them(line: Hotline) -> tuple[Phone, Phone, Phone]:
    """Anna and Bo talk with the person: their telephones and the person's."""
    who_may_be_called(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    line.at_the_desk(browser, "bridge/colleague", alias="bo")
    line.work()
    bo = line.phone("bo")
    bo.answer()
    bo.press("1")
    line.work()
    return anna, bo, person


def test_who_reached_the_person_is_not_silenced_by_a_colleague_who_did_not(hotline: Hotline) -> None:
    anna, bo, person = three_of_them(hotline)
    person.hang_up()
    hotline.work()
    bo.press("2")
    hotline.work()
    anna.press("1")
    hotline.work()
    assert "Tack, det är antecknat" in anna.heard_text
    assert hotline.case().first_contact
    assert attempts(hotline) == ["no_answer", "reached"]


def test_who_is_too_late_to_say_anything_is_told_that_nothing_was_written(hotline: Hotline) -> None:
    anna, bo, person = three_of_them(hotline)
    person.hang_up()
    hotline.work()
    anna.press("1")
    bo.press("2")
    hotline.work()
    assert attempts(hotline) == ["reached"]
    assert "Inget nytt skrevs upp" in bo.heard_text
    assert "antecknat" not in bo.heard_text


def test_a_contact_in_a_case_that_was_closed_meanwhile_is_not_claimed_to_be_written(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    handler, person = talking(hotline, browser)
    hotline.at_the_desk(browser, "closure", code="withdrew")
    assert hotline.case().closure
    person.hang_up()
    handler.press("1")
    hotline.work()
    assert attempts(hotline) == []
    assert "antecknat" not in handler.heard_text


@pytest.mark.parametrize(("key", "outcome"), [("1", []), ("2", ["voicemail"]), ("4", ["reached"])])
def test_after_a_voicemail_the_key_of_habit_is_no_contact(hotline: Hotline, key: str, outcome: list[str]) -> None:
    who_may_be_called(hotline, also=("voicemail",)).behave("voicemail")
    handler = put_through(hotline, who_has(hotline))
    hotline.fast_forward(seconds=45)
    assert "En telefonsvarare svarade" in handler.heard_text
    handler.press(key)
    hotline.work()
    assert attempts(hotline) == outcome
    assert (hotline.case().first_contact is not None) == (key == "4")


def test_a_voicemail_has_not_told_anybody_what_it_wishes(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("voicemail",)).behave("voicemail")
    anna = who_has(hotline)
    handler = put_through(hotline, anna)
    hotline.fast_forward(seconds=45)
    handler.press("2")
    hotline.work()
    number = hotline.case().permissions[-1].content_id
    assert number
    answer = hotline.at_the_desk(anna, "permissions", sms="yes", hours="any", about=number)
    assert answer.status_code == 404


def test_a_key_that_comes_before_anybody_picked_up_says_nothing(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    put_through(hotline, who_has(hotline))
    key = next(posted for posted in hotline.exchange.debugger.requests if posted.url.partition("#")[0].endswith("/key"))
    leg = re.search(r"/bridge/([0-9a-f]{32})/", key.url)
    assert leg
    url, params = f"{PUBLIC_URL}/carrier/bridge/{leg[1]}/said", {"CallSid": "CA" + "0" * 32, "Digits": "1"}
    headers = {"X-Twilio-Signature": sign(ACCOUNT.auth_token, url, params)}
    assert hotline.doors.post(url, data=params, headers=headers).status_code == 200
    assert attempts(hotline) == []
    assert hotline.case().first_contact is None


def test_what_is_written_in_the_older_case_answers_for_a_call_in_the_one_that_joined_it(hotline: Hotline) -> None:
    hotline.call_from(ANOTHER_STRANGER).hang_up()
    hotline.work()
    older = hotline.case()
    hotline.timeline.advance(60)
    hotline.call_from(A_STRANGER).hang_up()
    hotline.work()
    newer = hotline.cases()[1]
    anna = signed_in(hotline, "anna")
    for case in (older, newer):
        does(anna, case, "hold")
    may_be_called(hotline, newer)
    does(anna, newer, "bridge")
    hotline.work()
    handler = hotline.phone("anna")
    handler.answer()
    handler.press("1")
    hotline.work()
    hotline.phone(A_STRANGER).answer()
    handler.hang_up()
    hotline.work()
    with hotline.db.transaction() as session:
        locked(session, newer.id).join_into(session.get_one(Case, older.id), by="caller", at=hotline.now)
    assert "Hur gick det?" in anna.get(f"/console/cases/{older.reference}").text
    does(anna, older, "attempts", channel="call", outcome="reached")
    assert "Hur gick det?" not in anna.get(f"/console/cases/{older.reference}").text
    assert [attempt.outcome for attempt in hotline.cases()[0].attempts] == ["reached"]


def does(browser: TestClient, case: Case, deed: str, **fields: str) -> None:
    token = hidden_fields(browser.get("/console/").text)["csrf"]
    answer = browser.post(f"/console/cases/{case.reference}/{deed}", data={"csrf": token, **fields})
    assert answer.status_code == 200, answer.text


def may_be_called(line: Hotline, case: Case) -> None:
    with line.db.transaction() as session:
        number = session.scalars(select(Content.id).where(Content.case_id == case.id)).first()
        found = session.get_one(Case, case.id)
        found.permit("call", allowed=True, hours=Hours.ANY, by="caller", at=line.now, content_id=number)
