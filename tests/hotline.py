"""The whole line in one test: the real doors, the real engine, the real carrier client, a simulated telephone company.

Time is the telephone company's and moves only when told to. Webhooks go straight into the app; what the
product asks of the carrier goes over a real socket.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import uvicorn
from httpx2 import Response
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.cases.models import Case
from app.console.attendant import Attendant
from app.db import Database
from app.escalation import engine
from app.escalation.models import StepTaken
from app.intake import drawn
from app.main import create_app
from app.notifications import outbox
from app.programme.apply import apply, read
from app.settings import Surface, settings_from
from app.simulator import Account, Exchange, ManualTimeline, create_rest
from app.simulator.debugger import Posted
from app.simulator.faults import FOREVER
from app.simulator.numbers import new_sid
from app.simulator.phones import Phone
from app.simulator.posting import Answer, sign
from app.simulator.texts import Message
from app.staff.directory import Directory, by_alias
from app.staff.signin import make_link
from app.vault.keyring import Keyring
from app.worker import Worker, worker_for
from tests import first_day, people
from tests.browsers import Browser, hidden_fields

PUBLIC_URL = "https://linjen.example.org"
ACCOUNT = Account("AC" + "0" * 32, "the-token-of-the-account")
TO_PRESS_STAR = 1.0
"""Seconds in which a caller may say that they will not wait, before the first telephone rings and between two."""
PASSPHRASE = "fyra gula cyklar i regn"


class LineClock:
    """The telephone company's time is everybody's time."""

    speed = 1.0

    def __init__(self, timeline: ManualTimeline) -> None:
        self._timeline = timeline

    def now(self) -> datetime:
        return self._timeline.now()


class _Plugged:
    """Whichever telephone company is plugged in: its API is built once, and keeps no company of an earlier test."""

    exchange: Exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.exchange, name)


class Switchboard:
    """One real server for all tests of a process; each test plugs its own telephone company in."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self._company = _Plugged()
        self._rest = create_rest(cast(Exchange, self._company))
        self._server = uvicorn.Server(uvicorn.Config(self, port=0, log_config=None, access_log=False, lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def plug_in(self, exchange: Exchange) -> None:
        """From now on whoever calls this server speaks with this telephone company."""
        self._company.exchange = exchange
        self.app = self._rest

    @contextmanager
    def open(self) -> Iterator[Switchboard]:
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)
        yield self
        self._server.should_exit = True
        self._thread.join()

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"


class Hotline:
    """What a test says: who calls, what they press, how much time passes, whose phone rings."""

    def __init__(self, db: Database, switchboard: Switchboard, folder: Path) -> None:
        self.db = db
        self.folder = folder
        self.switchboard = switchboard
        self.timeline = ManualTimeline(people.MONDAY)
        self.clock = LineClock(self.timeline)
        self.traffic: list[str] = []
        self.settings = settings_from(
            env_file=None,
            database_url=db.engine.url.render_as_string(hide_password=False),
            keys_dir=folder / "keys",
            public_url=PUBLIC_URL,
            twilio_account_sid=ACCOUNT.sid,
            twilio_auth_token=ACCOUNT.auth_token,
            twilio_api_url=switchboard.url,
            second_factor="offered",
        )
        (folder / "programme.toml").write_text(people.PROGRAMME)
        first_day.live(db, folder / "keys", self._found)
        self.exchange = Exchange(ACCOUNT, timeline=self.timeline, post=self._post, pace=0)
        self.exchange.sell_line(
            people.LINE,
            voice_url=f"{PUBLIC_URL}/carrier/voice",
            sms_url=f"{PUBLIC_URL}/carrier/sms",
            status_url=f"{PUBLIC_URL}/carrier/voice/status",
        )
        for number in people.NUMBERS.values():
            self.exchange.phone(number)
        switchboard.plug_in(self.exchange)
        self.start()

    def _found(self) -> None:
        Keyring.create(self.folder / "keys")
        self.apply(people.PROGRAMME)

    # processes

    def start(self) -> None:
        """Start the doors and an engine, as after a restart: nothing is kept in memory."""
        self.app = create_app(self.settings, clock=self.clock, database=self.db)
        self.index_key = self.app.surfaces[Surface.PUBLIC].state.desk.index_key
        attending = self.app.surfaces[Surface.CONSOLE].state.site.attending
        assert attending
        self.attendant: Attendant = attending.attendant
        self.doors = Browser(self.app, base_url=PUBLIC_URL, raise_server_exceptions=False)
        self.engine: Worker | None = worker_for(self.settings, self.db, self.clock)

    def kill_the_engine(self) -> None:
        """The engine is gone, in the middle of whatever it did."""
        self.engine = None

    def restart(self) -> None:
        """Every process ends and starts again."""
        self.start()
        self.work()

    @contextmanager
    def another_engine(self) -> Iterator[Worker]:
        """A second engine beside the first, with its own connections, as in another process."""
        database = Database(self.db.engine.url.render_as_string(hide_password=False))
        try:
            yield worker_for(self.settings, database, self.clock)
        finally:
            database.close()

    @contextmanager
    def commits_fail(self, times: int = FOREVER) -> Iterator[None]:
        """The database takes everything in and cannot write it down, as when its disk is full."""
        failures = iter(range(times))

        def refuse(_connection: object) -> None:
            if next(failures, None) is not None:
                raise OperationalError("COMMIT", None, OSError("no space left on device"))

        event.listen(self.db.engine, "commit", refuse)
        try:
            yield
        finally:
            event.remove(self.db.engine, "commit", refuse)

    def apply(self, programme: str) -> None:
        """Bring a programme file in."""
        path = self.folder / "programme.toml"
        path.write_text(programme)
        keyring = Keyring.load(self.folder / "keys", private=("duty",))
        with self.db.transaction() as session:
            apply(
                session,
                read(path),
                at=self.clock.now(),
                by="operator",
                duty=keyring.public("duty"),
                directory=Directory(keyring),
            )

    # time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def work(self) -> None:
        """Let the engine do whatever is due now, and the telephone company what follows from it."""
        self.timeline.settle()
        while self._everything_due():
            pass

    def _everything_due(self) -> int:
        """The engine's deeds, the texts and calls it sends, and what the console does about calls; how many."""
        done = self.attendant.attend(self.now)
        if self.engine:
            done += engine.play(self.db, at=self.now).deeds
            done += self.engine.courier.deliver()
            done += sum(postman.deliver() for postman in self.engine.postmen)
        self.timeline.settle()
        return done

    def fast_forward(self, **how_long: float) -> None:
        """Let time pass, stopping wherever something is due."""
        until = self.now + timedelta(**how_long)
        self.work()
        while (moment := self._next_moment()) and moment <= until:
            self.timeline.advance(max(0.0, (moment - self.now).total_seconds()) + 0.001)
            self.work()
        self.timeline.advance(max(0.0, (until - self.now).total_seconds()))
        self.work()

    def wait_until(self, moment: datetime) -> None:
        """Time passes at the telephone company alone; no engine looks until somebody lets it work."""
        self.timeline.advance((moment - self.now).total_seconds())

    def _next_moment(self) -> datetime | None:
        moments = [self.timeline.next_due()]
        if self.engine:
            with self.db.reading() as session:
                moments += [engine.next_at(self.db), outbox.next_to_send(session)]
        return min((moment for moment in moments if moment), default=None)

    # people outside

    @property
    def staff_numbers(self) -> set[str]:
        return set(people.NUMBERS.values())

    def phone(self, number: str) -> Phone:
        return self.exchange.phone(people.NUMBERS.get(number, number))

    def call_from(self, number: str, *, withheld: bool | str = False) -> Phone:
        """Somebody calls the line and hears the first words; the engine has not woken yet."""
        phone = self.exchange.phone(number)
        phone.call(people.LINE, withheld=withheld)
        return phone

    def caller_waiting(self, number: str, *, withheld: bool = False) -> Phone:
        """Somebody calls, takes the first language and says it is about themselves; the first handler's phone rings."""
        caller = self.call_from(number, withheld=withheld)
        caller.press("1")
        caller.press("1")
        self.timeline.advance(TO_PRESS_STAR)
        return caller

    def caller_in_vain(self, number: str, *, withheld: bool = False) -> Phone:
        """The same, but every telephone rings out, and they are asked whether we may call back."""
        caller = self.caller_waiting(number, withheld=withheld)
        self.everybody_rings_out()
        return caller

    def everybody_rings_out(self) -> None:
        """Nobody answers the call that is waiting, until the caller is asked whether we may call back."""
        already = len(self.traffic)
        while not any("callback/chosen" in posted for posted in self.traffic[already:]):
            assert self.exchange.timeline.next_due(), "the caller was never asked"
            self.fast_forward(seconds=5)

    def text_from(self, number: str, body: str) -> None:
        """Somebody texts the line; the engine does what follows."""
        self.exchange.phone(people.NUMBERS.get(number, number)).text(people.LINE, body)
        self.work()

    def open_form(self, *, language: str = "sv") -> str:
        """Somebody opens the form, and is done a minute later; returns what makes sending it twice one approach.

        No time passes: the form says that it was drawn a minute ago.
        """
        assert hidden_fields(self.doors.get(f"/{language}/contact").text)["nonce"]
        return drawn.mark(self.index_key, at=self.now - timedelta(minutes=1))

    def send_form(self, form: str, *, language: str = "sv", **answers: str) -> str:
        """Somebody sends an opened form; returns the page they see."""
        return self.doors.post(f"/{language}/contact", data={"nonce": form, **answers}).text

    def fill_in_form(self, *, language: str = "sv", **answers: str) -> str:
        """Somebody opens the form, fills it in and sends it; returns the page they see."""
        return self.send_form(self.open_form(language=language), language=language, **answers)

    def open_mailbox(self, receipt: str, *, language: str = "en") -> str:
        """Somebody types a receipt; returns the page they see."""
        return self.doors.post(f"/{language}/mailbox", data={"receipt": receipt}).text

    # what is true afterwards

    def cases(self) -> list[Case]:
        """Every case, the oldest first, with its facts at hand."""
        with self.db.reading() as session:
            found = list(session.scalars(select(Case).order_by(Case.opened_at)))
            for case in found:
                _ = (case.approaches, case.attempts, case.permissions)
                _ = [one.person.alias for one in (*case.holds, *case.assignments)]
                _ = (case.first_contact, case.breach, case.closure, case.danger, case.join)
            return found

    def case(self) -> Case:
        """The only case."""
        (case,) = self.cases()
        return case

    def numbers_reached(self) -> set[str]:
        """Every number that the line has called or texted."""
        texts = (text.to for text in self.exchange.messages.kept.values() if text.direction != "inbound")
        calls = (leg.to for leg in self.exchange.legs.values() if leg.direction != "inbound")
        return {*texts, *calls}

    def steps(self) -> list[StepTaken]:
        """Every step of a ladder that was taken, in order."""
        with self.db.reading() as session:
            return list(session.scalars(select(StepTaken).order_by(StepTaken.ran_at, StepTaken.due_at)))

    def record_contact(self, alias: str, outcome: str = "reached") -> None:
        """A handler says how the attempt went, at the desk."""
        with self.db.transaction() as session:
            case = session.get_one(Case, self.case().id)
            person = by_alias(session, alias)
            assert person
            case.record_attempt(by=person, at=self.now, channel="call", outcome=outcome)
        self.work()

    def sign_in(self, alias: str) -> Browser:
        """A browser in which this member of staff is signed in."""
        browser = Browser(self.app, base_url=PUBLIC_URL, follow_redirects=True)
        with self.db.transaction() as session:
            person = by_alias(session, alias)
            assert person
            token = make_link(session, person, at=self.now, by="operator")
        page = browser.get(f"/console/enrol/{token}").text
        fields = hidden_fields(page) | {"passphrase": PASSPHRASE}
        answer = browser.post(f"/console/enrol/{token}", data=fields)
        assert answer.status_code == 200, answer.text
        browser.read_word(answer.text)
        return browser

    def at_the_desk(self, browser: Browser, deed: str, **fields: str) -> Response:
        """Whoever is signed in does something with the only case: hold, release, reveal, attempts, closure."""
        word = {"csrf": browser.word}
        return browser.post(f"/console/cases/{self.case().reference}/{deed}", data=word | fields)

    def deliver_again(self, posted: Posted) -> Answer:
        """The telephone company posts a webhook once more, as it did the first time; returns what it is answered."""
        return Answer(*self._post(posted.url, posted.params, posted.headers))

    def signed_text(self, number: str, body: str) -> Posted:
        """A text as the telephone company would post it, to be delivered whenever a test likes."""
        sender, line = people.NUMBERS.get(number, number), self.exchange.lines[people.LINE]
        now = self.now
        params = Message(new_sid("SM"), "inbound", sender, line.number, body, "received", now, now).arrival(ACCOUNT.sid)
        headers = {"X-Twilio-Signature": sign(ACCOUNT.auth_token, line.sms_url, params)}
        return Posted(now, line.sms_url, params, headers, Answer(0, "", ""))

    def _post(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, str, str]:
        answer = self.doors.post(url, data=dict(params), headers=dict(headers), follow_redirects=False)
        self.traffic.append(f"{url} {dict(params)} -> {answer.status_code} {answer.text}")
        return answer.status_code, answer.headers.get("content-type", ""), answer.text
