"""The console with people at it: who is signed in, who wrote to the line, and what the log says afterwards."""

from __future__ import annotations

import json
import re
import secrets
import threading
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.cases.models import Case
from app.console.console import create_console
from app.db import Database
from app.escalation import engine
from app.intake.approach import Approach, Callback
from app.intake.by_hand import Entrance
from app.intake.reception import Desk, Received, receive
from app.staff import sessions
from app.staff.directory import by_alias
from app.vault.keyring import Keyring
from tests import people
from tests.browsers import Browser

PUBLIC_URL = "https://linjen.example.org"
PASSPHRASE = "fyra gula cyklar i regn"
NUMBER, MESSAGE = "+46701740650", "Min bror <b>Kalle</b> är hotad & rädd. <script>alert('x')</script>"


class HandSetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime, *, speed: float = 1.0) -> None:
        self.at = at
        self.speed = speed

    def now(self) -> datetime:
        return self.at

    def sleep_until(self, moment: datetime, *, woken_by: threading.Event, at_most: float) -> None:
        raise NotImplementedError


class Office:
    """On a Monday morning, with the cast on the staff and Anna on call."""

    def __init__(self, db: Database, keys: Path, *, public_url: str = PUBLIC_URL) -> None:
        self.db = db
        self.clock = HandSetClock(people.MONDAY)
        self.keyring = Keyring.load(keys, private=("rota", "duty", "index"))
        self.desk = Desk(rota=self.keyring.public("rota"), index_key=self.keyring.index_key)
        self.public_url = public_url
        self.face = create_console(db, self.clock, self.keyring, public_url=public_url, entrance=Entrance(self.desk))

    @property
    def now(self) -> datetime:
        return self.clock.at

    def later(self, **how_long: float) -> None:
        """Let time pass, with the engine at work."""
        self.clock.at += timedelta(**how_long)
        engine.play(self.db, at=self.now)

    def browser(self, alias: str | None = None) -> Browser:
        """A browser, with somebody signed in or nobody."""
        browser = Browser(self.face, base_url=self.public_url, follow_redirects=False)
        if alias:
            with self.db.transaction() as session:
                person = by_alias(session, alias)
                assert person
                token = sessions.begin(session, person, at=self.now)
            browser.cookies.set(self.face.state.site.cookie.wire_name, token)
        return browser

    def approach(self, **changed: object) -> Received:
        """Somebody fills in the form and wants to be called; the engine does what follows."""
        made = {
            "channel": "form",
            "source": secrets.token_hex(16),
            "language": "sv",
            "message": MESSAGE,
            "callback": Callback(wish="call", number=NUMBER, hours="any"),
        } | changed
        with self.db.transaction() as session:
            received = receive(session, self.desk, Approach(**made), at=self.now)
        engine.play(self.db, at=self.now)
        return received

    def case(self, received: Received) -> Case:
        """The case as it is now, with its facts at hand."""
        with self.db.reading() as session:
            case = session.get_one(Case, received.case_id)
            _ = (case.first_contact, case.closure, case.attempts, [hold.person.alias for hold in case.holds])
            _ = (case.standing, case.hold, case.assignments)
            return case

    def log(self, action: str) -> list[dict[str, object]]:
        """The log's entries of one kind, the oldest first."""
        with self.db.reading() as session:
            bodies = [json.loads(entry.body) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
        return [body for body in bodies if body["action"] == action]


def send(browser: Browser, path: str, **fields: str):
    """Send a form of ours."""
    return browser.post(path, data={"csrf": browser.word, **fields})


def take(browser: TestClient, reference: str):
    """Open the case and press the button."""
    page = browser.get(f"/console/cases/{reference}").text
    hidden = dict(re.findall(r'name="(csrf|shown)" value="([^"]+)"', page))
    return browser.post(f"/console/cases/{reference}/hold", data=hidden)
