"""Hidden numbers in every spelling there is, and numbers that stand for many: each caller is somebody of their own."""

from __future__ import annotations

from app.simulator.numbers import new_sid
from tests.doorways import signed, whole
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANNA, ANOTHER_STRANGER, LINE, PROGRAMME

SWITCHBOARD = "+46846500450"
WITH_A_SWITCHBOARD = PROGRAMME.replace("standing_chain", f'switchboards = ["{SWITCHBOARD}"]\nstanding_chain', 1)

SPELLINGS = [
    *("Anonymous", "anonymous", "ANONYMOUS", "Restricted", "Unavailable", "Unknown", "Blocked", "Private"),
    *("+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533", "+7748283"),
    *("266696687", "7378742833", "86282452253", "8656696", "2562533", "7748283"),
    *("", " ", "+", "+ ", " 46701740660", "46701740660", "0701740660", "+46", "+46701740660 "),
    *("sip:someone@example.org", "sip:+46701740660@example.org;transport=tls", "client:browser", "client:+46701740660"),
    *("112", "11414", "Linjen", "+461", "+99999999999999", "+000000000", "\u200b", "+46 70 174 06 60", "null"),
]


def call_as(hotline: Hotline, **fields: str) -> None:
    """A call's first webhook, with whatever the network made of the caller."""
    told = {"CallSid": new_sid("CA"), "CallStatus": "ringing", "Direction": "inbound", "To": LINE, **fields}
    answer = hotline.doors.post("/carrier/voice", data=told, headers=signed(whole("/carrier/voice"), told))
    assert answer.status_code == 200
    assert "växel" in answer.text


def kept_numbers(hotline: Hotline) -> int:
    """How many secrets the approaches left: a hidden caller leaves none."""
    with hotline.db.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM case_contents").scalar_one()


@ON_ONE_DATABASE
def test_however_a_number_is_hidden_each_caller_is_a_person_of_their_own(hotline: Hotline):
    for spelling in SPELLINGS * 2:
        call_as(hotline, From=spelling)
    cases = hotline.cases()
    assert len(cases) == len(SPELLINGS) * 2
    assert [case for case in cases if not case.approaches[0].withheld] == []
    assert kept_numbers(hotline) == 0


@ON_ONE_DATABASE
def test_a_call_without_any_caller_at_all_is_one_too(hotline: Hotline):
    call_as(hotline)
    assert hotline.case().approaches[0].withheld


@ON_ONE_DATABASE
def test_where_a_hidden_call_seems_to_come_from_says_nothing(hotline: Hotline):
    call_as(hotline, From="Anonymous", CallerCountry="TH", FromCity="Bangkok", CallerZip="")
    assert hotline.case().approaches[0].withheld


@ON_ONE_DATABASE
def test_forty_hidden_callers_in_a_minute_are_forty_people_and_each_is_answered(hotline: Hotline):
    for number in range(40):
        call_as(hotline, From=SPELLINGS[number % 4])
    assert len(hotline.cases()) == 40


@ON_ONE_DATABASE
def test_a_hidden_caller_is_rung_for_like_any_other(hotline: Hotline):
    caller = hotline.caller_waiting(A_BORROWED_PHONE, withheld="Unavailable")
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    assert caller.bridged_with == [ANNA]


def test_callers_through_the_citys_switchboard_are_unknown_and_never_joined(hotline: Hotline):
    hotline.apply(WITH_A_SWITCHBOARD)
    for _ in range(2):
        call_as(hotline, From=SWITCHBOARD)
    assert [case.approaches[0].withheld for case in hotline.cases()] == [True, True]
    assert kept_numbers(hotline) == 0


@ON_ONE_DATABASE
def test_a_number_that_is_no_switchboard_of_ours_is_a_caller_like_any_other(hotline: Hotline):
    for _ in range(2):
        call_as(hotline, From=SWITCHBOARD)
    assert not hotline.case().approaches[0].withheld


@ON_ONE_DATABASE
def test_a_text_from_the_switchboards_number_is_from_somebody_unknown(hotline: Hotline):
    hotline.apply(WITH_A_SWITCHBOARD)
    for _ in range(2):
        hotline.deliver_again(hotline.signed_text(SWITCHBOARD, "jag skriver från jobbet"))
    assert len(hotline.cases()) == 2


@ON_ONE_DATABASE
def test_who_was_forwarded_keeps_their_own_number_where_the_network_tells_it(hotline: Hotline):
    for _ in range(2):
        call_as(hotline, From=A_STRANGER, ForwardedFrom=ANOTHER_STRANGER)
    assert not hotline.case().approaches[0].withheld


@ON_ONE_DATABASE
def test_who_was_forwarded_in_the_name_of_the_forwarding_number_is_unknown(hotline: Hotline):
    for _ in range(2):
        call_as(hotline, From=ANOTHER_STRANGER, ForwardedFrom=ANOTHER_STRANGER)
    assert [case.approaches[0].withheld for case in hotline.cases()] == [True, True]


@ON_ONE_DATABASE
def test_a_call_that_seems_to_come_from_the_line_itself_is_from_somebody_unknown(hotline: Hotline):
    call_as(hotline, From=LINE)
    assert hotline.case().approaches[0].withheld


@ON_ONE_DATABASE
def test_a_hidden_caller_is_not_asked_about_the_number_we_cannot_see(hotline: Hotline):
    caller = hotline.caller_in_vain(A_BORROWED_PHONE, withheld="Restricted")
    assert "ser inte vilket nummer" in caller.heard_text
    caller.press("3")
    assert "finns inte" in caller.heard_text
