"""What the console shows of a conversation, to whom, and who may say or do what about it.

A wrong word there hangs up on somebody, and a page too many shows a case to a colleague it is no business of.
"""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.cases import contents
from app.cases.bridges import Bridge
from app.cases.facts import Content
from app.cases.models import Case
from app.cases.permissions import Hours
from app.cases.queries import locked
from app.simulator.phones import Phone
from tests.calling import attempts, calls_to, panel, put_through, ring, signed_in, talking, who_has, who_may_be_called
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE, ON_POSTGRESQL
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANNA, ANOTHER_STRANGER, WITH_AN_INTERPRETER

MAY_LEAVE = "Du kan lägga på utan att det bryts"
TEXT = "call_when_you_can"


def with_a_colleague(line: Hotline, alias: str = "bo") -> tuple[TestClient, Phone, Phone, Phone]:
    """Anna talks with somebody and has brought a colleague in: her browser, her telephone, theirs, the colleague's."""
    who_may_be_called(line)
    browser = who_has(line)
    anna, person = talking(line, browser)
    return browser, anna, person, brought_in(line, browser, alias)


def brought_in(line: Hotline, browser: TestClient, alias: str) -> Phone:
    assert line.at_the_desk(browser, "bridge/colleague", alias=alias).status_code == 200
    line.work()
    colleague = line.phone(alias)
    colleague.answer()
    colleague.press("1")
    line.work()
    return colleague


def passed_on_to_bo(line: Hotline) -> tuple[TestClient, TestClient]:
    """Anna had the case, and Bo has it now: their browsers."""
    who_may_be_called(line)
    anna = who_has(line)
    line.at_the_desk(anna, "release")
    line.work()
    return anna, who_has(line, "bo")


def page(line: Hotline, browser: TestClient) -> str:
    """The case page, without its markup."""
    return plain(browser.get(f"/console/cases/{line.case().reference}").text)


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def has_bo_on_the_line(line: Hotline, bo: TestClient) -> Phone:
    return put_through_to_the_person(line, bo, "bo")


def put_through_to_the_person(line: Hotline, browser: TestClient, alias: str) -> Phone:
    handler = put_through(line, browser, alias)
    line.phone(A_STRANGER).answer()
    line.work()
    assert handler.bridged_with == [A_STRANGER]
    return handler


@ON_ONE_DATABASE
def test_who_held_the_case_once_sees_nothing_of_it_by_asking_for_nonsense(hotline: Hotline) -> None:
    anna, _ = passed_on_to_bo(hotline)
    for deed, fields in (("bridge/outcome", {"outcome": "nonsense"}), ("attempts", {"outcome": "nonsense"})):
        answer = hotline.at_the_desk(anna, deed, **fields)
        assert hotline.case().reference not in answer.text, deed


@ON_ONE_DATABASE
def test_a_colleague_in_a_talk_about_a_case_they_may_not_see_is_not_shown_its_page(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    anna, person = talking(hotline, browser)
    person.hang_up()
    anna.press("1")
    hotline.fast_forward(minutes=5)
    talking(hotline, browser)
    brought_in(hotline, browser, "bo")
    bo = signed_in(hotline, "bo")
    assert "Så får vi höra av oss" not in plain(hotline.at_the_desk(bo, "bridge/colleague", alias="nobody").text)


@ON_ONE_DATABASE
def test_who_was_not_in_the_call_cannot_say_how_it_went(hotline: Hotline) -> None:
    anna, bo = passed_on_to_bo(hotline)
    has_bo_on_the_line(hotline, bo).hang_up()
    hotline.work()
    assert hotline.at_the_desk(anna, "bridge/outcome", outcome="reached").status_code == 404
    assert attempts(hotline) == []
    hotline.at_the_desk(bo, "bridge/outcome", outcome="reached")
    assert attempts(hotline) == ["reached"]


@ON_ONE_DATABASE
def test_who_spoke_with_them_yesterday_brings_nobody_into_todays_call(hotline: Hotline) -> None:
    anna, bo = passed_on_to_bo(hotline)
    has_bo_on_the_line(hotline, bo).hang_up()
    hotline.work()
    hotline.at_the_desk(bo, "release")
    hotline.fast_forward(minutes=20)
    anna = who_has(hotline)
    put_through_to_the_person(hotline, anna, "anna")
    assert hotline.at_the_desk(bo, "bridge/colleague", alias="carin").status_code == 404
    hotline.work()
    assert hotline.phone("carin").state == "idle"


@ON_ONE_DATABASE
def test_the_last_with_the_person_is_not_told_to_hang_up(hotline: Hotline) -> None:
    browser, anna, person, bo = with_a_colleague(hotline)
    bos = signed_in(hotline, "bo")
    assert MAY_LEAVE in panel(hotline, browser)
    assert MAY_LEAVE in panel(hotline, bos)
    anna.hang_up()
    hotline.work()
    assert person.bridged_with == [bo.number]
    assert MAY_LEAVE not in panel(hotline, bos)
    assert "anna är inte med" in panel(hotline, bos)


@ON_ONE_DATABASE
def test_who_has_left_is_told_so_and_who_is_with_the_person(hotline: Hotline) -> None:
    browser, anna, *_ = with_a_colleague(hotline)
    anna.hang_up()
    hotline.work()
    shown = panel(hotline, browser)
    assert "Du har lämnat samtalet" in shown
    assert "bo är med i samtalet" in shown
    assert "sammankopplade" not in shown
    assert "Koppla in" not in shown


@ON_ONE_DATABASE
def test_nobody_is_told_to_leave_the_person_alone_with_an_interpreter(hotline: Hotline) -> None:
    hotline.apply(WITH_AN_INTERPRETER)
    browser, *_ = with_a_colleague(hotline, "hodan")
    assert MAY_LEAVE not in panel(hotline, browser)
    assert "en tolk kan inte ta över" in panel(hotline, browser)


@ON_ONE_DATABASE
def test_nobody_is_told_that_the_person_hears_who_comes_in(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    talking(hotline, browser)
    assert "Det hörs inte när någon kommer in. Berätta för personen först" in panel(hotline, browser)


@ON_ONE_DATABASE
def test_a_colleague_whose_telephone_rings_is_told_to_answer(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    talking(hotline, browser)
    hotline.at_the_desk(browser, "bridge/colleague", alias="carin")
    hotline.work()
    shown = panel(hotline, signed_in(hotline, "carin"))
    assert "Svara och tryck 1, så kommer du in i samtalet" in shown
    assert "sammankopplade" not in shown


@ON_ONE_DATABASE
def test_a_conversation_goes_on_in_the_panel_though_contact_is_written_down_already(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    anna, person = talking(hotline, browser)
    hotline.at_the_desk(browser, "attempts", channel="call", outcome="reached")
    assert "Ni är sammankopplade" in panel(hotline, browser)
    bo = brought_in(hotline, browser, "bo")
    assert set(bo.bridged_with) == {anna.number, person.number}
    person.hang_up()
    hotline.work()
    assert "Hur gick det?" not in panel(hotline, browser)


@ON_ONE_DATABASE
@pytest.mark.parametrize("alias", ["anna", "carin"])
def test_a_panel_that_is_not_for_them_any_more_is_empty(hotline: Hotline, alias: str) -> None:
    who_may_be_called(hotline)
    hotline.at_the_desk(who_has(hotline), "release")
    answer = signed_in(hotline, alias).get(f"/console/cases/{hotline.case().reference}/bridge")
    assert answer.status_code == 200
    assert plain(answer.text) == ""


@ON_ONE_DATABASE
def test_who_took_the_conversation_over_and_made_the_contact_has_the_case(hotline: Hotline) -> None:
    browser, anna, person, bo = with_a_colleague(hotline)
    anna.hang_up()
    hotline.work()
    person.hang_up()
    hotline.work()
    bo.press("1")
    hotline.work()
    bos = signed_in(hotline, "bo")
    reference = hotline.case().reference
    assert reference in bos.get("/console/").text
    assert "Bestäm hur det går vidare" in page(hotline, bos)
    assert browser.get(f"/console/cases/{reference}").status_code == 200
    assert hotline.at_the_desk(bos, "closure", code="advice").status_code == 200
    assert hotline.case().closure


@ON_ONE_DATABASE
def test_the_button_is_only_for_whose_case_it_is(hotline: Hotline) -> None:
    _, anna, person, _ = with_a_colleague(hotline)
    person.hang_up()
    anna.press("2")
    hotline.fast_forward(minutes=16)
    bo = signed_in(hotline, "bo")
    shown = bo.get(f"/console/cases/{hotline.case().reference}").text
    assert f'action="/console/cases/{hotline.case().reference}/bridge"' not in shown


@ON_ONE_DATABASE
def test_nobody_is_rung_into_a_call_that_is_not_a_conversation_yet(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    ring(hotline, browser)
    assert hotline.at_the_desk(browser, "bridge/colleague", alias="bo").status_code == 409
    put_by_key(hotline)
    assert hotline.at_the_desk(browser, "bridge/colleague", alias="bo").status_code == 409
    hotline.work()
    assert hotline.phone("bo").state == "idle"


def put_by_key(line: Hotline) -> None:
    line.phone("anna").answer()
    line.phone("anna").press("1")
    line.work()
    assert line.phone(A_STRANGER).state == "ringing"


@ON_ONE_DATABASE
def test_the_list_says_who_is_on_duty_and_who_is_in_a_call(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    talking(hotline, browser)
    assert "bo har jour" in panel(hotline, browser)
    assert "fatima har jour" not in panel(hotline, browser)
    brought_in(hotline, browser, "bo")
    assert "bo i ett samtal" in panel(hotline, browser)


@ON_ONE_DATABASE
def test_a_call_that_came_in_was_neither_unanswered_nor_a_voicemail(hotline: Hotline) -> None:
    caller = hotline.caller_waiting(A_STRANGER)
    anna = hotline.phone("anna")
    anna.answer()
    anna.press("1")
    hotline.work()
    browser = signed_in(hotline, "anna")
    brought_in(hotline, browser, "bo")
    caller.hang_up()
    anna.hang_up()
    hotline.work()
    assert "Vi talade med varandra" in panel(hotline, browser)
    assert "Inget svar" not in panel(hotline, browser)
    assert hotline.at_the_desk(browser, "bridge/outcome", outcome="no_answer").status_code == 409
    assert attempts(hotline) == []


@ON_ONE_DATABASE
def test_the_step_on_top_and_the_button_below_say_the_same(hotline: Hotline) -> None:
    who_may_be_called(hotline).behave("busy")
    browser = who_has(hotline)
    assert "Ring nu" in page(hotline, browser)
    put_through(hotline, browser)
    hotline.fast_forward(minutes=1)
    shown = page(hotline, browser)
    assert "Vänta lite med att ringa igen" in shown
    assert "Ring nu" not in shown
    assert "Ring nu" not in plain(browser.get("/console/").text)


@ON_ONE_DATABASE
def test_a_line_that_broke_can_be_called_again_before_the_question_is_answered(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    anna, _ = talking(hotline, browser)
    anna.hang_up()
    hotline.work()
    assert "Ring igen" not in panel(hotline, browser)
    hotline.fast_forward(minutes=16)
    assert "Ring igen" in panel(hotline, browser)
    put_through_to_the_person(hotline, browser, "anna")


@ON_ONE_DATABASE
def test_what_they_say_is_written_down_first_while_they_talk_and_the_number_is_folded_away(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    talking(hotline, browser)
    shown = browser.get(f"/console/cases/{hotline.case().reference}").text
    assert shown.index('id="bridge"') < shown.index('id="asked" open') < shown.index("Uppgifterna är låsta")
    assert shown.count('id="asked"') == 1
    assert '<details class="card"><summary>Uppgifterna är låsta' in shown


@ON_ONE_DATABASE
def test_a_call_can_be_stopped_while_only_the_handlers_telephone_rings(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = who_has(hotline)
    ring(hotline, browser)
    assert "Ring inte" in panel(hotline, browser)
    assert hotline.at_the_desk(browser, "bridge/stop").status_code == 200
    hotline.work()
    assert hotline.phone("anna").state == "idle"
    assert calls_to(hotline, A_STRANGER) == 0
    assert "2 försök kvar" in panel(hotline, browser)
    put_through(hotline, browser)
    assert hotline.at_the_desk(browser, "bridge/stop").status_code == 409
    assert hotline.phone(A_STRANGER).state == "ringing"


def another_number(line: Hotline) -> str:
    """They gave another number too: the id of its row."""
    line.fast_forward(seconds=5)
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        given = {"kind": "callback_number", "text": A_BORROWED_PHONE, "at": line.now}
        return contents.keep(session, case, case.approaches[0], **given).id


def spoken_with(line: Hotline) -> TestClient:
    browser = who_has(line)
    anna, person = talking(line, browser)
    person.hang_up()
    anna.press("1")
    line.fast_forward(seconds=5)
    return browser


@ON_ONE_DATABASE
def test_leave_to_text_does_not_follow_the_person_to_another_number(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("sms", "voicemail"))
    another = another_number(hotline)
    browser = spoken_with(hotline)
    hotline.at_the_desk(browser, "permissions", call="yes", hours="any", about=another)
    last = {said.channel: said.allowed for said in hotline.case().permissions}
    assert last == {"call": True, "sms": False, "voicemail": False}
    assert hotline.at_the_desk(browser, "texts", wording=TEXT).status_code == 409


@ON_ONE_DATABASE
def test_about_the_same_number_what_was_not_asked_stays_as_it_was(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("sms",))
    browser = spoken_with(hotline)
    number = hotline.case().permissions[-1].content_id or ""
    hotline.at_the_desk(browser, "permissions", call="yes", hours="any", about=number)
    hotline.at_the_desk(browser, "permissions", voicemail="no")
    last = {said.channel: said.allowed for said in hotline.case().permissions}
    assert last == {"call": True, "sms": True, "voicemail": False}


@ON_ONE_DATABASE
def test_a_mistake_loses_no_answer_and_leads_to_what_is_missing(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = spoken_with(hotline)
    number = hotline.case().permissions[-1].content_id or ""
    answer = hotline.at_the_desk(browser, "permissions", call="yes", sms="no", about=number)
    assert answer.status_code == 422
    assert '<input type="radio" name="call" value="yes" checked>' in answer.text
    assert '<input type="radio" name="sms" value="no" checked>' in answer.text
    assert '<a href="#hours-mistake">' in answer.text
    assert 'id="hours-mistake"' in answer.text


@ON_ONE_DATABASE
def test_nothing_is_written_down_of_a_person_whose_case_is_closed(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    browser = spoken_with(hotline)
    number = hotline.case().permissions[-1].content_id or ""
    hotline.at_the_desk(browser, "closure", code="advice")
    before = len(hotline.case().permissions)
    answer = hotline.at_the_desk(browser, "permissions", call="yes", hours="any", about=number)
    assert answer.status_code == 422
    assert len(hotline.case().permissions) == before


@ON_ONE_DATABASE
def test_a_text_that_went_is_said_where_it_was_sent(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("sms",))
    browser = who_has(hotline)
    shown = hotline.at_the_desk(browser, "texts", wording=TEXT).text
    assert 'id="texts" open' in shown
    assert f"Skickat {local(hotline)}." in plain(shown)
    hotline.fast_forward(minutes=11)
    assert "Skickat " not in page(hotline, browser)


def local(line: Hotline) -> str:
    """What the clocks in Stockholm show in winter."""
    return f"{line.now + timedelta(hours=1):%H:%M}"


@ON_ONE_DATABASE
def test_a_text_of_theirs_changes_nothing_about_the_language_they_chose(hotline: Hotline) -> None:
    who_may_be_called(hotline, also=("sms",))
    browser = who_has(hotline)
    with hotline.db.transaction() as session:
        session.get_one(Case, hotline.case().id).approaches[0].language = "so"
    hotline.text_from(A_STRANGER, "waan kuu baahanahay")
    assert "Välj text, på somaliska" in page(hotline, browser)


@ON_ONE_DATABASE
def test_a_handler_whose_case_is_joined_while_they_talk_keeps_the_conversation(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    first = hotline.case().reference
    who_has(hotline)
    second = another_who_may_be_called(hotline)
    bo = signed_in(hotline, "bo")
    send(bo, second.reference, "hold")
    send(bo, second.reference, "bridge")
    hotline.work()
    handler = hotline.phone("bo")
    handler.answer()
    handler.press("1")
    hotline.work()
    hotline.phone(ANOTHER_STRANGER).answer()
    hotline.work()
    with hotline.db.transaction() as session:
        older = session.scalars(select(Case).where(Case.reference == first)).one()
        locked(session, second.id).join_into(older, by="caller", at=hotline.now)
    shown = bo.get(f"/console/cases/{second.reference}")
    assert (shown.status_code, shown.url.path) == (200, f"/console/cases/{first}")
    assert "Ni är sammankopplade" in plain(bo.get(f"/console/cases/{first}/bridge").text)


def another_who_may_be_called(line: Hotline) -> Case:
    line.timeline.advance(60)
    line.call_from(ANOTHER_STRANGER).hang_up()
    line.work()
    other = line.cases()[1]
    with line.db.transaction() as session:
        number = session.scalars(select(Content.id).where(Content.case_id == other.id)).first()
        said = {"hours": Hours.ANY, "by": "caller", "at": line.now, "content_id": number}
        session.get_one(Case, other.id).permit("call", allowed=True, **said)
    return other


def send(browser: TestClient, reference: str, deed: str) -> int:
    token = hidden_fields(browser.get("/console/").text)["csrf"]
    return browser.post(f"/console/cases/{reference}/{deed}", data={"csrf": token}).status_code


@ON_POSTGRESQL
def test_a_button_pressed_in_two_tabs_for_two_cases_rings_one_telephone_once(hotline: Hotline) -> None:
    who_may_be_called(hotline)
    cases = [hotline.case().reference, another_who_may_be_called(hotline).reference]
    anna = signed_in(hotline, "anna")
    for reference in cases:
        send(anna, reference, "hold")
    hotline.work()
    before = calls_to(hotline, ANNA)
    token = hidden_fields(anna.get("/console/").text)["csrf"]
    tabs = [signed_in(hotline, "anna") for _ in cases]
    for tab in tabs:
        tab.cookies = anna.cookies
    gate, answered = threading.Barrier(2), []

    def press(tab: TestClient, reference: str) -> None:
        gate.wait()
        answered.append(tab.post(f"/console/cases/{reference}/bridge", data={"csrf": token}).status_code)

    pressing = [threading.Thread(target=press, args=both) for both in zip(tabs, cases, strict=True)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    hotline.work()
    assert sorted(answered) == [200, 409]
    with hotline.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Bridge)) == 1
    assert calls_to(hotline, ANNA) - before == 1
    assert len(log(hotline.db, "case.revealed")) == 1
