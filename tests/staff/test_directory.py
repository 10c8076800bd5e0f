from __future__ import annotations

import logging
from functools import partial

import pytest
from sqlalchemy import select

from app.errors import Misconfigured
from app.staff import people
from app.staff.directory import Directory, by_alias, everyone, sealed_for
from app.staff.models import Channel, ChannelKind
from app.vault.keyring import Keyring
from app.vault.sealed import Sealed


def test_a_number_is_opened_for_whoever_holds_the_duty_key(db, directory, anna):
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740605"
        assert directory.email_of(session, by_alias(session, "anna")) is None


def test_without_the_duty_key_people_are_found_and_numbers_are_not(db, anna, tmp_path):
    Keyring.create(tmp_path / "keys")
    public_only = Directory(Keyring.load(tmp_path / "keys"))
    with db.reading() as session:
        assert [person.alias for person in public_only.everyone(session)] == ["anna"]
        with pytest.raises(Misconfigured):
            public_only.phone_of(session, public_only.by_alias(session, "anna"))


def test_a_text_from_a_handlers_number_is_the_handlers(db, directory, hire):
    hire("anna", "+46701740605")
    hire("bo", "+46701740606")
    hire("carin")
    with db.reading() as session:
        assert directory.person_with_number(session, "+46701740606").alias == "bo"
        assert directory.person_with_number(session, "+46701740607") is None


def test_a_hidden_number_is_not_that_of_a_colleague_without_a_phone(db, directory, hire):
    hire("carin")
    with db.reading() as session:
        assert directory.person_with_number(session, "") is None


def test_who_left_is_neither_found_nor_recognised(db, directory, anna, now):
    with db.transaction() as session:
        people.leave(session, by_alias(session, "anna"), at=now, by="operator")
    with db.reading() as session:
        assert everyone(session) == []
        assert by_alias(session, "anna") is None
        assert directory.person_with_number(session, "+46701740605") is None


def test_one_damaged_box_hides_one_person_and_says_so_without_the_number(db, directory, hire, caplog):
    hire("anna", "+46701740605")
    hire("bo", "+46701740606")
    with db.transaction() as session:
        channel = by_alias(session, "anna").channel(ChannelKind.PHONE)
        channel.box = Sealed(channel.box.box[:-1] + b"?")
    with caplog.at_level(logging.ERROR), db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) is None
        assert directory.person_with_number(session, "+46701740606").alias == "bo"
    assert "does not open" in caplog.text
    assert "4670" not in caplog.text


def test_a_box_moved_to_another_person_does_not_open_there(db, directory, hire):
    hire("anna", "+46701740605")
    hire("bo", "+46701740606")
    with db.transaction() as session:
        annas = by_alias(session, "anna").channel(ChannelKind.PHONE)
        by_alias(session, "bo").channel(ChannelKind.PHONE).box = annas.box
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "bo")) is None


def test_a_box_is_opened_once_and_a_replaced_one_anew(db, directory, keyring, anna, now):
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740605"
    box_for = partial(sealed_for, address="+46701740650", duty=keyring.public("duty"))
    with db.transaction() as session:
        people.set_channel(session, by_alias(session, "anna"), ChannelKind.PHONE, box_for, at=now, by="operator")
    with db.reading() as session:
        assert directory.phone_of(session, by_alias(session, "anna")) == "+46701740650"


def test_no_number_lies_in_a_row(db, anna):
    with db.reading() as session:
        (box,) = session.scalars(select(Channel.box))
    assert b"740605" not in box.box
