"""Where staff hold the key to cases the server opens nothing: people do, with what only they and their browser know."""

from __future__ import annotations

import re
import shutil

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.keys import recovery
from app.keys.rotation import Rotation
from app.staff import keys
from app.staff.directory import by_alias
from app.staff.keys_models import RotaGrant, SessionKey, StaffKey
from app.staff.sessions import IDLE
from app.vault.keyring import Keyring
from app.vault.recovery import key_from, make_shares
from tests import people
from tests.calling import put_through, who_may_be_called
from tests.evidence import log
from tests.holding import KEYS, PASSPHRASES, a_browser, enrol, held_by_staff, let_in, sign_in, sign_out
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER

SECRET = "min lillebror Ismail vill hoppa av"


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    """Staff hold the key; somebody wrote to the line, and Anna took the case."""
    held_by_staff(hotline)
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    return hotline


def reveals(hotline: Hotline, browser: TestClient) -> str:
    return hotline.at_the_desk(browser, "reveal", because="first_contact").text


def key_files(hotline: Hotline) -> list[str]:
    return sorted(path.name for path in hotline.settings.keys_dir.glob("rota.*.key"))


@ON_ONE_DATABASE
def test_the_first_who_enrols_takes_the_key_over_and_the_server_has_it_no_more(line: Hotline):
    assert key_files(line)
    anna = enrol(line, "anna")
    assert key_files(line) == []
    assert SECRET in reveals(line, anna)
    assert [entry["facts"]["key"] for entry in log(line.db, "keys.destroyed")] == [
        entry["facts"]["key"] for entry in log(line.db, "keys.granted")
    ]


@ON_ONE_DATABASE
def test_a_colleague_is_let_in_by_somebody_who_holds_the_key_after_they_compared_digits(line: Hotline):
    anna, bo = enrol(line, "anna"), enrol(line, "bo")
    line.at_the_desk(anna, "release")
    line.at_the_desk(bo, "hold")
    shut = line.at_the_desk(bo, "reveal", because="first_contact")
    assert shut.status_code == 403
    assert "Någon som har nyckeln måste släppa in dig" in shut.text
    assert SECRET not in shut.text

    assert "bo är med men kan inte öppna ärenden än" in anna.get("/console/").text
    (digits,) = re.findall(r"\d{5} \d{5} \d{5} \d{5}", bo.get(KEYS).text)
    assert digits in anna.get(KEYS).text, "both see the same, and can read them to each other"

    assert "Lösenfrasen stämde inte" in let_in(anna, "bo", passphrase="fel lösenfras")
    assert "Jämför siffrorna först" in let_in(anna, "bo", passphrase=PASSPHRASES["anna"], compared="")
    let_in(anna, "bo", passphrase=PASSPHRASES["anna"])

    assert SECRET in reveals(line, bo)
    assert [(entry["actor"], entry["object"], entry["purpose"]) for entry in log(line.db, "keys.granted")] == [
        ("anna", "person:anna", "founding"),
        ("anna", "person:bo", "compared"),
    ]


@ON_ONE_DATABASE
def test_calling_and_texting_the_person_need_the_key_as_well(hotline: Hotline):
    line = held_by_staff(hotline)
    anna, bo = enrol(line, "anna"), enrol(line, "bo")
    who_may_be_called(line)
    line.at_the_desk(bo, "hold")
    assert line.at_the_desk(bo, "bridge").status_code == 403
    assert line.at_the_desk(bo, "texts", wording="text.call").status_code == 403
    assert A_STRANGER not in line.numbers_reached()
    let_in(anna, "bo", passphrase=PASSPHRASES["anna"])
    put_through(line, bo, "bo")
    assert A_STRANGER in line.numbers_reached()


@ON_ONE_DATABASE
def test_a_changed_passphrase_opens_the_same_cases_and_the_old_one_nothing(line: Hotline):
    anna, elsewhere = enrol(line, "anna"), sign_in(line, "anna")
    page = anna.get("/console/passphrase").text
    fields = hidden_fields(page) | {"old": PASSPHRASES["anna"], "new": "åtta blåa bussar i snö"}
    assert "Lösenfrasen är bytt" in anna.post("/console/passphrase", data=fields).text

    assert SECRET in reveals(line, anna), "who changed it stays signed in"
    assert elsewhere.get("/console/").url.path == "/console/sign-in"
    again = sign_in(line, "anna", "åtta blåa bussar i snö")
    assert SECRET in reveals(line, again)
    old = a_browser(line).post("/console/sign-in", data={"alias": "anna", "passphrase": PASSPHRASES["anna"]})
    assert old.status_code == 401


@ON_ONE_DATABASE
def test_a_wrong_present_passphrase_changes_nothing(line: Hotline):
    anna = enrol(line, "anna")
    words = {"old": "fel lösenfras", "new": "åtta blåa bussar i snö"}
    fields = hidden_fields(anna.get("/console/passphrase").text) | words
    assert anna.post("/console/passphrase", data=fields).status_code == 422
    assert SECRET in reveals(line, sign_in(line, "anna"))


@ON_ONE_DATABASE
def test_signing_out_and_idling_out_leave_no_key_in_the_database(line: Hotline):
    def locked_keys() -> int:
        with line.db.reading() as session:
            return len(session.scalars(select(SessionKey)).all())

    browser = enrol(line, "anna")
    elsewhere = sign_in(line, "anna")
    assert locked_keys() == 2
    sign_out(browser)
    assert locked_keys() == 1
    assert not browser.cookies.get("__Host-dygnet-lock")
    line.timeline.advance(IDLE.total_seconds())
    assert line.engine
    line.engine.sweep()
    assert locked_keys() == 0
    assert elsewhere.get("/console/").url.path == "/console/sign-in"
    assert SECRET in reveals(line, sign_in(line, "anna"))


@ON_ONE_DATABASE
def test_after_a_rotation_holders_open_what_came_before_and_what_comes(line: Hotline):
    anna, carin, _ = enrol(line, "anna"), enrol(line, "carin"), enrol(line, "bo")
    for alias in ("carin", "bo"):
        let_in(anna, alias, passphrase=PASSPHRASES["anna"])
    line.apply(_without("bo"))
    before = Keyring.load(line.settings.keys_dir).public("rota").key_id
    list(Rotation(line.db, line.settings.keys_dir, "rota", line.now, "operator", staff_hold=True).run())
    assert key_files(line) == [], "the new private half never stays on the server"
    line.start()
    held_by_staff(line)
    with line.db.reading() as session:
        grants = [(grant.rota_key_id == before) for grant in session.scalars(select(RotaGrant))]
    assert sorted(grants) == [False, False, True, True]
    anna, carin = sign_in(line, "anna"), sign_in(line, "carin")
    assert SECRET in reveals(line, anna)
    assert "bo kan inte längre" not in carin.get("/console/").text
    line.text_from(A_STRANGER, "en helt ny historia")
    new = next(case for case in line.cases() if case.hold is None)
    asked = {"because": "first_contact", "csrf": hidden_fields(carin.get("/console/").text)["csrf"]}
    carin.post(f"/console/cases/{new.reference}/hold", data=asked)
    assert "en helt ny historia" in carin.post(f"/console/cases/{new.reference}/reveal", data=asked).text


@ON_ONE_DATABASE
def test_who_left_is_cut_off_in_that_moment_and_the_coordinator_is_asked_to_replace_the_key(line: Hotline):
    anna, carin, bo = enrol(line, "anna"), enrol(line, "carin"), enrol(line, "bo")
    for alias in ("carin", "bo"):
        let_in(anna, alias, passphrase=PASSPHRASES["anna"])
    line.apply(_without("bo"))

    with line.db.reading() as session:
        assert {grant.by for grant in session.scalars(select(RotaGrant))} == {"anna"}
        assert len(session.scalars(select(RotaGrant)).all()) == 2
        assert len(session.scalars(select(StaffKey)).all()) == 2
        assert len(session.scalars(select(SessionKey)).all()) == 2
    assert bo.get("/console/").url.path == "/console/sign-in"
    assert "bo kan inte längre öppna ärenden" in carin.get("/console/").text
    assert "bo kan inte längre öppna ärenden" not in anna.get("/console/").text
    assert [entry["purpose"] for entry in log(line.db, "keys.revoked")] == ["left"]


@ON_ONE_DATABASE
def test_who_works_with_cases_no_more_holds_no_key_either(line: Hotline):
    anna, _ = enrol(line, "anna"), enrol(line, "bo")
    let_in(anna, "bo", passphrase=PASSPHRASES["anna"])
    by_roster = _without("bo")
    line.apply(f'{by_roster}\n[[staff]]\nalias = "bo"\nroles = ["auditor"]\nlanguages = ["sv"]\n')
    assert [(entry["object"], entry["purpose"]) for entry in log(line.db, "keys.revoked")] == [("person:bo", "role")]


@ON_ONE_DATABASE
def test_who_forgot_their_passphrase_needs_to_be_let_in_again(line: Hotline):
    anna, bo = enrol(line, "anna"), enrol(line, "bo")
    let_in(anna, "bo", passphrase=PASSPHRASES["anna"])
    line.at_the_desk(anna, "release")
    line.at_the_desk(bo, "hold")
    assert SECRET in reveals(line, bo)
    bo = enrol(line, "bo")
    assert SECRET not in reveals(line, bo)
    assert "bo är med men kan inte öppna ärenden än" in anna.get("/console/").text
    let_in(anna, "bo", passphrase=PASSPHRASES["anna"])
    assert SECRET in reveals(line, bo)


@ON_ONE_DATABASE
def test_a_key_that_was_put_in_the_place_of_the_compared_one_is_not_let_in(line: Hotline):
    anna, _ = enrol(line, "anna"), enrol(line, "bo")
    seen = hidden_fields(anna.get(KEYS).text.partition(f'action="{KEYS}/bo/grant"')[2])
    enrol(line, "bo")  # another key, between the comparing and the tap
    fields = seen | {"compared": "yes", "passphrase": PASSPHRASES["anna"]}
    assert anna.post(f"{KEYS}/bo/grant", data=fields).status_code == 422
    with line.db.reading() as session:
        person = by_alias(session, "bo")
        assert person
        assert list(keys.grants_of(session, person.id)) == []


@ON_ONE_DATABASE
def test_it_is_all_the_digits_that_are_compared_and_not_the_keys_short_name(line: Hotline):
    anna, _ = enrol(line, "anna"), enrol(line, "bo")
    seen = hidden_fields(anna.get(KEYS).text.partition(f'action="{KEYS}/bo/grant"')[2])
    with line.db.transaction() as session:
        bo = by_alias(session, "bo")
        assert bo
        key = keys.key_of(session, bo)
        assert key
        digits, key.public_key = keys.digits_of(key), b"another that has the same name"
    fields = seen | {"compared": "yes", "passphrase": PASSPHRASES["anna"]}
    refused = anna.post(f"{KEYS}/bo/grant", data=fields)

    assert seen["key"] == digits
    assert refused.status_code == 422


@ON_ONE_DATABASE
def test_a_founding_that_is_refused_keeps_nobody_out(line: Hotline):
    (file,) = line.settings.keys_dir.glob("rota.*.key")
    file.chmod(0o644)
    assert "Någon som har nyckeln måste släppa in dig" in reveals(line, enrol(line, "anna"))

    file.chmod(0o600)
    assert SECRET in reveals(line, sign_in(line, "anna"))
    assert key_files(line) == []


@ON_ONE_DATABASE
def test_after_a_fire_new_cases_are_sealed_to_the_key_that_was_granted_back(line: Hotline):
    folder, shares = line.settings.keys_dir, make_shares()
    recovery.take_into_use(line.db, folder, shares, at=line.now, by="operator")
    enrol(line, "anna")
    shutil.rmtree(folder)
    key = key_from(paper.words for paper in shares.papers[1:])
    list(recovery.restore(line.db, folder, key, at=line.now, by="operator", to="anna"))

    assert Keyring.load(folder).public("rota").key_id in {each["facts"]["key"] for each in log(line.db, "keys.granted")}
    assert key_files(line) == [], "its private half is nobody's but hers"
    held_by_staff(line)
    assert SECRET in reveals(line, sign_in(line, "anna"))


@ON_ONE_DATABASE
def test_a_folder_that_cannot_be_read_any_more_shuts_no_page_and_no_case(line: Hotline):
    anna, folder = enrol(line, "anna"), line.settings.keys_dir
    folder.chmod(0o777)
    assert anna.get("/console/").status_code == 200
    assert SECRET in reveals(line, anna)
    folder.chmod(0o700)


@ON_ONE_DATABASE
def test_nobody_lets_in_who_holds_no_key_themselves(line: Hotline):
    enrol(line, "anna")
    bo, dag = enrol(line, "bo"), enrol(line, "dag")
    assert f'action="{KEYS}/dag/grant"' not in bo.get(KEYS).text
    with line.db.reading() as session:
        person = by_alias(session, "dag")
        assert person
        key = keys.key_of(session, person)
        assert key
    fields = hidden_fields(bo.get("/console/channels").text) | {"compared": "yes", "key": key.key_id}
    assert bo.post(f"{KEYS}/dag/grant", data=fields | {"passphrase": PASSPHRASES["bo"]}).status_code == 422
    assert "Du kan inte öppna ärenden än" in dag.get(KEYS).text


@ON_ONE_DATABASE
def test_somebody_who_enrolled_while_the_server_held_the_key_gets_one_by_signing_in(hotline: Hotline):
    hotline.sign_in("anna")
    held_by_staff(hotline)
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    assert SECRET in reveals(hotline, sign_in(hotline, "anna"))
    assert key_files(hotline) == []


@ON_ONE_DATABASE
def test_a_session_from_before_says_sign_in_again_and_loses_nothing(hotline: Hotline):
    before = hotline.sign_in("anna")
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    cookies = before.cookies
    held_by_staff(hotline)
    again = a_browser(hotline)
    again.cookies = cookies
    shut = hotline.at_the_desk(again, "reveal", because="first_contact")
    assert shut.status_code == 403
    assert "Logga ut och in igen" in shut.text


def _without(alias: str) -> str:
    return re.sub(
        rf'\[\[staff\]\]\nalias = "{alias}".*?(?=\[\[staff\]\])', "", people.PROGRAMME, flags=re.DOTALL
    ).replace(f'members = ["{alias}"]', 'members = ["fatima"]')
