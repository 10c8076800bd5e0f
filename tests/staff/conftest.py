from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.staff import people
from app.staff.directory import Directory, sealed_for
from app.staff.models import ChannelKind
from app.staff.roles import Role
from app.staff.signin import enrol, make_link
from app.vault.keyring import Keyring

PASSPHRASE = "hästar äter gärna äpplen"


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "keys"
    Keyring.create(folder)
    return Keyring.load(folder, private=("duty",))


@pytest.fixture
def directory(keyring):
    return Directory(keyring)


@pytest.fixture
def now():
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def hire(db, keyring, now):
    """A new handler, with a phone if one is given."""

    def hire(alias: str, phone: str | None = None):
        with db.transaction() as session:
            person = people.join(session, alias, at=now, by="operator")
            people.set_roles(session, person, [Role.HANDLER], at=now, by="operator")
            if phone:
                box_for = partial(sealed_for, address=phone, duty=keyring.public("duty"))
                people.set_channel(session, person, ChannelKind.PHONE, box_for, at=now, by="operator")
        return person

    return hire


@pytest.fixture
def anna(hire):
    return hire("anna", "+46701740605")


@pytest.fixture
def annas_browser(db, anna, now):
    """The token of a session that anna began with a fresh link and `PASSPHRASE`."""
    with db.transaction() as session:
        link = make_link(session, anna, at=now, by="operator")
    return enrol(db, link, PASSPHRASE, at=now)


@pytest.fixture
def told(db):
    """The log so far: what was done, by whom, about whom, with what result."""

    def told(*actions: str):
        with db.reading() as session:
            bodies = [json.loads(body) for body in session.scalars(select(AuditEntry.body).order_by(AuditEntry.id))]
        return [(b["action"], b["actor"], b["object"], b["result"]) for b in bodies if b["action"] in actions]

    return told
