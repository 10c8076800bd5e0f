"""Promise 9: who reads leaves an entry first. And the whole journey, from a call to a case at rest."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from app.audit.export import export
from app.audit.verify import verify
from app.cases.first_contact import Standing
from app.vault.keyring import Keyring
from tests.evidence import log
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANOTHER_STRANGER

MESSAGE = "min lillebror Ismail vill hoppa av"


def test_promise_9_nothing_is_opened_when_the_entry_cannot_be_written(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.text_from("anna", "1")
    desk = hotline.sign_in("anna")
    with hotline.commits_fail():
        page = hotline.at_the_desk(desk, "reveal", because="first_contact")
    assert page.status_code == 500
    assert "Ismail" not in page.text
    assert not log(hotline.db, "case.revealed")


def test_promise_9_the_entry_names_who_read_what_and_why(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.text_from("anna", "1")
    assert MESSAGE in hotline.at_the_desk(hotline.sign_in("anna"), "reveal", because="first_contact").text
    (entry,) = log(hotline.db, "case.revealed")
    assert (entry["actor"], entry["object"], entry["purpose"]) == ("anna", hotline.case().pseudonym, "first_contact")


@ON_ONE_DATABASE
def test_promise_9_nothing_is_shown_without_a_reason_or_to_somebody_whose_case_it_is_not(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.text_from("anna", "1")
    for name, because in (("anna", ""), ("anna", "nyfiken"), ("bo", "first_contact"), ("dag", "supervision")):
        page = hotline.at_the_desk(hotline.sign_in(name), "reveal", because=because)
        assert page.status_code in (404, 422)
        assert "Ismail" not in page.text
    assert not log(hotline.db, "case.revealed")


def test_promise_9_the_whole_journey_leaves_a_log_that_verifies_and_names_nobody_who_asked_for_help(hotline: Hotline):
    hotline.call_from(ANOTHER_STRANGER).hang_up()
    hotline.fast_forward(minutes=5)
    anna = hotline.phone("anna")
    anna.answer()
    anna.press("1")
    desk = hotline.sign_in("anna")
    assert hotline.case().reference in desk.get("/console/").text
    assert shown_number(hotline, desk)
    hotline.at_the_desk(desk, "attempts", channel="call", outcome="reached")
    hotline.work()
    assert hotline.case().standing is Standing.REACHED
    hotline.at_the_desk(desk, "closure", outcome="advice", code="advice")
    assert hotline.case().standing is Standing.ADVICE
    exported = [path.read_bytes() for path in exported_log(hotline) if path.is_file()]
    assert {"case.opened", "case.taken", "case.revealed", "contact.first", "case.closed"} <= {
        entry["action"] for entry in log(hotline.db)
    }
    for number in (ANOTHER_STRANGER, *hotline.staff_numbers):
        assert not any(number[3:].encode() in file for file in exported)


def shown_number(hotline: Hotline, desk: TestClient) -> bool:
    """Whether the page shows the caller's number when its reader says why they need it."""
    return ANOTHER_STRANGER in hotline.at_the_desk(desk, "reveal", because="first_contact").text


def exported_log(hotline: Hotline) -> list[Path]:
    """Every file of the exported log, once it was found to verify."""
    keyring = Keyring.load(hotline.settings.keys_dir, private=("audit",))
    folder = hotline.folder / "log"
    written = export(hotline.db, folder, key=keyring.log_key, origin=keyring.log_name, at=hotline.now, by="eva")
    assert verify(folder, written.vkey).ok
    return list(folder.rglob("*"))
