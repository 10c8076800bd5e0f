"""The web process: everything is built once, and the doors asked for are hung.

What a process may open follows from its surfaces: only the console is given the private half of the
rota key, only the carrier's door that of the duty key, and the public door neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from app import logs
from app.audit.log import record
from app.clock import Clock, WallClock
from app.console.console import create_console
from app.db import Database
from app.health import create_health
from app.intake.carrier import create_carrier
from app.intake.line import Line
from app.intake.public import create_public
from app.intake.reception import Desk
from app.programme.apply import current
from app.settings import Settings, Surface, settings_from
from app.staff.directory import Directory
from app.telephony.signature import Signatures
from app.vault.index import WaitingIndex
from app.vault.keyring import Keyring

OPENED_BY = {Surface.PUBLIC: ("index",), Surface.CARRIER: ("index", "duty"), Surface.CONSOLE: ("rota",)}
"""The private keys each surface needs, and no others."""


class Doors:
    """One address for all the surfaces of a process; each is an app of its own and sees nothing of the others."""

    def __init__(self, health: FastAPI, surfaces: dict[Surface, ASGIApp]) -> None:
        self._health = health
        self._below = {
            prefix: surfaces[surface]
            for prefix, surface in (("/carrier", Surface.CARRIER), ("/console", Surface.CONSOLE))
            if surface in surfaces
        }
        self._public = surfaces.get(Surface.PUBLIC, health)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._behind(scope)(scope, receive, send)

    def _behind(self, scope: Scope) -> ASGIApp:
        path: str = scope.get("path", "")
        if scope["type"] != "http" or path in ("/healthz", "/readyz", "/metrics"):
            return self._health
        first = "/" + path.split("/", 2)[1]
        return self._below.get(first, self._public)


def create_app(settings: Settings, *, clock: Clock | None = None, database: Database | None = None) -> Doors:
    """The web process for these settings. Misconfigured when a key, the schema or the programme is missing."""
    clock = clock or WallClock()
    db = database or Database(settings.database_url.get_secret_value())
    wanted = {kind for surface in settings.surfaces for kind in OPENED_BY[surface]}
    keyring = Keyring.load(settings.keys_dir, private=wanted)
    desk = Desk(rota=keyring.public("rota"), index_key=keyring.index_key, waiting=WaitingIndex())
    makers = {Surface.PUBLIC: _public, Surface.CARRIER: _carrier, Surface.CONSOLE: _console}
    surfaces = {surface: makers[surface](settings, clock, db, keyring, desk) for surface in settings.surfaces}
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else None
    health = create_health(db=db, clock=clock, public_url=settings.public_url, metrics_token=token)
    health.router.lifespan_context = _noting_start_and_stop(db, clock, settings)
    return Doors(health, surfaces)


def from_environment() -> Doors:
    """What uvicorn starts: `uvicorn --factory app.main:from_environment`."""
    settings = settings_from()
    logs.start(settings.log_level)
    return create_app(settings)


def _public(settings: Settings, clock: Clock, db: Database, _keyring: Keyring, desk: Desk) -> ASGIApp:
    with db.reading() as session:
        programme = current(session).programme
    return create_public(
        db,
        clock,
        desk,
        public_url=settings.public_url,
        line_number=programme.numbers[0],
        languages=programme.languages,
        timezone=programme.timezone,
    )


def _carrier(settings: Settings, clock: Clock, db: Database, keyring: Keyring, desk: Desk) -> ASGIApp:
    settings.require("twilio_auth_token")
    tokens = tuple(token.get_secret_value() for token in settings.twilio_auth_token)
    line = Line(
        public_url=settings.public_url,
        signatures=Signatures(settings.public_url, tokens),
        desk=desk,
        directory=Directory(keyring),
    )
    return create_carrier(db=db, clock=clock, line=line)


def _console(settings: Settings, clock: Clock, db: Database, keyring: Keyring, _desk: Desk) -> ASGIApp:
    return create_console(db, clock, keyring, public_url=settings.public_url)


def _noting_start_and_stop(db: Database, clock: Clock, settings: Settings) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        surfaces = ",".join(settings.surfaces)
        _note(db, clock, "process.started", surfaces)
        yield
        _note(db, clock, "process.stopped", surfaces)

    return lifespan


def _note(db: Database, clock: Clock, action: str, surfaces: str) -> None:
    with db.transaction() as session:
        record(session, at=clock.now(), by="operator", action=action, surfaces=surfaces)
