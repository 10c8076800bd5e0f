"""The web process: everything is built once, and the doors asked for are hung.

What a process may open follows from its surfaces: only the console is given the private half of the
rota key, only the carrier's door that of the duty key, and the public door neither.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from anyio import to_thread
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Receive, Scope, Send

from app import logs
from app.audit.log import record
from app.cases.outside import Outside
from app.clock import Clock, WallClock
from app.console.attendant import Attendant
from app.console.attending import Attending
from app.console.console import create_console
from app.console.opening import HeldByStaff
from app.console.shut import shut_console
from app.db import AT_THE_DOORS, SOMEBODY_WAITS, Database
from app.equipment import first_carrier
from app.health import create_health
from app.intake.away.keeping import Keeper
from app.intake.away.meanwhile import Meanwhile
from app.intake.away.route import cannot_be_used
from app.intake.away.shut import shut_public
from app.intake.by_hand import Entrance
from app.intake.carrier import create_carrier
from app.intake.line import Line
from app.intake.public import create_public
from app.intake.reception import Desk
from app.intake.responsible import boards_of
from app.programme.apply import current
from app.settings import Settings, Surface, settings_from
from app.staff.directory import Directory
from app.staff.provider import provider_of
from app.telephony.second import tags_for
from app.telephony.signature import Signatures
from app.vault.beside import SealedFile
from app.vault.keyring import Keyring
from app.web.answers import Answers
from app.web.evenly import EvenRefusals
from app.web.later import Later

OPENED_BY: Final = {Surface.PUBLIC: ("index",), Surface.CARRIER: ("index", "duty"), Surface.CONSOLE: ("rota", "index")}
"""The private keys each surface needs, and no others. A console that calls people is given duty numbers besides; one
whose staff hold the rota key is not given that."""

WATCHED_AT: Final = ("/healthz", "/readyz", "/metrics")


@dataclass(frozen=True)
class House:
    """What the doors of one process share."""

    settings: Settings
    clock: Clock
    door_clock: Clock
    db: Database

    @cached_property
    def keyring(self) -> Keyring:
        """Public halves, and the private ones that this process's surfaces need."""
        wanted = {kind for surface in self.settings.surfaces for kind in OPENED_BY[surface]}
        if self.settings.staff_hold:
            wanted -= {"rota"}
        return Keyring.load(self.settings.keys_dir, private=wanted | ({"duty"} if self._calls_out else set()))

    @cached_property
    def attending(self) -> Attending | None:
        """Who rings telephones for the console; None where its calls have to be made by hand."""
        if not (self._calls_out and self.keyring.holds("duty")):
            return None
        outside = Outside(first_carrier(self.settings, self.db), speed=self.clock.speed)
        attendant = Attendant(self.db, outside, Directory(self.keyring), self.settings.public_url)
        return Attending(attendant, self.clock)

    @property
    def _calls_out(self) -> bool:
        """The console rings staff and people only where it was given the carrier's account."""
        return Surface.CONSOLE in self.settings.surfaces and bool(
            self.settings.twilio_account_sid and self.settings.twilio_auth_token
        )

    @cached_property
    def desk(self) -> Desk:
        """One for all doors, so that a text joins the case of a call a minute ago."""
        return Desk.of(self.keyring)

    @cached_property
    def line(self) -> Line:
        """The line as the carrier's door knows it."""
        self.settings.require("twilio_auth_token")
        tokens = tuple(token.get_secret_value() for token in self.settings.twilio_auth_token)
        public_url, edges = self.settings.public_url, self.settings.twilio_edge
        signatures, directory = Signatures(public_url, tokens), Directory(self.keyring)
        return Line(public_url, signatures, self.desk, directory, edges, tags_for(self.settings))

    @cached_property
    def keeper(self) -> Keeper:
        """Who keeps the roster for when the database is away, where calls come in."""
        file = SealedFile(self.settings.kept_roster_file, self.keyring, kind="duty", name="roster")
        keeper = Keeper(self.db, self.line, Meanwhile(self.clock), file)
        keeper.read_back()
        return keeper

    @property
    def calls_come_in(self) -> bool:
        """Whether this process has the carrier's door."""
        return Surface.CARRIER in self.settings.surfaces


class Doors:
    """One address for all the surfaces of a process; each is an app of its own and sees nothing of the others."""

    def __init__(
        self,
        health: FastAPI,
        surfaces: dict[Surface, FastAPI],
        later: dict[Surface, Later] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """`later`: surfaces that could not be built yet. `keeper`: where calls come in, who keeps the roster."""
        below = (("/carrier", Surface.CARRIER), ("/console", Surface.CONSOLE))
        self.keeper = keeper
        self.health = health
        self.surfaces = surfaces
        answers: Answers = health.state.answers
        built: dict[Surface, ASGIApp] = {**surfaces, **(later or {})}
        faces = {surface: answers.counting(surface, face) for surface, face in built.items()}
        self._below = {prefix: faces[surface] for prefix, surface in below if surface in faces}
        self._public = faces.get(Surface.PUBLIC, health)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._behind(scope)(scope, receive, send)

    def _behind(self, scope: Scope) -> ASGIApp:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path in WATCHED_AT:
            return self.health
        first = f"/{path.split('/', 2)[1]}" if path.startswith("/") else ""
        return self._below.get(first) or self._public


def create_app(
    settings: Settings, *, clock: Clock | None = None, door_clock: Clock | None = None, database: Database | None = None
) -> Doors:
    """The web process for these settings. Misconfigured when a key, the schema or the programme is missing.

    Where calls come in it starts without the database, too: what hangs on it is opened when it is back.

    `door_clock` times sign-ins, for a demo whose `clock` runs faster than people do.
    """
    clock = clock or WallClock()
    url = settings.database_url.get_secret_value()
    db = database or Database(url, pages_between_checkpoints=AT_THE_DOORS, answers_within=SOMEBODY_WAITS)
    house = House(settings, clock, door_clock or clock, db)
    surfaces, later = dict[Surface, FastAPI](), dict[Surface, Later]()
    for surface in settings.surfaces:
        try:
            surfaces[surface] = _MAKERS[surface](house)
        except SQLAlchemyError as problem:
            if not (house.calls_come_in and cannot_be_used(problem)):
                raise
            house.keeper.meanwhile.found_away(problem, at=clock.now())
            later[surface] = Later(partial(_MAKERS[surface], house), _shut(house, surface))
    return Doors(_health(house), surfaces, later, house.keeper if house.calls_come_in else None)


def from_environment() -> EvenRefusals:
    """What uvicorn starts: `uvicorn --factory app.main:from_environment`."""
    settings = settings_from()
    logs.start(settings.log_level)
    app = create_app(settings)
    gc.freeze()  # what was built at the start stays: no collection has to walk it while a caller waits
    return EvenRefusals(app, below="/console/")


def _public(house: House) -> FastAPI:
    with house.db.reading() as session:
        whole = current(session)
    programme = whole.programme
    return create_public(
        house.db,
        house.clock,
        house.desk,
        public_url=house.settings.public_url,
        line_number=programme.numbers[0],
        languages=programme.page_languages or programme.languages,
        timezone=programme.timezone,
        places=programme.places,
        boards_on=boards_of(whole.knowledge),
        exit_url=house.settings.exit_url,
        onion_url=house.settings.onion_url,
        address_header=house.settings.client_address_header,
    )


def _carrier(house: House) -> FastAPI:
    return create_carrier(db=house.db, clock=house.clock, line=house.line, meanwhile=house.keeper.meanwhile)


def _console(house: House) -> FastAPI:
    return create_console(
        house.db,
        house.clock,
        house.keyring,
        public_url=house.settings.public_url,
        door_clock=house.door_clock,
        attending=house.attending,
        entrance=Entrance(house.desk),
        rota=HeldByStaff(house.settings.keys_dir) if house.settings.staff_hold else None,
        push_services=house.settings.push_services,
        second_factor_is_required=house.settings.second_factor == "required",
        provider=provider_of(house.settings),
        provider_only=house.settings.oidc_only,
    )


AT_ONCE: Final = 8
"""Deeds that one process works on at once; the next wait in line before they begin. Python runs one at a time anyway.
With forty, thirty-two callers at once got a fifth less done, and the slowest waited twice as long for its turn and for
a connection to the database."""

_MAKERS: Final[dict[Surface, Callable[[House], FastAPI]]] = {
    Surface.PUBLIC: _public,
    Surface.CARRIER: _carrier,
    Surface.CONSOLE: _console,
}


def _shut(house: House, surface: Surface) -> FastAPI:
    """What stands in for a face that needs the database to be built."""
    kept, ours = house.keeper.meanwhile.roster, house.settings
    if surface is Surface.CONSOLE:
        return shut_console(house.db, house.clock, public_url=ours.public_url, is_rung=kept is not None)
    number = kept.line if kept else ""
    return shut_public(house.db, house.clock, number, public_url=ours.public_url, exit_url=ours.exit_url)


def _health(house: House) -> FastAPI:
    token = house.settings.metrics_token
    health = create_health(
        db=house.db,
        clock=house.clock,
        public_url=house.settings.public_url,
        metrics_token=token.get_secret_value() if token else None,
        meanwhile=house.keeper.meanwhile if house.calls_come_in else None,
    )

    @asynccontextmanager
    async def noting_start_and_stop(_app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = AT_ONCE
        _now_or_later(house, partial(_record, house, "process.started", house.clock.now()))
        _now_or_later(house, partial(_attend, house))
        with ExitStack() as until_the_end:
            if house.calls_come_in:
                until_the_end.enter_context(house.desk.ready.kept_filled())
                until_the_end.enter_context(house.keeper.beside())
            yield
        attending: Attending | None = vars(house).get("attending")  # not built for this alone
        if attending:
            attending.stop()
        _now_or_later(house, partial(_record, house, "process.stopped", house.clock.now()))

    health.router.lifespan_context = noting_start_and_stop
    return health


def _now_or_later(house: House, deed: Callable[[], None]) -> None:
    """Do it now; where calls come in and the database is away, when it is back."""
    try:
        deed()
    except SQLAlchemyError as problem:
        if not (house.calls_come_in and cannot_be_used(problem)):
            raise
        house.keeper.owed.append(deed)


def _attend(house: House) -> None:
    if house.attending:
        house.attending.start()


def _record(house: House, action: str, at: datetime) -> None:
    with house.db.transaction() as session:
        record(session, at=at, by="operator", action=action, surfaces=",".join(house.settings.surfaces))
