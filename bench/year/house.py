"""The line of the year: the harness of the stories, with its sockets taken out."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, cast

from sqlalchemy import event
from starlette.types import ASGIApp

from app.console.attendant import Attendant
from app.db import Database
from app.equipment import courier_for, first_carrier, lookout_for
from app.escalation import engine
from app.main import create_app
from app.notifications import outbox
from app.notifications.models import ON_ITS_WAY
from app.settings import Surface
from app.simulator import Exchange, create_rest
from app.simulator.phones import Phone
from app.telephony.twilio import TwilioCarrier
from app.vault.keyring import Keyring
from app.worker import OPENED, Worker, worker_for
from bench.year.programme import STAFF
from bench.year.wire import Cable, Door
from tests import people
from tests.hotline import Hotline, Switchboard

KEPT_FOR: Final = timedelta(days=3)
"""The telephone company forgets what is older; it would otherwise keep a million calls and texts in memory."""

ATTENDS_EVERY: Final = timedelta(seconds=5)
"""How often the console looks at a conversation in which nothing was heard of."""

_A_MOMENT: Final = 0.001
_IN_SIGHT: Final = (
    f"SELECT (SELECT min(next_at) FROM escalations), EXISTS (SELECT 1 FROM notifications WHERE {ON_ITS_WAY})"
)


class Company:
    """Where the telephone company is reached: a name instead of a port."""

    url = "https://carrier.example.org"

    def plug_in(self, exchange: Exchange) -> None:
        """From now on this one answers."""
        self.door = Door(cast(ASGIApp, create_rest(exchange)))


class House(Hotline):
    """The whole line, whose time goes from one moment at which anything happens to the next."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.company = Company()
        self.bridging_until: datetime | None = None
        """Until when there may be a conversation that the console has to attend to."""

        self.asked_last: dict[str, str] = {}
        """What each call to the line was asked last, by the carrier's id of the call: the path of the webhook."""

        self.forms: Counter[int] = Counter()
        """What the public door answered to forms that were sent, by status: 200 is a receipt."""

        self._commits = 0
        self._known: tuple[int, datetime | None, datetime | None] = (-1, None, None)
        self._attended: tuple[int, datetime] = (-1, people.MONDAY)
        self._came_in: set[str] = set()
        self._sought: set[str] = set()
        self._on_staff: list[tuple[datetime, frozenset[str]]] = []

        super().__init__(db, cast(Switchboard, self.company), folder)
        event.listen(db.engine, "commit", self._count)
        self.traffic = cast("list[str]", deque(maxlen=400))
        for number in STAFF.values():
            self.exchange.phone(number)

    def start(self) -> None:
        """Start the doors and an engine, as after a restart: nothing is kept in memory."""
        self.app = create_app(self.settings, clock=self.clock, database=self.db)
        attending = self.app.surfaces[Surface.CONSOLE].state.site.attending
        self.attendant: Attendant = attending.attendant
        self._wire(cast(TwilioCarrier, self.attendant.outside.carrier))
        self.door = Door(self.app)
        self.engine: Worker | None = self.an_engine()

    def an_engine(self) -> Worker:
        """As `worker_for` builds it; what it asks of the telephone company goes by cable."""
        keyring = Keyring.load(self.settings.keys_dir, private=OPENED)
        first = self._wire(first_carrier(self.settings, self.db))
        by_socket = worker_for(self.settings, self.db, self.clock)
        by_socket.courier.close()
        return replace(
            by_socket,
            courier=courier_for(self.settings, self.db, self.clock, keyring, first),
            lookout=lookout_for(self.settings, self.db, self.clock, keyring, first.records),
        )

    def _count(self, _connection: object) -> None:
        self._commits += 1

    def _wire(self, carrier: TwilioCarrier) -> TwilioCarrier:
        carrier.wire.client.http_client.session.mount(self.company.url, Cable(self.company.door))
        return carrier

    def apply(self, programme: str) -> None:
        """Bring a programme file in."""
        super().apply(programme)
        self._on_staff.append((self.now, frozenset(number for number in STAFF.values() if number in programme)))

    def _is_of_staff(self, number: str, *, at: datetime) -> bool:
        """Whether somebody on the staff had this number then: who has left is a stranger like any other."""
        return number in next((numbers for since, numbers in reversed(self._on_staff) if since <= at), ())

    def next_moment(self) -> datetime | None:
        """When the engine, the courier or the telephone company next has something to do."""
        moments = (self.timeline.next_due(), *(self._coming if self.engine else ()))
        return min((moment for moment in moments if moment), default=None)

    @property
    def _coming(self) -> tuple[datetime | None, datetime | None]:
        """When the next step and the next page are due, looked up again after whatever was committed meanwhile."""
        if self._known[0] != self._commits:
            looked_after = self._commits
            step, page_waits = self._in_sight()
            self._known = looked_after, step, self._next_page() if page_waits else None
        return self._known[1:]

    def _in_sight(self) -> tuple[datetime | None, bool]:
        """When the next step is due, and whether any page waits: asked a million times, and mostly there is none.

        Asked past SQLAlchemy, with which it takes five times as long.
        """
        connection = self.db.engine.raw_connection()
        cursor = connection.cursor()
        cursor.execute(_IN_SIGHT)
        step, page_waits = cast("tuple[datetime | str | None, object]", cursor.fetchone())
        cursor.close()
        connection.close()
        return _moment(step), bool(page_waits)

    def _next_page(self) -> datetime | None:
        with self.db.reading() as session:
            return outbox.next_to_send(session)

    def pass_until(self, moment: datetime) -> None:
        """Time passes; whatever the telephone company does meanwhile it does at its own moment."""
        self.timeline.advance(max(0.0, (moment - self.now).total_seconds()) + _A_MOMENT)

    def work(self) -> None:
        """Let the engine do whatever is due now, and the telephone company what follows from it."""
        self.timeline.settle()
        while self._due():
            self.timeline.settle()

    def _due(self) -> int:
        done = self._attend()
        if self.engine is None:
            return done
        if (step := self._coming[0]) and step <= self.now:
            done += engine.play(self.db, at=self.now).deeds
        if (page := self._coming[1]) and page <= self.now:
            done += self.engine.courier.deliver_some()
        return done

    def _attend(self) -> int:
        """The console sees to conversations: whenever something was written down, and every few seconds."""
        after, at = self._attended
        if not self.bridging_until or self.now >= self.bridging_until:
            return 0
        if after == self._commits and self.now < at + ATTENDS_EVERY:
            return 0
        self._attended = self._commits, self.now
        return self.attendant.attend(self.now)

    @property
    def came_in(self) -> set[str]:
        """The telephone company's ids of every call and text of somebody outside to the line, ever."""
        self._note()
        return self._came_in

    @property
    def sought(self) -> int:
        """How many calls and texts the line has made to people outside, ever."""
        self._note()
        return len(self._sought)

    def _note(self) -> None:
        for kept in (self.exchange.legs, self.exchange.messages.kept):
            for sid, each in kept.items():
                comes_in = each.direction == "inbound"
                if comes_in and each.to == people.LINE and not self._is_of_staff(each.sender, at=each.created_at):
                    self._came_in.add(sid)
                if not comes_in and each.to not in STAFF.values():
                    self._sought.add(sid)

    def forget(self) -> None:
        """The telephone company forgets what is over and old."""
        self._note()
        before = self.now - KEPT_FOR
        exchange = self.exchange
        for sid in [sid for sid, leg in exchange.legs.items() if leg.over and leg.created_at < before]:
            del exchange.legs[sid]
        kept = exchange.messages.kept
        for sid in [sid for sid, each in kept.items() if each.final and each.created_at < before]:
            del kept[sid]
        for sid in [sid for sid, each in exchange.conferences.items() if each.over and each.created_at < before]:
            del exchange.conferences[sid]
        exchange.debugger.requests.clear()  # ten thousand webhooks, each with its answer
        self.asked_last = {sid: path for sid, path in self.asked_last.items() if sid in exchange.legs}

    def phone(self, number: str) -> Phone:
        return self.exchange.phone(STAFF.get(number, number))

    def _post(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, str, str]:
        answer = self.door.post(url, params, headers)
        path = url.partition("/carrier/")[2]
        if "CallSid" in params:
            self.asked_last[params["CallSid"]] = path
        self.traffic.append(f"{self.now:%F %T} {path} -> {answer.status}")
        return answer.status, answer.headers.get("content-type", ""), answer.text


def _moment(said: datetime | str | None) -> datetime | None:
    """A moment as a database says it: SQLite in words, and without the zone."""
    moment = datetime.fromisoformat(said) if isinstance(said, str) else said
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
