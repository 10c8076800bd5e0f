"""Somebody who held the key to cases has left: whoever stayed replaces it in the console, and the old one is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.cases.facts import Grant
from app.check import holders
from app.db import Database
from app.errors import AlreadyTaken, BadInput
from app.keys import recovery, replacing
from app.keys.models import KeyReplacement
from app.keys.replacing import NobodyHolds
from app.keys.rotation import Rotation
from app.keys.status import findings, standings
from app.staff.keys_models import FormerHolder, RotaGrant
from app.vault.keyfiles import coming_in, files_in
from app.vault.keyring import Keyring
from app.vault.recovery import key_from, make_shares
from app.vault.sealed import Sealed
from tests.evidence import given_away, log
from tests.holding import KEYS, PASSPHRASES, enrol, held_by_staff, let_in, sign_in, sign_out
from tests.hotline import Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER
from tests.stories.test_staff_hold_the_key import _without

SECRET, LATER = "min lillebror Ismail vill hoppa av", "en helt ny historia"


@pytest.fixture
def line(hotline: Hotline) -> Hotline:
    held_by_staff(hotline)
    hotline.text_from(A_BORROWED_PHONE, SECRET)
    hotline.text_from("anna", "1")
    return hotline


def does(browser: TestClient, deed: str, **fields: str):
    """Somebody presses the button for this on the page about the key."""
    page = browser.get(KEYS).text
    form = page.partition(f'action="{KEYS}/{deed}"')[2]
    return browser.post(f"{KEYS}/{deed}", data=hidden_fields(form) | hidden_fields(page) | fields)


def replaces(browser: TestClient, alias: str):
    return does(browser, "generations", passphrase=PASSPHRASES[alias])


def in_use(line: Hotline) -> str:
    return Keyring.load(line.settings.keys_dir).public("rota").key_id


def readers(line: Hotline) -> set[str]:
    with line.db.reading() as session:
        return set(session.scalars(select(Grant.reader).where(Grant.reader.startswith("rota-"))))


def test_the_key_is_replaced_old_cases_are_sealed_anew_and_the_old_key_is_destroyed(line: Hotline):
    shares = make_shares()
    recovery.take_into_use(line.db, line.settings.keys_dir, shares, at=line.now, by="operator")
    anna, carin, bo = enrol(line, "anna"), enrol(line, "carin"), enrol(line, "bo")
    for alias in ("carin", "bo"):
        let_in(anna, alias, passphrase=PASSPHRASES["anna"])
    line.apply(_without("bo"))
    before = in_use(line)
    assert f'href="{KEYS}#replacement"' in carin.get("/console/").text, "it is offered by itself"

    assert "Lösenfrasen stämde inte" in does(carin, "generations", passphrase="fel lösenfras").text
    assert in_use(line) == before
    replaces(carin, "carin")
    after = in_use(line)
    assert after != before
    assert not [file for file in files_in(line.settings.keys_dir) if (file.kind, file.half) == ("rota", "key")]
    assert "bo kan inte längre" not in carin.get("/console/").text
    assert "håller på att bytas" in anna.get("/console/").text
    assert SECRET in line.at_the_desk(anna, "reveal", because="first_contact").text, "meanwhile everything opens"

    line.text_from(A_STRANGER, LATER)  # perhaps by a process that has not seen the new key: they look once a second
    assert before in readers(line) <= {before, after}
    assert re.search(r"Ärenden kvar att låsa om: [12]\b", anna.get(KEYS).text)
    assert does(bo, "portions").status_code == 401
    assert "Inget som går att öppna är låst med den gamla" in does(anna, "portions").text
    assert readers(line) == {after}
    assert f'action="{KEYS}/endings"' not in anna.get(KEYS).text, "the new key is younger than a minute"

    line.timeline.advance(61)
    does(anna, "endings", passphrase=PASSPHRASES["anna"])
    assert f'action="{KEYS}/generations"' in anna.get(KEYS).text, "the next one can be made"
    with line.db.reading() as session:
        assert set(session.scalars(select(RotaGrant.rota_key_id))) == {after}
        assert session.scalar(select(func.count()).select_from(FormerHolder)) == 0
        assert [one.held_by for one in standings(session, line.settings.keys_dir) if one.key.kind == "rota"] == [
            ["anna", "carin"]
        ]
    for reference, words in ((line.cases()[0].reference, SECRET), (line.cases()[1].reference, LATER)):
        csrf = {"csrf": hidden_fields(anna.get("/console/").text)["csrf"], "because": "first_contact"}
        anna.post(f"/console/cases/{reference}/hold", data=csrf)
        assert words in anna.post(f"/console/cases/{reference}/reveal", data=csrf).text
    told = [
        (entry["actor"], entry["action"]) for entry in log(line.db) if entry["action"] in REPLACING and _of_rota(entry)
    ]
    assert told == [("carin", "keys.rotated"), ("anna", "keys.resealed"), ("anna", "keys.destroyed")]
    assert set(recovery.restore(line.db, line.settings.keys_dir, _paper(shares), at=line.now, by="operator", to="anna"))
    assert given_away(line) == []


REPLACING = {"keys.rotated", "keys.resealed", "keys.destroyed"}


def _of_rota(entry) -> bool:
    return entry["facts"].get("kind") == "rota" and entry["purpose"] != "founding"


def _paper(shares):
    return key_from(paper.words for paper in shares.papers[1:])


@ON_ONE_DATABASE
def test_a_session_that_is_lost_in_the_middle_loses_nothing_and_a_colleague_can_go_on(line: Hotline):
    anna, carin = enrol(line, "anna"), enrol(line, "carin")
    let_in(anna, "carin", passphrase=PASSPHRASES["anna"])
    replaces(anna, "anna")
    page = anna.get(KEYS).text
    with line.db.transaction() as session:
        session.execute(text("DELETE FROM staff_session_keys"))  # as after twelve hours
    lost = anna.post(f"{KEYS}/portions", data=hidden_fields(page))
    assert lost.status_code == 422
    assert "Logga ut och in igen och gå vidare" in lost.text

    sign_out(anna)
    line.start()
    held_by_staff(line)
    carin = sign_in(line, "carin")
    does(carin, "portions")
    assert readers(line) == {in_use(line)}
    assert SECRET in line.at_the_desk(sign_in(line, "anna"), "reveal", because="first_contact").text


@ON_ONE_DATABASE
def test_of_two_who_replace_it_at_once_one_is_told_that_it_is_done(line: Hotline):
    anna, carin = enrol(line, "anna"), enrol(line, "carin")
    let_in(anna, "carin", passphrase=PASSPHRASES["anna"])
    both = {"anna": anna.get(KEYS).text, "carin": carin.get(KEYS).text}
    forms = {alias: hidden_fields(page) | {"passphrase": PASSPHRASES[alias]} for alias, page in both.items()}
    old = in_use(line)
    assert anna.post(f"{KEYS}/generations", data=forms["anna"]).status_code == 200
    first = in_use(line)
    with pytest.raises(AlreadyTaken):  # on a machine whose folder has not got the new key
        _replace_from_an_older_folder(line, old)
    assert in_use(line) == first
    with line.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(KeyReplacement)) == 1


def _replace_from_an_older_folder(line: Hotline, old: str) -> None:
    folder = line.folder / "another machine"
    folder.mkdir(mode=0o700)
    for file in files_in(line.settings.keys_dir):
        if file.kind != "rota" or file.key_id == old:
            (folder / file.path.name).write_bytes(file.path.read_bytes())
            (folder / file.path.name).chmod(0o600)
    replacing.replace(line.db, folder, at=line.now, by="carin")


@ON_ONE_DATABASE
def test_nobody_is_given_the_key_whom_the_reader_was_not_shown(line: Hotline):
    anna, _ = enrol(line, "anna"), enrol(line, "carin")
    seen = hidden_fields(anna.get(KEYS).text.partition(f'action="{KEYS}/generations"')[2])
    let_in(anna, "carin", passphrase=PASSPHRASES["anna"])
    before = in_use(line)
    refused = anna.post(f"{KEYS}/generations", data=seen | {"passphrase": PASSPHRASES["anna"]})
    assert "Listan över dem som får nyckeln ändrades" in refused.text
    assert in_use(line) == before
    assert coming_in(line.settings.keys_dir) == []


@ON_ONE_DATABASE
def test_a_key_that_nobody_holds_yet_is_not_replaced_by_one_that_nobody_would_hold(line: Hotline):
    with pytest.raises(NobodyHolds, match="Let somebody who works with cases sign in first"):
        list(Rotation(line.db, line.settings.keys_dir, "rota", line.now, "operator", staff_hold=True).run())
    assert SECRET in line.at_the_desk(enrol(line, "anna"), "reveal", because="first_contact").text


@ON_ONE_DATABASE
def test_what_a_power_cut_left_half_made_is_published_or_thrown_away(line: Hotline):
    anna = enrol(line, "anna")
    replaces(anna, "anna")
    (published,) = [file for file in files_in(line.settings.keys_dir) if (file.kind, file.generation) == ("rota", 2)]
    published.path.rename(published.coming)  # cut after the announcement, before the renaming
    replacing.settle(line.db, line.settings.keys_dir)
    assert in_use(line) == published.key_id

    with line.db.transaction() as session:
        session.execute(text("DELETE FROM key_generations WHERE generation = 2"))
    published.path.rename(published.coming)  # cut before the announcement
    replacing.settle(line.db, line.settings.keys_dir)
    assert in_use(line) != published.key_id
    assert coming_in(line.settings.keys_dir) == []


class BrokenAfterTheCommit(Database):
    """A database whose line breaks when the work is on the disk and nobody was told so yet."""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
        raise OperationalError("COMMIT", None, ConnectionResetError())


@ON_ONE_DATABASE
def test_a_key_that_was_announced_when_the_line_to_the_database_broke_is_published(line: Hotline):
    anna, folder = enrol(line, "anna"), line.settings.keys_dir
    db = BrokenAfterTheCommit(line.db.engine.url.render_as_string(hide_password=False))
    with pytest.raises(OperationalError):
        replacing.replace(db, folder, at=line.now, by="anna")
    db.close()
    with line.db.reading() as session:
        (replacement,) = session.scalars(select(KeyReplacement))
    assert in_use(line) == replacement.new_id
    assert does(anna, "portions").status_code == 200
    assert readers(line) == {replacement.new_id}
    assert coming_in(folder) == []


@ON_ONE_DATABASE
def test_a_case_that_is_damaged_is_said_aloud_and_keeps_no_old_key(line: Hotline):
    anna = enrol(line, "anna")
    with line.db.transaction() as session:
        grant = session.scalars(select(Grant).where(Grant.reader.startswith("rota-"))).one()
        lost, grant.box = grant.case_id, Sealed(grant.box.box[:-1] + b"?")
    replaces(anna, "anna")
    line.timeline.advance(61)
    with pytest.raises(BadInput, match="at /console/keys"):
        Rotation(line.db, line.settings.keys_dir, "rota", line.now, "operator", staff_hold=True).finish()
    stuck = does(anna, "portions")
    assert "är skadat och går inte att öppna" in stuck.text
    does(anna, "endings", passphrase=PASSPHRASES["anna"])
    with line.db.reading() as session:
        told = list(findings(session, line.settings.keys_dir, at=line.now, staff_hold=True))
    assert lost in next(each.what for each in told if each.serious)


@ON_ONE_DATABASE
def test_check_says_who_holds_the_key_and_what_an_operator_should_have_done(line: Hotline):
    def said(**later: float) -> list[str]:
        keyring, at = Keyring.load(line.settings.keys_dir), line.now + timedelta(**later)
        with line.db.reading() as session:
            about_keys = findings(session, line.settings.keys_dir, at=at, staff_hold=True)
            shown = [one.what for one in about_keys if "recovery shares" not in one.what]
        return shown + [one.what for one in holders.findings(line.settings, line.db, keyring)]

    assert ["still lies in the folder" in what for what in said()] == [True]
    anna, _, _ = enrol(line, "anna"), enrol(line, "carin"), enrol(line, "bo")
    assert [what.partition(":")[0] for what in said()] == ["anna alone can open cases"]
    for alias in ("carin", "bo"):
        let_in(anna, alias, passphrase=PASSPHRASES["anna"])
    assert said() == []
    assert [what for what in said(days=1500) if "the rota key is" in what and what.endswith("replace it")]
    line.apply(_without("bo"))
    assert ["bo could open cases and may no more" in what for what in said()] == [True]
    replaces(anna, "anna")
    assert ["cases are still sealed to the older" in what for what in said()] == [True]
    with line.db.transaction() as session:
        session.execute(text("DELETE FROM staff_rota_grants"))
    assert "nobody on the staff can open" in said()[-1]
    server = line.settings.model_copy(update={"rota_key": "server"})
    assert list(holders.findings(server, line.db, Keyring.load(line.settings.keys_dir))) == []
