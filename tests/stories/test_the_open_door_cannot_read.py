"""Promise 8: what faces the internet seals and cannot open; who steals the machine learns of nobody who called."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.cases.facts import Content, Grant
from app.cases.returning import RepeatTag
from app.errors import Misconfigured
from app.main import OPENED_BY, create_app
from app.settings import Surface
from app.vault.index import WaitingIndex, short_tag
from app.vault.keyring import Keyring
from tests.evidence import everything_kept
from tests.hotline import PUBLIC_URL, Hotline, hidden_fields
from tests.marks import ON_ONE_DATABASE
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER

MESSAGE = "min lillebror Ismail vill hoppa av"


@ON_ONE_DATABASE
def test_promise_8_the_public_door_receives_without_any_key_that_opens(hotline: Hotline):
    folder = shutil.copytree(hotline.settings.keys_dir, hotline.folder / "public")
    for path in folder.glob("*.key"):
        if not path.name.startswith("index."):
            path.unlink()
    settings = hotline.settings.model_copy(update={"keys_dir": folder, "surfaces": (Surface.PUBLIC,)})
    door = TestClient(create_app(settings, clock=hotline.clock, database=hotline.db), base_url=PUBLIC_URL)
    form = hidden_fields(door.get("/sv/contact").text)["nonce"]
    assert door.post("/sv/contact", data={"nonce": form, "contact": "none", "message": MESSAGE}).status_code == 200
    assert hotline.case()


@pytest.mark.parametrize("surface", [Surface.PUBLIC, Surface.CARRIER])
@ON_ONE_DATABASE
def test_promise_8_no_door_to_the_outside_holds_the_key_to_a_case(hotline: Hotline, surface: Surface):
    keyring = Keyring.load(hotline.settings.keys_dir, private=OPENED_BY[surface])
    assert not keyring.holds("rota")
    with pytest.raises(Misconfigured):
        keyring.private("rota")


def test_promise_8_database_and_disk_hold_no_number_and_no_word_of_anybody_who_asked_for_help(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.call_from(ANOTHER_STRANGER).hang_up()
    hotline.fill_in_form(contact="call", number=A_BORROWED_PHONE, hours="any", message=MESSAGE)
    kept = everything_kept(hotline.db)
    assert hotline.cases()[0].reference.encode() in kept
    for number in (A_STRANGER, ANOTHER_STRANGER, A_BORROWED_PHONE):
        assert number[3:].encode() not in kept
    for word in ("Ismail", "lillebror", "hoppa av"):
        assert word.encode() not in kept


@ON_ONE_DATABASE
def test_promise_8_trying_every_number_there_is_against_the_index_on_disk_singles_out_nobody(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    key = Keyring.load(hotline.settings.keys_dir, private=("index",)).index_key
    with hotline.db.reading() as session:
        (tag,) = session.scalars(select(RepeatTag))
    fitting = [number for number in range(1000, 3000) if short_tag(key, f"+4670174{number}") == tag.short]
    assert len(fitting) > 1, "many numbers fit, so that none is told apart"
    assert WaitingIndex().tag(A_STRANGER, at=hotline.now) != tag.full, "the full one needs a secret no disk has"


@ON_ONE_DATABASE
def test_promise_8_what_recognises_a_caller_is_gone_when_there_is_contact(hotline: Hotline):
    hotline.text_from(A_STRANGER, MESSAGE)
    hotline.text_from("anna", "1")
    hotline.record_contact("anna")
    with hotline.db.reading() as session:
        assert session.scalars(select(RepeatTag.full)).all() == [None]


@ON_ONE_DATABASE
def test_promise_8_each_case_is_sealed_to_a_key_of_its_own(hotline: Hotline):
    for number in (A_STRANGER, ANOTHER_STRANGER):
        hotline.text_from(number, MESSAGE)
    with hotline.db.reading() as session:
        assert len({content.box.key_id for content in session.scalars(select(Content))}) == 2
        assert {grant.box.key_id[:5] for grant in session.scalars(select(Grant))} == {"rota-"}
