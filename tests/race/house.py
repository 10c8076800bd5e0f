"""Two web processes on one database, and two people who do something in the same instant, one at each.

Real processes, each with its own connections; the time is the wall's, as it would be. Nothing is sent anywhere:
there is no engine, and what is to be told to staff stays in the outbox.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from app.cases.facts import Approach
from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.main import create_app
from app.notifications.models import Notification
from app.settings import Settings, Surface, settings_from
from app.simulator.numbers import new_sid
from app.staff.directory import by_alias
from app.staff.signin import make_link
from tests import desk
from tests.browsers import Browser
from tests.crash.processes import Running, fork
from tests.doorways import FORM, signed
from tests.hotline import ACCOUNT, PASSPHRASE, PUBLIC_URL, hidden_fields
from tests.people import A_STRANGER, LINE, PROGRAMME
from tests.ports import free_port, until_somebody_listens

AT_ONCE = PROGRAMME.replace('page = ["on-call"]\nby = ["sms", "push"]', 'page = ["backup"]\nby = ["call"]', 1)
"""Everything is as usual, except that Bo, the backup, is called about a case at once."""


@dataclass(frozen=True)
class Said:
    """What one of the two was answered."""

    status: int
    body: str
    location: str = ""


class TwoDoors:
    """The same house twice, at two ports."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.clock = WallClock()
        desk.employ(db, folder, AT_ONCE, at=self.now)
        self.settings: Settings = settings_from(
            env_file=None,
            database_url=db.engine.url.render_as_string(hide_password=False),
            keys_dir=folder / "keys",
            public_url=PUBLIC_URL,
            second_factor="offered",
            twilio_account_sid=ACCOUNT.sid,
            twilio_auth_token=ACCOUNT.auth_token,
        )
        self.ports = (free_port(), free_port())
        self.here = Browser(create_app(self.settings, database=db), base_url=PUBLIC_URL)
        """The house once more, in this process, for whatever is no race."""

        self._calls = 0
        self._barrier = threading.Barrier(2)
        self._two = ThreadPoolExecutor(2)

    @contextmanager
    def open(self) -> Iterator[TwoDoors]:
        """Both processes run as long as the block does."""
        processes = [self._start(port) for port in self.ports]
        try:
            for port in self.ports:
                until_somebody_listens(port)
            yield self
        finally:
            self._two.shutdown()
            for process in processes:
                process.terminate()
            for process in processes:
                process.join(20)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at_the_same_instant(self, *deeds: Callable[[int], Said]) -> list[Said]:
        """Each does theirs at a door of their own, when both stand ready."""

        def ready(port: int, deed: Callable[[int], Said]) -> Said:
            self._barrier.wait(timeout=20)
            return deed(port)

        return list(self._two.map(ready, self.ports, deeds))

    def a_caller(self) -> str:
        """Somebody calls and waits; returns the id of the approach. The two processes take turns."""
        self._calls += 1
        source = new_sid("CA")
        said = self.webhook(self.ports[self._calls % 2], "/carrier/voice", CallSid=source, From=_hidden(self._calls))
        assert said.status == 200, said
        with self.db.reading() as session:
            return session.scalars(select(Approach.id).where(Approach.source == source)).one()

    def a_page(self, approach_id: str) -> str:
        """The engine has Bo called about this caller's case; returns the page's id."""
        engine.play(self.db, at=self.now)
        with self.db.reading() as session:
            case_id = session.get_one(Approach, approach_id).case_id
            pages = select(Notification.id).where(Notification.case_id == case_id, Notification.channel == "call")
            return session.scalars(pages).one()

    def webhook(self, port: int, path: str, **told: str) -> Said:
        """Post what the telephone company would, signed."""
        params = {"AccountSid": ACCOUNT.sid, "To": LINE, "CallStatus": "in-progress", **told}
        headers = signed(PUBLIC_URL + path, params)
        return _post(port, path, params, headers)

    def presses(self, path: str, digit: str = "1") -> Callable[[int], Said]:
        """A key on a phone that was called about `path`."""
        sid = new_sid("CA")
        return lambda port: self.webhook(port, f"{path}/key", CallSid=sid, From=LINE, Digits=digit)

    def sign_in(self, alias: str) -> None:
        """The browser of this process is theirs from now on."""
        with self.db.transaction() as session:
            token = make_link(session, desk.named(session, alias), at=self.now, by="operator")
        page = self.here.get(f"/console/enrol/{token}").text
        self.here.post(f"/console/enrol/{token}", data=hidden_fields(page) | {"passphrase": PASSPHRASE})

    def takes_at_the_desk(self, reference: str) -> Callable[[int], Said]:
        """Who is signed in presses the button on the case's page, which shows it as waiting."""
        path = f"/console/cases/{reference}"
        fields = hidden_fields(self.here.get(path).text)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.here.cookies.jar)
        headers = {"cookie": cookies, "content-type": FORM, "origin": PUBLIC_URL}
        return lambda port: _post(port, f"{path}/hold", fields, headers)

    def id_of(self, alias: str) -> str:
        with self.db.reading() as session:
            person = by_alias(session, alias)
            assert person
            return person.id

    def _start(self, port: int) -> Running:
        settings = self.settings.model_copy(update={"surfaces": (Surface.CARRIER, Surface.CONSOLE)})
        return fork(settings, port, doors=True)


def _hidden(nth: int) -> str:
    """Every third caller shows a number, so that some join the case that number has and most open one."""
    return A_STRANGER if nth % 3 == 0 else "Anonymous"


def _post(port: int, path: str, fields: dict[str, str], headers: dict[str, str]) -> Said:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("POST", path, urlencode(fields), {"host": "linjen.example.org", **headers})
        answer = line.getresponse()
        return Said(answer.status, answer.read().decode(), answer.headers.get("location", ""))
    finally:
        line.close()
