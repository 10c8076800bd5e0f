"""Each deed says who, as what, about whom, why, how it went, under which build and programme; or does not happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.audit.actions import ACTIONS
from app.audit.log import NOT_STAFF
from app.db import Database
from app.staff.roles import Role
from tests.busy_day import Day, day
from tests.evidence import log
from tests.hotline import Hotline, hidden_fields
from tests.people import A_STRANGER

__all__ = ["day"]

A_BUSY_DAY = pytest.mark.xdist_group("a busy day")
NAMELESS = {"v", "at", "actor", "role", "action", "object", "purpose", "result", "build", "programme", "facts"}
ABOUT_A_CASE = re.compile(
    r"(case|contact|screening|consent|danger|note|disclosure|child|route|permission|approach|step|message)\."
)
BY_PIECES = {"message.accepted", "message.delivered", "message.failed", "senior.reached", "senior.missed"}
"""Names that the source puts together: `message.{state}`, `senior.{how}`."""

MESSAGE = "grannen under oss har hört allting"


@A_BUSY_DAY
def test_every_entry_of_a_busy_day_says_all_that_it_has_to(day: Day) -> None:
    programmes = 0
    for entry in log(day.db):
        roles = set(entry["role"].split("+"))
        programmes = max(programmes, entry["facts"].get("version", 0) if entry["action"] == "programme.applied" else 0)
        assert entry.keys() == NAMELESS
        assert all(entry[name] for name in ("v", "at", "actor", "role", "action", "result", "build")), entry
        assert roles <= {*Role, *NOT_STAFF, "unknown"}, entry
        assert entry["actor"] not in NOT_STAFF or entry["role"] == entry["actor"], entry
        assert 0 <= entry["programme"] <= programmes, entry
        if entry["action"] in ("case.revealed", "case.glass_broken", "disclosure.read", "log.exported"):
            assert entry["purpose"] or entry["actor"] == "operator", entry
    assert programmes > 1


@A_BUSY_DAY
def test_what_happens_to_a_case_or_in_it_names_which(day: Day) -> None:
    nowhere = {entry["action"] for entry in log(day.db) if not entry["object"] and ABOUT_A_CASE.match(entry["action"])}

    assert nowhere <= {"case.listed"}


def test_every_kind_of_deed_is_written_by_somebody() -> None:
    source = "".join(path.read_text("utf-8") for path in Path("app").rglob("*.py") if path.name != "actions.py")
    written = {name for name in ACTIONS if f'"{name}"' in source}

    assert sorted(ACTIONS.keys() - written - BY_PIECES) == []


@contextmanager
def nothing_can_be_logged(db: Database) -> Iterator[None]:
    """The log's disk is full: no entry is taken."""
    refuse = "BEFORE INSERT ON audit_entries"
    with db.transaction() as session:
        if db.is_sqlite:
            session.execute(text(f"CREATE TRIGGER full {refuse} BEGIN SELECT RAISE(ABORT, 'disk full'); END"))
        else:
            body = "BEGIN RAISE EXCEPTION 'disk full'; END"
            session.execute(text(f"CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
            session.execute(text(f'CREATE TRIGGER "full" {refuse} FOR EACH ROW EXECUTE FUNCTION full()'))
    yield
    with db.transaction() as session:
        session.execute(text('DROP TRIGGER "full"' + ("" if db.is_sqlite else " ON audit_entries")))


def test_what_cannot_be_logged_is_neither_shown_nor_done(hotline: Hotline) -> None:
    hotline.fill_in_form(contact="call", number=A_STRANGER, hours="any", message=MESSAGE)
    hotline.work()
    anna, dag, eva = hotline.sign_in("anna"), hotline.sign_in("dag"), hotline.sign_in("eva")
    ours = f"/console/cases/{hotline.case().reference}"
    word = {"csrf": hidden_fields(anna.get("/console/").text)["csrf"]}
    reveal = word | {"because": "first_contact", "what": "number"}
    anna.post(f"{ours}/hold", data=word)
    for browser in (anna, dag, eva):
        browser._transport.raise_server_exceptions = False  # type: ignore[attr-defined]

    shows = {anna: ["/console/", ours, "/console/roster"], dag: ["/console/statistics"], eva: ["/console/log"]}
    answers = []
    entries = len(log(hotline.db))
    with nothing_can_be_logged(hotline.db):
        answers += [browser.get(path) for browser, paths in shows.items() for path in paths]
        answers += [anna.post(f"{ours}/{deed}", data=reveal) for deed in ("reveal", "letters/reading", "release")]
        answers += [hotline.doors.post("/sv/contact", data={"nonce": hotline.open_form(), "contact": "none"})]
    with hotline.commits_fail():
        answers += [anna.get(ours), anna.post(f"{ours}/reveal", data=reveal)]

    assert [answer.status_code for answer in answers if answer.status_code < 500] == []
    assert not [answer for answer in answers if MESSAGE in answer.text or hotline.case().reference in answer.text]
    assert len(log(hotline.db)) == entries
    assert hotline.case().hold is not None
    assert anna.get(ours).status_code == 200
