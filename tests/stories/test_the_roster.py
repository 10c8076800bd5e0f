"""The roster is changed in the console, and from that moment others are rung and paged; whom it concerns is told."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from starlette.testclient import TestClient

from app.escalation import conflicts, engine
from app.staff.directory import by_alias
from tests.calling import talking, who_has, who_may_be_called
from tests.evidence import log
from tests.hotline import TO_PRESS_STAR, Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER, DAG, MONDAY, PROGRAMME, SELDOM

NEWS = "Jouren är ändrad och det rör dig"
TWO_ON_CALL = (
    PROGRAMME.replace('members = ["anna", "fatima"]', 'members = ["bo"]')
    .replace('tier = "backup"\nmembers = ["bo"]', 'tier = "on-call"\nmembers = ["fatima"]')
    .replace('languages = ["en", "sv"]', 'languages = ["en", "sv"]\ntags = ["woman"]')
)
"""Bo, who speaks Swedish, and Fatima, who speaks English too, are both on call; nobody is backup."""


def does(line: Hotline, browser: TestClient, deed: str, **fields: str) -> str:
    """Somebody sends a form of the roster's page; returns the page that follows."""
    csrf = hidden_fields(browser.get("/console/roster").text)["csrf"]
    page = browser.post(f"/console/roster/{deed}", data={"csrf": csrf, **fields}).text
    line.work()
    return page


def wall(at: datetime) -> str:
    """As the form's fields hold it: Stockholm is an hour ahead in January."""
    return f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M}"


def button(page: str, deed: str) -> str:
    """Where the first button of this kind leads."""
    return re.search(rf'action="/console/roster/(\S+/{deed})"', page)[1]


def texts(line: Hotline, name: str) -> list[str]:
    return [text.body for text in line.phone(name).inbox]


def exclude(line: Hotline, alias: str, *, place: int = 0) -> None:
    with line.db.transaction() as session:
        person = by_alias(session, alias)
        assert person
        assert conflicts.exclude(session, line.cases()[place].id, person, by="carin", at=line.now)


def calls_and_is_given_a_code(line: Hotline) -> str:
    caller = line.caller_in_vain(A_STRANGER)
    caller.press("3")
    code = "".join(filter(str.isdigit, caller.heard_text.rpartition("kod är:")[2].split(".")[0]))
    caller.hang_up()
    line.fast_forward(minutes=1)
    return code


@ON_ONE_DATABASE
def test_a_turn_is_offered_and_taken_both_are_told_and_the_next_caller_reaches_the_other(hotline: Hotline):
    anna, fatima = hotline.sign_in("anna"), hotline.sign_in("fatima")
    night = {"starts": wall(MONDAY + timedelta(hours=10)), "ends": wall(MONDAY + timedelta(hours=20))}
    does(hotline, anna, "offers", tier="on-call", **night)
    assert texts(hotline, "anna") == texts(hotline, "fatima") == [], "an offer wakes nobody"

    does(hotline, fatima, button(fatima.get("/console/roster").text, "taking"))
    assert NEWS in texts(hotline, "anna")[0]
    assert "The roster has changed" in texts(hotline, "fatima")[0]
    assert texts(hotline, "bo") == []

    hotline.fast_forward(hours=10)
    hotline.caller_waiting(A_STRANGER)
    assert hotline.phone("fatima").ringing
    assert hotline.case().responsible.person.alias == "fatima"
    assert [(entry["actor"], entry["object"]) for entry in log(hotline.db, "roster.swapped")] == [
        ("fatima", "person:anna")
    ]


@ON_ONE_DATABASE
def test_of_two_who_press_take_the_second_is_told_that_it_is_gone(hotline: Hotline):
    anna, bo, fatima = map(hotline.sign_in, ("anna", "bo", "fatima"))
    does(hotline, anna, "offers", tier="on-call", starts=wall(MONDAY), ends=wall(MONDAY + timedelta(hours=8)))
    where = button(bo.get("/console/roster").text, "taking")
    does(hotline, fatima, where)
    assert "Någon var före" in does(hotline, bo, where)
    assert texts(hotline, "bo") == []


@ON_ONE_DATABASE
def test_an_offer_can_be_withdrawn_by_whoever_made_it_and_by_nobody_else(hotline: Hotline):
    anna, bo = hotline.sign_in("anna"), hotline.sign_in("bo")
    page = does(hotline, anna, "offers", tier="on-call", starts=wall(MONDAY), ends=wall(MONDAY + timedelta(hours=8)))
    where = button(page, "withdrawal")
    assert "inte din att ändra" in does(hotline, bo, where)
    assert "withdrawal" not in does(hotline, anna, where)
    assert "/taking" not in bo.get("/console/roster").text


@ON_ONE_DATABASE
def test_who_says_at_night_that_they_are_away_is_not_rung_and_the_next_is_told(hotline: Hotline):
    hotline.apply(SELDOM)
    hotline.fast_forward(hours=17)
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().responsible.person.alias == "anna"
    pages = len(texts(hotline, "anna"))

    does(
        hotline,
        hotline.sign_in("anna"),
        "leaves",
        starts=wall(hotline.now),
        ends=wall(hotline.now + timedelta(hours=12)),
    )
    assert "The roster has changed" in texts(hotline, "fatima")[-1]
    hotline.fast_forward(minutes=5, seconds=10)
    assert hotline.phone("fatima").ringing, "the ladder's next step pages who is on call now"
    assert not hotline.phone("anna").ringing
    assert len(texts(hotline, "anna")) == pages
    hotline.fast_forward(hours=12)
    hotline.caller_waiting(A_BORROWED_PHONE)
    assert hotline.phone("anna").ringing, "the leave is over"


@ON_ONE_DATABASE
def test_a_coordinator_lets_somebody_stand_in_tonight_and_takes_it_back(hotline: Hotline):
    carin = hotline.sign_in("carin")
    span = {"starts": wall(hotline.now), "ends": wall(hotline.now + timedelta(hours=8))}
    page = does(hotline, carin, "overrides", tier="on-call", alias="dag", because="ill", **span)
    assert all(NEWS in texts(hotline, name)[0] for name in ("anna", "dag"))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().responsible.person.alias == "dag"

    does(hotline, carin, button(page, "lifting"))
    hotline.text_from(ANOTHER_STRANGER, "hej")
    assert hotline.cases()[-1].responsible.person.alias == "anna"
    (made,) = log(hotline.db, "roster.overridden")
    assert (made["actor"], made["object"], made["purpose"]) == ("carin", "person:dag", "ill")


@ON_ONE_DATABASE
def test_a_handler_changes_only_their_own_turns(hotline: Hotline):
    bo = hotline.sign_in("bo")
    span = {"starts": wall(hotline.now), "ends": wall(hotline.now + timedelta(hours=8))}
    does(hotline, bo, "overrides", tier="on-call", alias="bo", because="ill", **span)
    assert "inte din att ändra" in does(hotline, bo, "leaves", alias="anna", **span)
    assert "inte din att ändra" in does(hotline, bo, "offers", tier="on-call", **span)
    assert not log(hotline.db, "roster.overridden") + log(hotline.db, "roster.away") + log(hotline.db, "roster.offered")


@ON_ONE_DATABASE
def test_who_is_excluded_is_neither_paged_nor_rung_nor_shown_the_case(hotline: Hotline):
    caller = hotline.caller_in_vain(A_STRANGER)
    caller.hang_up()
    hotline.work()
    reference, anna = hotline.case().reference, hotline.sign_in("anna")
    assert hotline.case().responsible.person.alias == "anna"
    paged = len(texts(hotline, "anna"))

    answer = hotline.at_the_desk(anna, "exclusions")
    hotline.work()
    assert reference not in answer.text, "the board, without the case"
    assert hotline.case().responsible.person.alias == "bo"
    assert anna.get(f"/console/cases/{reference}").status_code == 404
    assert hotline.at_the_desk(anna, "hold").status_code == 404
    assert hotline.at_the_desk(anna, "reveal", because="first_contact").status_code == 404
    hotline.text_from("anna", f"1 {reference}")
    hotline.text_from("anna", "?")
    assert hotline.case().hold is None
    assert reference not in " ".join(texts(hotline, "anna")[-2:])

    hotline.fast_forward(minutes=40)
    assert not [text for text in texts(hotline, "anna")[paged:] if reference in text]
    assert hotline.case().hold is None
    hotline.caller_waiting(A_STRANGER)
    assert hotline.phone("bo").ringing
    assert not hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_an_exclusion_is_private_and_never_the_last_ones(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    reference, carin = hotline.case().reference, hotline.sign_in("carin")
    hotline.at_the_desk(carin, "exclusions", alias="bo")
    assert reference in hotline.sign_in("bo").get("/console/roster").text, "for his own eyes"
    assert reference not in carin.get("/console/roster").text
    for alias in ("anna", "fatima", "dag"):
        hotline.at_the_desk(carin, "exclusions", alias=alias)
    page = hotline.at_the_desk(carin, "exclusions", alias="carin")
    assert (page.status_code, "Ingen annan finns kvar" in page.text) == (422, True)
    hotline.work()
    assert hotline.case().responsible.person.alias == "carin"


@ON_ONE_DATABASE
def test_an_exclusion_outlives_the_case_when_the_person_comes_back_with_their_code(hotline: Hotline):
    caller = hotline.call_from(A_STRANGER)
    caller.press("1")
    caller.press("3")
    hotline.everybody_rings_out()
    hotline.fast_forward(seconds=12)
    caller.press("3")
    code = "".join(filter(str.isdigit, caller.heard_text.rpartition("kod är:")[2].split(".")[0]))
    caller.hang_up()
    hotline.work()
    hotline.at_the_desk(hotline.sign_in("anna"), "exclusions")
    bo = hotline.sign_in("bo")
    hotline.at_the_desk(bo, "hold")
    hotline.at_the_desk(bo, "closure", code="withdrew")

    caller = hotline.call_from(A_BORROWED_PHONE)
    caller.press("1")
    caller.press("4")
    caller.press(code)
    caller.press("1")
    hotline.fast_forward(seconds=5)
    again = hotline.cases()[-1]
    assert again.opened_at > hotline.cases()[0].opened_at
    assert again.responsible.person.alias == "bo"
    assert hotline.phone("bo").ringing
    assert not hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_who_holds_a_case_and_finds_a_conflict_gives_it_on_at_once_and_the_clock_runs_on(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    due = hotline.case().due_at
    anna = hotline.sign_in("anna")
    hotline.at_the_desk(anna, "hold")
    hotline.at_the_desk(anna, "exclusions")
    hotline.work()
    case = hotline.case()
    assert (case.hold, case.due_at, case.responsible.person.alias) == (None, due, "bo")
    assert hotline.phone("bo").inbox


@ON_ONE_DATABASE
def test_when_the_last_who_may_have_a_case_loses_their_telephone_the_coordinator_is_told_once(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    reference = hotline.case().reference
    for alias in ("anna", "bo", "fatima", "carin"):
        exclude(hotline, alias)
    hotline.work()
    hotline.apply(PROGRAMME.replace(f'phone = "{DAG}"\n', ""))
    before = len(texts(hotline, "carin"))
    hotline.fast_forward(hours=2)
    (alarm,) = texts(hotline, "carin")[before:]
    assert "Ett ärende når ingen" in alarm
    assert reference not in alarm, "she may not have it"


@ON_ONE_DATABASE
def test_a_case_that_was_reached_goes_on_to_somebody_when_its_keeper_is_excluded(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    anna, bo, carin = map(hotline.sign_in, ("anna", "bo", "carin"))
    hotline.at_the_desk(anna, "hold")
    hotline.record_contact("anna")
    told = len(texts(hotline, "bo"))
    hotline.at_the_desk(anna, "exclusions")
    hotline.work()
    assert hotline.case().responsible.person.alias == "bo"
    (news,) = texts(hotline, "bo")[told:]
    assert f"behöver din hjälp med {hotline.case().reference}" in news
    assert hotline.at_the_desk(anna, "closure", code="withdrew").status_code == 404
    assert hotline.at_the_desk(carin, "closure", code="withdrew").status_code == 404, "it is Bo's"
    assert hotline.at_the_desk(bo, "attempts", channel="call", outcome="reached").status_code == 200

    hotline.at_the_desk(bo, "exclusions")
    hotline.work()
    following = hotline.case().responsible.person.alias
    assert following == "carin"
    assert hotline.at_the_desk(carin, "reveal", because="agreed_call").status_code == 200
    assert hotline.at_the_desk(carin, "closure", code="withdrew").status_code == 200
    assert hotline.case().closure


@ON_ONE_DATABASE
def test_a_case_that_was_reached_goes_on_to_somebody_when_its_keeper_leaves_the_staff(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    carin, anna = hotline.sign_in("carin"), hotline.sign_in("anna")
    hotline.at_the_desk(carin, "hold")
    hotline.record_contact("carin")
    assert hotline.at_the_desk(anna, "closure", code="withdrew").status_code == 404, "it is Carin's"
    told = len(texts(hotline, "anna"))
    hotline.apply(PROGRAMME.replace('"carin"', '"cecilia"'))
    engine.adopt_orphans(hotline.db, at=hotline.now)
    hotline.work()
    assert hotline.case().responsible.person.alias == "anna"
    (news,) = texts(hotline, "anna")[told:]
    assert f"behöver din hjälp med {hotline.case().reference}" in news
    assert hotline.at_the_desk(anna, "closure", code="withdrew").status_code == 200


@ON_ONE_DATABASE
def test_a_case_whose_keeper_was_excluded_before_they_said_that_they_spoke_is_whose_turn_it_is(hotline: Hotline):
    who_may_be_called(hotline)
    browser, bo = who_has(hotline), hotline.sign_in("bo")
    anna, person = talking(hotline, browser)
    hotline.at_the_desk(browser, "exclusions")
    person.hang_up()
    hotline.work()
    anna.press("1")
    hotline.work()
    assert hotline.case().first_contact
    assert hotline.at_the_desk(bo, "closure", code="withdrew").status_code == 200
    assert hotline.case().closure


@ON_ONE_DATABASE
def test_who_holds_an_older_case_and_may_not_have_the_one_that_joins_it_gives_it_on_at_once(hotline: Hotline):
    code = calls_and_is_given_a_code(hotline)
    hotline.text_from("anna", f"1 {hotline.case().reference}")
    assert hotline.case().hold
    caller = hotline.call_from(A_BORROWED_PHONE, withheld=True)
    caller.press("1")
    exclude(hotline, "anna", place=1)
    told = len(texts(hotline, "bo"))
    caller.press("4")
    caller.press(code)
    hotline.work()
    older, newer = hotline.cases()
    assert newer.join.into_id == older.id
    assert (older.hold, older.responsible.person.alias) == (None, "bo")
    assert older.reference in texts(hotline, "bo")[told]


@ON_ONE_DATABASE
def test_who_may_not_have_the_older_case_is_not_rung_for_its_caller_who_comes_back(hotline: Hotline):
    code = calls_and_is_given_a_code(hotline)
    exclude(hotline, "anna")
    hotline.work()
    caller = hotline.call_from(A_BORROWED_PHONE, withheld=True)
    caller.press("1")
    caller.press("4")
    caller.press(code)
    hotline.timeline.advance(TO_PRESS_STAR + 1)
    assert hotline.phone("bo").ringing
    assert not hotline.phone("anna").ringing


@ON_ONE_DATABASE
def test_a_telephone_that_rings_already_tells_an_excluded_colleague_nothing(hotline: Hotline):
    hotline.caller_waiting(A_STRANGER)
    anna = hotline.phone("anna")
    assert anna.ringing
    exclude(hotline, "anna")
    anna.answer()
    assert "redan" in anna.heard_text


@ON_ONE_DATABASE
def test_the_caller_is_first_given_whoever_speaks_their_language(hotline: Hotline):
    hotline.apply(TWO_ON_CALL)
    for keys, first in (("11", "bo"), ("21", "fatima")):
        caller = hotline.call_from(A_STRANGER)
        for key in keys:
            caller.press(key)
        hotline.timeline.advance(1.0)
        assert hotline.phone(first).ringing, first
        caller.hang_up()
        hotline.work()


@ON_ONE_DATABASE
def test_a_wish_changes_the_order_and_delays_nobody(hotline: Hotline):
    hotline.apply(TWO_ON_CALL)
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case().responsible.person.alias == "bo"
    assert hotline.phone("bo").inbox
    assert hotline.phone("fatima").inbox
    hotline.at_the_desk(hotline.sign_in("bo"), "preferences", **{"tag-woman": "yes"})
    steps = [step.due_at for step in hotline.steps()]
    hotline.fast_forward(minutes=5, seconds=10)
    assert hotline.case().responsible.person.alias == "fatima"
    assert [step.due_at for step in hotline.steps()][: len(steps) + 1] == [*steps, MONDAY + timedelta(minutes=5)]


@ON_ONE_DATABASE
def test_who_was_woken_last_night_stands_second_tonight(hotline: Hotline):
    hotline.apply(TWO_ON_CALL)
    span = {"starts": wall(hotline.now), "ends": wall(hotline.now + timedelta(hours=24))}
    does(hotline, hotline.sign_in("fatima"), "leaves", **span)
    hotline.fast_forward(hours=15)
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("bo", "1")
    hotline.record_contact("bo")
    hotline.fast_forward(hours=21)
    hotline.text_from(ANOTHER_STRANGER, "hej")
    assert hotline.cases()[-1].responsible.person.alias == "fatima"


@ON_ONE_DATABASE
def test_an_open_case_keeps_its_ladder_and_follows_the_new_roster(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    changed = PROGRAMME.replace('after = "PT5M"', 'after = "PT20M"')
    hotline.apply(changed.replace('members = ["anna", "fatima"]', 'members = ["fatima", "anna"]'))
    hotline.fast_forward(minutes=5, seconds=10)
    assert hotline.phone("fatima").ringing, "five minutes, as the case was opened; whoever is on call now"
    assert not hotline.phone("anna").ringing
