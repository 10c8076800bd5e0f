"""Doors and engines as processes of their own: as the commands that somebody gives, or forked."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import uvicorn

from app import logs
from app.clock import WallClock
from app.db import Database
from app.main import create_app
from app.settings import Settings
from app.signals import told_to_stop
from app.worker import worker_for
from tests.crash.line import Plan

HOUSE: Final = Path(__file__).parent.parent.parent


class Running(Protocol):
    """One of our processes."""

    def is_alive(self) -> bool: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...
    @property
    def exitcode(self) -> int | None: ...


def fork(settings: Settings, port: int, *, doors: bool) -> Running:
    """The same, forked from a server that has imported everything: it starts in tenths of a second."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.line", "tests.crash.processes"])
    process = context.Process(target=serve if doors else work, args=(settings, port), daemon=True)
    process.start()
    return process


def serve(settings: Settings, port: int) -> None:
    """What `dygnet serve` does."""
    logs.start("CRITICAL")
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_config=None, access_log=False)


def work(settings: Settings, _port: int) -> None:
    """What `dygnet work` does."""
    logs.start("CRITICAL")
    wait = told_to_stop()
    worker = worker_for(settings, Database(settings.database_url.get_secret_value()), WallClock())
    worker.start()
    wait()
    worker.stop()


def serving(plan: Plan) -> tuple[str, ...]:
    """The command for the doors."""
    return ("serve", "--port", str(plan.port))


class Command:
    """One of our commands, as somebody gives it."""

    def __init__(self, plan: Plan, folder: Path, words: tuple[str, ...]) -> None:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        said = {
            "DATABASE_URL": plan.database_url,
            "KEYS_DIR": str(plan.keys),
            "PUBLIC_URL": plan.origin,
            "TWILIO_ACCOUNT_SID": plan.account,
            "TWILIO_AUTH_TOKEN": plan.token,
            "TWILIO_API_URL": plan.carrier,
            "BUNDLE_PAGES": "no",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(HOUSE),
        }
        with (folder / f"{words[0]}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *words], cwd=folder, env=kept | said, stdout=log, stderr=log
            )
        self.terminate, self.kill = self._process.terminate, self._process.kill

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        self._process.wait(timeout)

    @property
    def exitcode(self) -> int | None:
        """Its exit status, negative when a signal ended it."""
        return self._process.poll()


def ended(processes: Sequence[Running]) -> list[str]:
    """How each ends that is told to; one that did so before has fallen."""
    standing = [process.is_alive() for process in processes]
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(30)
    return [
        "ended" if stood and process.exitcode in (0, -signal.SIGTERM) else f"fell with {process.exitcode}"
        for stood, process in zip(standing, processes, strict=True)
    ]
