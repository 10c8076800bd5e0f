"""The whole line in one process on loopback: doors, engine, a simulated telephone company. Nothing leaves it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
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
from app.oncall.duty import duty
from app.programme.apply import EXAMPLE, apply, current, read
from app.settings import Settings, settings_from
from app.signals import told_to_stop
from app.simulator import create_simulator
from app.staff.directory import Directory, everyone
from app.staff.keys import key_of
from app.staff.models import Person
from app.staff.signin import make_link
from app.vault.keyring import Keyring
from app.worker import Worker, worker_for

HOST = "127.0.0.1"


def run(
    *, port: int, speed: float, fresh: bool, folder: Path = Path("var"), say: Callable[[str], None] = print
) -> None:
    """Run until Ctrl-C. Data stays for the next time; `fresh` begins with none."""
    marker = claim(folder, fresh=fresh)
    settings = _settings(folder, marker, port)
    logs.start("WARNING")
    Keyring.create(settings.keys_dir)
    db = Database(settings.database_url.get_secret_value())
    db.migrate()
    clock = _clock(db, speed)
    now = {"clock_started": clock.now().isoformat(), "wall_started": _wall().isoformat()}
    write(folder, replace(marker, speed=speed, **now))
    keyring = Keyring.load(settings.keys_dir, private=("duty",))
    _bring_in_programme(db, keyring, at=clock.now())
    exchange = telephone_company(db, keyring, settings, clock)
    worker = worker_for(settings, db, clock, tick=0.25)
    servers = [
        _server(create_app(settings, clock=clock, door_clock=WallClock(), database=db), port),
        _server(create_simulator(exchange, elks=second_carrier(exchange, settings)), port + 1),
    ]
    _run_until_told(servers, worker, lambda: say(_welcome(db, port, speed)))
    db.close()


def _wall() -> datetime:
    return WallClock().now()


def _settings(folder: Path, marker: Marker, port: int) -> Settings:
    return settings_from(
        env_file=None,
        database_url=f"sqlite:///{folder / 'dygnet.db'}",
        keys_dir=folder / "keys",
        public_url=f"http://{HOST}:{port}",
        second_factor="offered",
        surfaces="public,carrier,console",
        twilio_account_sid=marker.account_sid,
        twilio_auth_token=marker.auth_token,
        twilio_api_url=f"http://{HOST}:{port + 1}",
        elks_username=marker.account_sid.replace("AC", "u", 1),
        elks_password=marker.elks_password,
        elks_api_url=f"http://{HOST}:{port + 1}/elks",
        elks_number=SECOND_NUMBER,
    )


def _clock(db: Database, speed: float) -> FastClock:
    """Goes on from where the last demo stopped, so that time never runs backwards in the data."""
    with db.reading() as session:
        moments = session.scalar(select(func.max(Pulse.at))), session.scalar(select(func.max(AuditEntry.at)))
    return FastClock(speed=speed, start=max([_wall(), *filter(None, moments)]))


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


def _run_until_told(servers: list[uvicorn.Server], worker: Worker, welcome: Callable[[], None]) -> None:
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


def _way_in(session: Session, person: Person, site: str) -> str:
    """A one-time link; but not for whoever holds the key to cases, which a new passphrase would lose."""
    if key_of(session, person):
        return f"{site}/console/sign-in with the passphrase you chose"
    return f"{site}/console/enrol/{make_link(session, person, at=_wall(), by='operator')}   once"


def _welcome(db: Database, port: int, speed: float) -> str:
    site, phones = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
    with db.transaction() as session:
        on_call = duty(session, _wall()).on_call or everyone(session)[0]
        alias, way_in = on_call.alias, _way_in(session, on_call, site)
        number = current(session).programme.numbers[0]
    pace = f" The clock runs {speed:g} times as fast." if speed != 1 else ""
    return f"""
Dygnet is running. Everything happens on this machine; nobody real is called.{pace}

  The telephones   {phones}/           call the line, {number}, and answer as staff
  The public page  {site}/sv/
  The console      {site}/console/
  Sign in as {alias}:
                   {way_in}

Try it: open the telephones, call the line, and let nobody answer. Ctrl-C stops; the data stay.
"""
