"""What somebody found who set out to break the line, each told as it should have gone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.audit.export import export
from app.audit.log import record
from app.audit.verify import verify
from app.cases.first_contact import Standing
from app.cases.queries import maybe_the_same
from app.errors import Misconfigured
from app.escalation import engine
from app.escalation.models import Escalation
from app.notifications.models import Notification, State
from app.simulator.phones import Phone
from app.vault.keyring import Keyring
from tests import forked
from tests.hotline import TO_PRESS_STAR, Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import (
    A_BORROWED_PHONE,
    A_STRANGER,
    ANNA,
    ANOTHER_STRANGER,
    BO,
    FATIMA,
    PROGRAMME,
)

AN_AUDITORS_PHONE = "+46701740650"
WITHOUT_ANNA = (
    PROGRAMME[: PROGRAMME.index('[[staff]]\nalias = "anna"')] + PROGRAMME[PROGRAMME.index('[[staff]]\nalias = "bo"') :]
).replace('members = ["anna", "fatima"]', 'members = ["fatima"]')


def heard_code(hotline: Hotline) -> str:
    """The code that the caller has just heard."""
    (*_, found) = re.findall(r"kod är: (\d \d \d \d, \d \d \d \d)", "".join(hotline.traffic))
    return re.sub(r"\D", "", found)


def may_be_called_back(hotline: Hotline, number: str) -> str:
    """Somebody calls, reaches nobody, may be called on this number at any time, not texted; returns their code."""
    caller = hotline.caller_in_vain(number)
    caller.press("1")
    caller.press("1")
    caller.press("2")
    caller.press("2")
    return heard_code(hotline)


def comes_back(hotline: Hotline, number: str, code: str) -> Phone:
    """Somebody calls from another telephone and keys the code of an earlier call."""
    hotline.fast_forward(minutes=1)
    caller = hotline.call_from(number)
    caller.press("1")
    caller.press("4")
    caller.press(code)
    return caller


@ON_ONE_DATABASE
def test_who_comes_back_with_a_code_and_says_do_not_call_is_not_called(hotline: Hotline):
    code = may_be_called_back(hotline, A_STRANGER)
    caller = comes_back(hotline, A_BORROWED_PHONE, code)
    hotline.everybody_rings_out()
    caller.press("3")
    goes_on, joined = hotline.cases()
    assert joined.standing is Standing.JOINED
    assert not any(wish.allowed for wish in goes_on.permissions if wish.at == goes_on.permissions[-1].at)


@ON_ONE_DATABASE
def test_who_answers_a_caller_that_came_back_with_a_code_has_the_case_that_goes_on(hotline: Hotline):
    comes_back(hotline, A_BORROWED_PHONE, may_be_called_back(hotline, A_STRANGER))
    hotline.timeline.advance(TO_PRESS_STAR)
    hotline.phone("anna").answer()
    hotline.phone("anna").press("1")
    goes_on, _joined = hotline.cases()
    assert goes_on.hold
    assert goes_on.hold.person.alias == "anna"


@ON_ONE_DATABASE
def test_a_code_from_a_call_that_was_joined_leads_to_the_case_that_goes_on(hotline: Hotline):
    caller = comes_back(hotline, A_BORROWED_PHONE, may_be_called_back(hotline, A_STRANGER))
    hotline.everybody_rings_out()
    for key in "1122":
        caller.press(key)
    comes_back(hotline, ANOTHER_STRANGER, heard_code(hotline))
    assert [case.standing for case in hotline.cases()] == [Standing.WAITING, Standing.JOINED, Standing.JOINED]


@ON_ONE_DATABASE
def test_the_telephone_somebody_came_back_from_is_known_as_theirs(hotline: Hotline):
    comes_back(hotline, A_BORROWED_PHONE, may_be_called_back(hotline, A_STRANGER)).hang_up()
    hotline.text_from(A_BORROWED_PHONE, "det är jag igen")
    goes_on, _joined = hotline.cases()
    assert [approach.channel for approach in goes_on.approaches] == ["phone", "sms"]
    with hotline.db.reading() as session:
        assert not maybe_the_same(session, session.merge(goes_on, load=False))


@ON_ONE_DATABASE
def test_a_text_takes_a_case_only_for_who_could_take_it_in_the_console(hotline: Hotline):
    eva = 'alias = "eva"\nroles = ["auditor"]'
    hotline.apply(PROGRAMME.replace(eva, f'{eva}\nphone = "{AN_AUDITORS_PHONE}"'))
    hotline.text_from(A_STRANGER, "hej")
    reference = hotline.case().reference
    for number in (AN_AUDITORS_PHONE, "dag"):
        hotline.text_from(number, f"1 {reference}")
        hotline.text_from(number, f"2 {reference}")
    hotline.text_from(AN_AUDITORS_PHONE, "?")
    assert hotline.case().hold is None
    assert len([case for case in hotline.steps() if case.step == "untaken.0.0"]) == 1
    assert reference not in "".join(text.body for text in hotline.exchange.phone(AN_AUDITORS_PHONE).inbox)
    hotline.text_from("carin", f"1 {reference}")
    assert hotline.case().hold.person.alias == "carin"


@ON_ONE_DATABASE
def test_when_nobody_whom_a_step_names_has_a_telephone_the_standing_chain_is_paged(hotline: Hotline):
    programme = PROGRAMME
    for number in (ANNA, BO, FATIMA):
        programme = programme.replace(f'phone = "{number}"\n', "")
    hotline.apply(programme.replace('page = ["coordinator"]', 'page = ["backup"]'))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.phone("carin").inbox


@ON_ONE_DATABASE
def test_a_case_whose_holder_leaves_the_staff_goes_to_the_next_within_a_minute(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.text_from("anna", "1")
    hotline.fast_forward(minutes=10)
    due = hotline.case().due_at
    hotline.apply(WITHOUT_ANNA)
    hotline.fast_forward(minutes=1)
    engine.adopt_orphans(hotline.db, at=hotline.now)
    hotline.work()
    case = hotline.case()
    assert case.hold is None
    assert case.holds[0].released_because == "holder_left"
    assert (case.responsible.person.alias, case.due_at) == ("fatima", due)
    assert hotline.phone("fatima").inbox


@ON_ONE_DATABASE
def test_who_leaves_the_staff_while_their_telephone_rings_gets_neither_caller_nor_case(hotline: Hotline):
    caller = hotline.caller_waiting(A_STRANGER)
    hotline.phone("anna").answer()
    hotline.apply(WITHOUT_ANNA)
    hotline.phone("anna").press("1")
    assert not caller.bridged_with
    assert hotline.case().hold is None


@ON_ONE_DATABASE
def test_a_page_that_cannot_be_written_out_delays_nobody_elses(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    with hotline.db.transaction() as session:
        good = session.scalars(select(Notification)).one()
        session.add(
            Notification(
                key="broken",
                person_id=good.person_id,
                channel="sms",
                wording="sms.page",
                values="{",
                priority=0,
                due_at=good.due_at,
                queued_at=good.queued_at,
                not_before=good.not_before,
                valid_until=good.valid_until,
            )
        )
    hotline.text_from(ANOTHER_STRANGER, "hej")
    assert len(hotline.phone("anna").inbox) == 2
    with hotline.db.reading() as session:
        assert session.scalar(select(Notification.state).where(Notification.key == "broken")) == State.FAILED


def test_a_case_that_has_failed_for_weeks_stops_nobody_elses_round(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    with hotline.db.transaction() as session:
        session.execute(update(Escalation).values(failures=2**15 - 1, policy="{", next_at=hotline.now))
    hotline.text_from(ANOTHER_STRANGER, "hej")
    assert len(hotline.phone("anna").inbox) == 2


@ON_ONE_DATABASE
def test_a_programme_that_could_not_be_read_back_is_refused(hotline: Hotline):
    with pytest.raises(Misconfigured, match="must be at most P3660D"):
        hotline.apply(PROGRAMME.replace('turn = "P7D"', 'turn = "P9999WT999999H"'))
    hotline.text_from(A_STRANGER, "hej")
    assert hotline.case()


@ON_ONE_DATABASE
def test_a_member_of_staff_with_a_premium_number_does_not_cut_the_callers_off(hotline: Hotline):
    with pytest.raises(Misconfigured, match="never dials"):
        hotline.apply(PROGRAMME.replace(ANNA, "+46939123456"))


@ON_ONE_DATABASE
def test_an_entry_that_was_dated_back_is_named_by_whoever_verifies_the_log(hotline: Hotline, tmp_path: Path):
    hotline.text_from(A_STRANGER, "hej")
    with hotline.db.transaction() as session:
        before_the_others = hotline.now - timedelta(days=20)
        record(session, at=before_the_others, by="anna", action="case.revealed", because="first_contact")
    keyring = Keyring.load(hotline.folder / "keys", private=("audit",))
    made = export(
        hotline.db, tmp_path / "log", key=keyring.log_key, origin="dygnet/test", at=hotline.now, by="operator"
    )
    report = verify(made.folder, made.vkey)
    assert report.ok
    assert re.search(rf"as if dated back: leaf {made.size - 2}$", "\n".join(report.remarks))


@ON_ONE_DATABASE
def test_after_two_weeks_without_an_engine_every_page_goes_out_and_is_in_the_log(hotline: Hotline):
    hotline.text_from(A_STRANGER, "hej")
    hotline.kill_the_engine()
    hotline.wait_until(hotline.now + timedelta(days=14))
    hotline.restart()
    hotline.fast_forward(seconds=5)  # calls go out one a second
    with hotline.db.reading() as session:
        pages = session.scalars(select(Notification)).all()
        assert all(page.accepted_at for page in pages)
        assert session.scalar(select(Escalation.next_at)) > hotline.now


@ON_ONE_DATABASE
def test_signs_that_a_database_refuses_are_answered_calmly(hotline: Hotline):
    browser = hotline.sign_in("anna")
    assert browser.get("/console/cases/%00").status_code == 404
    assert hotline.sign_in("eva").get("/console/log?before=99999999999999999999").status_code == 422
    wrong = hotline.doors.post("/console/sign-in", data={"alias": "an\0na", "passphrase": "ett två tre fyra"})
    assert wrong.status_code == 401


def test_a_command_says_in_words_that_the_database_is_not_there(tmp_path: Path):
    for url in (
        "postgresql+psycopg://dygnet:hemligt@127.0.0.1:1/dygnet",
        "sqlite:///var/empty.db",
        "sqlite:////dev/null/x/y",
    ):
        said = forked.command(["status", "--json"], "", tmp_path, {"DATABASE_URL": url})
        assert said.returncode == 1
        assert said.stderr.startswith("dygnet: ")
        assert "Traceback" not in said.stderr
        assert "hemligt" not in said.stderr
