"""A line of its own in a folder, and the process that plays it on loopback: for the demo, and for practice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import uvicorn
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from app import logs
from app.audit.models import AuditEntry
from app.clock import FastClock, WallClock
from app.db import Database
from app.demo.folder import Marker, claim, write
from app.demo.telephones import SECOND_NUMBER, second_carrier, telephone_company
from app.errors import Misconfigured
from app.escalation import shifts
from app.escalation.models import Pulse
from app.main import create_app
from app.notifications import proven, proving, reach
from app.programme.apply import EXAMPLE, apply, read
from app.settings import PUSH_SERVICES, Settings, settings_of
from app.signals import told_to_stop
from app.simulator import Exchange, create_simulator
from app.simulator.page import CALLERS
from app.staff.directory import Directory, everyone
from app.staff.models import Person
from app.staff.signin import make_link
from app.vault.keyring import Keyring
from app.worker import worker_for

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Stage:
    """Everything that one process plays with."""

    port: int
    settings: Settings = field(repr=False)
    db: Database
    clock: FastClock
    keyring: Keyring = field(repr=False)
    exchange: Exchange = field(repr=False)

    def line(self) -> ASGIApp:
        """All its doors."""
        return create_app(self.settings, clock=self.clock, door_clock=WallClock(), database=self.db)

    def telephones(self, callers: tuple[str, ...] = CALLERS) -> ASGIApp:
        """The telephone company, with everybody's telephones on a page."""
        elks = second_carrier(self.exchange, self.settings)
        return create_simulator(self.exchange, callers=callers, elks=elks)


@contextmanager
def stage(folder: Path, *, port: int, speed: float, fresh: bool, practice: bool = False) -> Iterator[Stage]:
    """The line whose data lie in that folder; a new one where there is none, or when it is to be `fresh`."""
    _ask_no_proxy_for_ourselves()
    marker = claim(folder, fresh=fresh, practice=practice)
    settings = _settings(folder, marker, port)
    logs.start("WARNING")
    Keyring.create(settings.keys_dir)
    with closing(Database(settings.database_url.get_secret_value())) as db:
        db.migrate()
        clock = _clock(db, speed)
        started = clock.now().isoformat(), WallClock().now().isoformat()
        write(folder, replace(marker, speed=speed, clock_started=started[0], wall_started=started[1]))
        keyring = Keyring.load(settings.keys_dir, private=("duty",))
        _bring_in_programme(db, keyring, at=clock.now())
        exchange = telephone_company(db, keyring, settings, clock)
        yield Stage(port, settings, db, clock, keyring, exchange)


def play(here: Stage, doors: Sequence[tuple[ASGIApp, int]], welcome: Callable[[], None]) -> None:
    """Open each of the doors at its port, start the engine, and go on until somebody says stop."""
    worker = worker_for(here.settings, here.db, here.clock, tick=0.25)
    servers = [_server(app, port) for app, port in doors]
    wait = told_to_stop()
    threads = [threading.Thread(target=server.run, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    while not all(server.started for server in servers):
        if not all(thread.is_alive() for thread in threads):
            raise Misconfigured("A port is in use by another program. Choose another with --port.")
        time.sleep(0.05)
    worker.start()
    welcome()
    wait()
    for server in servers:
        server.should_exit = True
    for thread in threads:
        thread.join(timeout=5)
    worker.stop()


def a_link_for(session: Session, person: Person, site: str) -> str:
    """A one-time sign-in link, by the wall's clock as every sign-in is."""
    return f"{site}/console/enrol/{make_link(session, person, at=WallClock().now(), by='operator')}"


def _ask_no_proxy_for_ourselves() -> None:
    """A proxy that is set in the surroundings would be given every call that is made here, and could reach nobody."""
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = f"{excepted},{HOST}" if excepted else HOST


def _settings(folder: Path, marker: Marker, port: int) -> Settings:
    """All of them given here: a mail server or a carrier in the surroundings of this process is none of its business.

    In a practice browsers cannot ask to be pushed to either: somebody's own telephone would ring with an invented case.
    """
    return settings_of(
        database_url=f"sqlite:///{folder / 'dygnet.db'}",
        keys_dir=folder / "keys",
        public_url=f"http://{HOST}:{port}",
        second_factor="offered",
        surfaces="public,carrier,console",
        push_services=() if marker.practice else PUSH_SERVICES,
        twilio_account_sid=marker.account_sid,
        twilio_auth_token=marker.auth_token,
        twilio_api_url=f"http://{HOST}:{port + 1}",
        elks_username=marker.account_sid.replace("AC", "u", 1),
        elks_password=marker.elks_password,
        elks_api_url=f"http://{HOST}:{port + 1}/elks",
        elks_number=SECOND_NUMBER,
    )


def _clock(db: Database, speed: float) -> FastClock:
    """Goes on from where the last one stopped, so that time never runs backwards in the data."""
    with db.reading() as session:
        moments = session.scalar(select(func.max(Pulse.at))), session.scalar(select(func.max(AuditEntry.at)))
    return FastClock(speed=speed, start=max([WallClock().now(), *filter(None, moments)]))


def _bring_in_programme(db: Database, keyring: Keyring, *, at: datetime) -> None:
    with db.transaction() as session:
        apply(session, read(EXAMPLE), at=at, by="operator", duty=keyring.public("duty"), directory=Directory(keyring))
        shifts.wake(session, at=at)
        _vouch_for_everybody(session, at=at)


def _vouch_for_everybody(session: Session, *, at: datetime) -> None:
    """Nobody here can type a code back. That their channels were taken on trust stands in the rows, and is shown."""
    for person in everyone(session):
        for channel in {*reach.has(session, person)} & {*proven.PROVABLE} - {*proven.of(session, person)}:
            proving.vouch(session, person, channel, at=at, by="operator")


def _server(app: ASGIApp, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
