from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from app.db import Database
from app.staff import people
from app.staff.credentials import EnrolmentLink, Passphrase, StaffSession
from app.staff.directory import by_alias
from app.staff.passphrases import WeakPassphrase
from app.staff.sessions import who
from app.staff.signin import LinkSpent, enrol, link_is_for, make_link, sign_in
from app.staff.tries import MOST, WINDOW
from tests.marks import ON_ONE_DATABASE

MINUTE = timedelta(minutes=1)
PASSPHRASE = "hästar äter gärna äpplen"  # the one `annas_browser` set


@pytest.fixture
def link(db, anna, now):
    with db.transaction() as session:
        return make_link(session, anna, at=now, by="operator")


def is_annas(db: Database, token: str | None, at: datetime) -> bool:
    with db.reading() as session:
        person = who(session, token, at=at)
        return person is not None and person.alias == "anna"


def test_a_link_sets_a_passphrase_and_signs_in(db, link, now):
    with db.transaction() as session:
        assert link_is_for(session, link, at=now).alias == "anna"
    token = enrol(db, link, PASSPHRASE, at=now)
    assert is_annas(db, token, now)
    assert is_annas(db, sign_in(db, " Anna", PASSPHRASE, at=now), now)


def test_a_link_works_once(db, link, now):
    enrol(db, link, PASSPHRASE, at=now)
    with pytest.raises(LinkSpent):
        enrol(db, link, PASSPHRASE, at=now)


def test_a_link_is_void_after_fifteen_minutes(db, link, now):
    with db.transaction() as session:
        assert link_is_for(session, link, at=now + 15 * MINUTE) is None
    with pytest.raises(LinkSpent):
        enrol(db, link, PASSPHRASE, at=now + 15 * MINUTE)


def test_a_newer_link_makes_the_older_void(db, anna, link, now):
    with db.transaction() as session:
        make_link(session, anna, at=now + MINUTE, by="operator")
        assert link_is_for(session, link, at=now + MINUTE) is None


def test_a_weak_passphrase_does_not_use_up_the_link(db, link, now):
    with pytest.raises(WeakPassphrase):
        enrol(db, link, "anna", at=now)
    enrol(db, link, PASSPHRASE, at=now)


def test_a_link_of_somebody_who_left_opens_nothing(db, link, now):
    with db.transaction() as session:
        people.leave(session, by_alias(session, "anna"), at=now, by="operator")
        assert link_is_for(session, link, at=now) is None


def test_a_new_passphrase_ends_the_sessions_elsewhere(db, anna, annas_browser, now):
    with db.transaction() as session:
        link = make_link(session, anna, at=now + MINUTE, by="operator")
    here = enrol(db, link, "en helt annan fras", at=now + MINUTE)
    assert is_annas(db, here, now + MINUTE)
    assert not is_annas(db, annas_browser, now + MINUTE)
    assert sign_in(db, "anna", PASSPHRASE, at=now + MINUTE) is None


def test_no_token_and_no_passphrase_stands_in_the_database(db, link, annas_browser):
    with db.reading() as session:
        kept = [row.token_hash for row in session.query(EnrolmentLink)]
        kept += [row.phc for row in session.query(Passphrase)] + [row.id for row in session.query(StaffSession)]
    assert not {link, annas_browser, PASSPHRASE} & set(kept)


@pytest.mark.usefixtures("annas_browser")
@pytest.mark.parametrize(
    ("alias", "passphrase"), [("anna", "fel lösenfras"), ("nobody", PASSPHRASE), ("", ""), ("x" * 10**5, "x" * 10**5)]
)
def test_a_wrong_sign_in_is_refused_and_stays_in_the_log(db, told, now, alias, passphrase):
    assert sign_in(db, alias, passphrase, at=now) is None
    about = "person:anna" if alias == "anna" else ""
    assert told("staff.sign_in_failed") == [("staff.sign_in_failed", "unknown", about, "refused")]


def test_somebody_who_never_enrolled_cannot_sign_in(db, anna, now):
    assert sign_in(db, "anna", "", at=now) is None


@pytest.mark.usefixtures("annas_browser")
def test_after_ten_wrong_guesses_even_the_right_passphrase_waits(db, now):
    for _ in range(MOST):
        assert sign_in(db, "anna", "fel lösenfras", at=now) is None
    assert sign_in(db, "anna", PASSPHRASE, at=now) is None
    assert is_annas(db, sign_in(db, "anna", PASSPHRASE, at=now + WINDOW), now + WINDOW)


def test_a_guesser_does_not_lock_out_the_browser_that_anna_used_before(db, annas_browser, now):
    for _ in range(MOST + 5):
        sign_in(db, "anna", "fel lösenfras", at=now)
    assert is_annas(db, sign_in(db, "anna", PASSPHRASE, at=now, cookie=annas_browser), now)


def test_a_browser_that_bo_used_is_a_stranger_to_anna(db, hire, annas_browser, now):
    hire("bo")
    with db.transaction() as session:
        link = make_link(session, by_alias(session, "bo"), at=now, by="operator")
    bos_browser = enrol(db, link, "bos egen lösenfras", at=now)
    for _ in range(MOST + 1):
        sign_in(db, "anna", "fel lösenfras", at=now, cookie=bos_browser)
    assert sign_in(db, "anna", PASSPHRASE, at=now, cookie=bos_browser) is None
    assert is_annas(db, sign_in(db, "anna", PASSPHRASE, at=now, cookie=annas_browser), now)


def test_a_guesser_does_not_stop_a_link(db, anna, now):
    for _ in range(MOST + 5):
        sign_in(db, "anna", "fel lösenfras", at=now)
    with db.transaction() as session:
        link = make_link(session, anna, at=now, by="operator")
    token = enrol(db, link, PASSPHRASE, at=now)
    assert is_annas(db, token, now)


@ON_ONE_DATABASE
@pytest.mark.usefixtures("annas_browser")
def test_signing_in_rightly_uses_no_tries_up(db, now):
    for _ in range(MOST + 5):
        assert sign_in(db, "anna", PASSPHRASE, at=now)


@pytest.mark.usefixtures("annas_browser")
def test_a_flood_of_guesses_does_not_flood_the_log(db, told, now):
    for _ in range(MOST + 10):
        sign_in(db, "anna", "fel lösenfras", at=now)
    assert len(told("staff.sign_in_failed")) == MOST
    assert len(told("staff.locked")) == 1


@pytest.mark.usefixtures("annas_browser")
def test_guesses_made_at_once_share_the_same_ten(db, told, now):
    start = Barrier(MOST + 6)

    def guess():
        start.wait()
        sign_in(db, "anna", "fel lösenfras", at=now)

    guessers = [Thread(target=guess) for _ in range(MOST + 6)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    assert len(told("staff.sign_in_failed")) == MOST
    assert len(told("staff.locked")) == 1


def test_every_door_that_opened_is_in_the_log(told, annas_browser):
    assert annas_browser
    assert told("staff.linked", "staff.enrolled", "staff.signed_in") == [
        ("staff.linked", "operator", "person:anna", "done"),
        ("staff.enrolled", "anna", "person:anna", "done"),
        ("staff.signed_in", "anna", "person:anna", "done"),
    ]
