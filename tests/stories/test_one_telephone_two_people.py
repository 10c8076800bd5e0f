"""A relative who calls from the telephone of somebody who waits: their words stand together nowhere (decision 0047)."""

from __future__ import annotations

import pytest

from app.cases import queries
from app.cases.apart import clash
from app.cases.contents import opened
from app.escalation import conflicts
from app.vault.keyring import Keyring
from app.vault.staff_keys import ROTA
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER

SWEDISH, WANTS_OUT, RELATIVE, AT_WORK = "1", "1", "2", "3"


def calls(hotline: Hotline, who: str, number: str = A_STRANGER) -> None:
    """Somebody calls, says by key who they are, and hangs up before anybody answers."""
    phone = hotline.call_from(number)
    phone.press(SWEDISH)
    phone.press(who)
    phone.hang_up()


def roles(hotline: Hotline) -> list[list[str]]:
    return [sorted(approach.role for approach in case.approaches) for case in hotline.cases()]


def test_a_relative_has_a_case_of_their_own_that_is_due_with_the_one_that_waited(hotline: Hotline):
    calls(hotline, WANTS_OUT)
    hotline.fast_forward(hours=3)
    calls(hotline, RELATIVE)
    calls(hotline, WANTS_OUT)

    person, relative, again = hotline.cases()
    assert roles(hotline) == [["self"], ["relative"], ["self"]]
    assert again.join.into_id == person.id, "whoever says the same as before is who called before"
    assert relative.due_at == person.due_at, "a key pressed by mistake moves no clock"
    assert person.key_id != relative.key_id
    (entry,) = log(hotline.db, "approach.set_apart")
    assert (entry["object"], entry["facts"]["apart_from"]) == (relative.pseudonym, person.pseudonym)

    hotline.text_from("anna", f"1 {relative.reference}")
    assert [case.hold is not None for case in hotline.cases()[:2]] == [False, True], "whoever has one has not the other"


@ON_ONE_DATABASE
def test_each_case_opens_with_its_own_key_to_its_own_words_alone(hotline: Hotline):
    calls(hotline, RELATIVE)
    calls(hotline, WANTS_OUT)
    rota = Keyring.load(hotline.settings.keys_dir, private=(ROTA,)).private(ROTA)
    with hotline.db.reading() as session:
        whole = [session.merge(case, load=True) for case in hotline.cases()]
        assert [[one.text for one in opened(session, case, rota)] for case in whole] == [[A_STRANGER], [A_STRANGER]]
        assert [queries.ids_of_whole(session, case) for case in whole] == [[case.id] for case in whole]


@ON_ONE_DATABASE
def test_the_handler_is_warned_of_the_telephone_and_not_told_whose_the_other_case_is(hotline: Hotline):
    calls(hotline, WANTS_OUT)
    anna = hotline.sign_in("anna")
    page = f"/console/cases/{hotline.case().reference}"
    assert "Samma telefon" not in anna.get(page).text
    calls(hotline, RELATIVE)
    _, relative = hotline.cases()
    shown = anna.get(page).text
    assert "Samma telefon kan användas av flera" in shown
    assert relative.reference not in shown and "anhörig" not in shown.partition('id="approaches"')[2].split("</ol>")[0]


@ON_ONE_DATABASE
def test_what_comes_from_a_telephone_of_two_people_is_nobodys_until_somebody_says_whose(hotline: Hotline):
    calls(hotline, WANTS_OUT)
    calls(hotline, RELATIVE)
    hotline.text_from(A_STRANGER, "jag är rädd för honom")
    hotline.text_from(A_STRANGER, "svara inte")
    assert roles(hotline) == [["self"], ["relative"], ["unknown", "unknown"]]
    assert len({case.due_at for case in hotline.cases()}) == 1
    calls(hotline, RELATIVE)
    calls(hotline, WANTS_OUT)
    assert roles(hotline) == [["self", "self"], ["relative"], ["relative", "unknown", "unknown"]]


def test_nor_when_one_of_the_two_goes_on_as_part_of_a_case_from_another_telephone(hotline: Hotline):
    calls(hotline, WANTS_OUT, A_BORROWED_PHONE)
    hotline.fast_forward(minutes=1)
    calls(hotline, WANTS_OUT)
    calls(hotline, RELATIVE)
    with hotline.db.transaction() as session:
        first, again, _ = (queries.locked(session, case.id) for case in hotline.cases())
        conflicts.join(session, again, first, by="anna", because="handler", at=hotline.now)
    hotline.text_from(A_STRANGER, "han får inte veta att jag skriver")
    assert roles(hotline) == [["self"], ["self"], ["relative"], ["unknown"]]


@ON_ONE_DATABASE
def test_who_says_nothing_or_the_same_or_calls_from_another_telephone_is_kept_apart_from_nobody(hotline: Hotline):
    calls(hotline, WANTS_OUT)
    hotline.call_from(A_STRANGER).hang_up()
    calls(hotline, AT_WORK)
    calls(hotline, RELATIVE, A_BORROWED_PHONE)
    assert roles(hotline) == [["professional", "self", "unknown"], ["relative"]]
    assert not log(hotline.db, "approach.set_apart")


@ON_ONE_DATABASE
def test_the_carrier_repeating_every_webhook_sets_a_call_apart_once(hotline: Hotline):
    hotline.exchange.faults.duplicate_webhooks = True
    calls(hotline, WANTS_OUT)
    calls(hotline, RELATIVE)
    assert roles(hotline) == [["self"], ["relative"]]


@ON_ONE_DATABASE
def test_a_relative_who_is_answered_speaks_in_their_own_case(hotline: Hotline):
    calls(hotline, WANTS_OUT)
    caller = hotline.call_from(A_STRANGER)
    caller.press(SWEDISH)
    caller.press(RELATIVE)
    hotline.fast_forward(seconds=2)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    caller.hang_up()
    person, relative = hotline.cases()
    assert (person.hold, relative.hold.person.alias) == (None, "anna")


@pytest.mark.parametrize(
    ("role", "others", "two_people"),
    [
        ("relative", ["self"], True),
        ("relative", ["unknown", "professional"], True),
        ("self", ["relative", "relative"], True),
        ("relative", ["relative", "self"], False),
        ("relative", ["unknown"], False),
        ("unknown", ["relative"], False),
        ("self", ["professional"], False),
        ("self", [], False),
    ],
)
def test_two_people_are_those_who_said_so(role: str, others: list[str], two_people: bool):
    assert clash(role, others) is two_people
