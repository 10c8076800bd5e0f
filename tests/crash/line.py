"""The product as one real process, to be killed: doors and engine on a real database, at a real port.

Forked from a server that has imported everything, so that a new life takes tenths of a second.
"""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn

from app import logs
from app.clock import FastClock, WallClock
from app.db import Database
from app.main import create_app
from app.settings import Settings, settings_from
from app.worker import worker_for

A_SOAK = 50
A_SLOW_MACHINE = 60.0
"""Seconds that an answer may take, instead of the few that a carrier waits for."""

SPEED = 1.0 if int(os.environ.get("DYGNET_KILLS", "0")) >= A_SOAK else 5.0
"""Fast enough to climb a ladder in seconds; slow enough that a page in flight outlives its claim. A soak goes at the
speed of the wall: the carrier's clock is the wall's, and what is in doubt is looked up there by when it was written."""


@dataclass(frozen=True)
class Plan:
    """Where the product lives. It is the same after every death."""

    database_url: str
    keys: Path
    port: int
    carrier: str
    account: str
    token: str
    started: datetime
    """On the wall, and the beginning of the line's own time."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return settings_from(
            env_file=None,
            database_url=self.database_url,
            keys_dir=self.keys,
            public_url=self.origin,
            twilio_account_sid=self.account,
            twilio_auth_token=self.token,
            twilio_api_url=self.carrier,
        )

    def clock(self, *, ahead: timedelta = timedelta()) -> FastClock:
        """The line's time, which goes on while nobody lives."""
        passed = (WallClock().now() - self.started) * SPEED
        return FastClock(speed=SPEED, start=self.started + passed + ahead)


def born(plan: Plan) -> BaseProcess:
    """A new life. End it with `kill()`, which is SIGKILL."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.line"])
    life = context.Process(target=live, args=(plan,), daemon=True)
    life.start()
    return life


def live(plan: Plan) -> None:
    """Doors and engine, until killed."""
    logs.start("ERROR")
    clock, db = plan.clock(), Database(plan.database_url)
    app = create_app(plan.settings, clock=clock, database=db)
    assert app.keeper
    app.keeper.meanwhile.waits_for = A_SLOW_MACHINE  # whoever is told 200 here was promised something
    worker_for(plan.settings, db, clock, tick=0.1).start()
    uvicorn.run(app, host="127.0.0.1", port=plan.port, log_config=None, access_log=False)
