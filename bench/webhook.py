"""A signed voice webhook to its committed answer, beside a bare endpoint on a database of the same kind, in one run.

The bare endpoint checks the signature with the carrier's own SDK and inserts one row. Ours opens a case: key
pair, sealing, clock, escalation, audit. Both run in one uvicorn process each; the load comes from this one.
"""

from __future__ import annotations

import argparse
import http.client
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from app.clock import WallClock
from app.db import Database
from app.programme.apply import EXAMPLE, apply, read
from app.telephony.signature import signature_of
from app.vault.keyring import Keyring
from tests import postgres

TOKEN = "the-token-of-the-account"
PARAMS = {"AccountSid": "AC" + "0" * 32, "To": "+46846500400", "CallStatus": "ringing", "CallerZip": ""}
BARE = """
import os
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.responses import Response
from twilio.request_validator import RequestValidator
from app.db import Database
db = Database(os.environ["DATABASE_URL"])
check = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
app = FastAPI()
async def form(request: Request):
    return await request.form()
from fastapi import Depends
@app.post("/carrier/voice")
def voice(request: Request, form=Depends(form)):
    url = os.environ["PUBLIC_URL"] + "/carrier/voice"
    if not check.validate(url, form, request.headers["x-twilio-signature"]):
        return Response(status_code=403)
    with db.transaction() as session:
        session.execute(text("INSERT INTO bare (source) VALUES (:source)"), {"source": form["CallSid"]})
    return Response("<Response/>", media_type="text/xml")
"""


def main() -> None:
    """Measure on SQLite and on PostgreSQL, with 1, 8 and 32 callers at once."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--calls", type=int, default=600, help="calls for each figure")
    calls = asked.parse_args().calls
    heads = ("callers", "bare /s", "ours /s", "ratio", "bare p99", "ours p99", "times")
    print(f"{'database':12}" + "".join(f"{head:>11}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        _measure("sqlite", f"sqlite:///{folder}/dygnet.db", Path(folder), calls)
    with tempfile.TemporaryDirectory() as folder, postgres.running() as url:
        _measure("postgresql", url, Path(folder), calls)


def _measure(name: str, url: str, folder: Path, calls: int) -> None:
    _prepare(url, folder)
    with _serving(url, folder, bare=True) as bare, _serving(url, folder, bare=False) as ours:
        for callers in (1, 8, 32):
            slow, fast = _load(bare, callers, calls), _load(ours, callers, calls)
            bare_ms, our_ms = slow[1] * 1000, fast[1] * 1000
            print(
                f"{name:12}{callers:11}{slow[0]:11.0f}{fast[0]:11.0f}{fast[0] / slow[0]:11.2f}"
                f"{bare_ms:9.1f}ms{our_ms:9.1f}ms{our_ms / bare_ms:11.1f}"
            )


def _prepare(url: str, folder: Path) -> None:
    Keyring.create(folder / "keys")
    keyring = Keyring.load(folder / "keys")
    database = Database(url)
    database.migrate()
    with database.transaction() as session:
        apply(session, read(EXAMPLE), at=WallClock().now(), by="operator", duty=keyring.public("duty"))
        session.connection().exec_driver_sql("CREATE TABLE bare (source VARCHAR(80) PRIMARY KEY)")
    database.close()
    (folder / "bare.py").write_text(BARE)


@contextmanager
def _serving(url: str, folder: Path, *, bare: bool) -> Iterator[int]:
    port = _free_port()
    environment = {
        "DATABASE_URL": url,
        "KEYS_DIR": str(folder / "keys"),
        "PUBLIC_URL": "https://linjen.example.org",
        "SURFACES": "carrier",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": f"{Path.cwd()}:{folder}",
    }
    app = ["bare:app"] if bare else ["--factory", "app.main:from_environment"]
    command = [sys.executable, "-m", "uvicorn", *app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    server = subprocess.Popen(command, env=environment, cwd=folder)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _load(port: int, callers: int, calls: int) -> tuple[float, float]:
    """Calls answered per second, and the 99th percentile of the time to the answer in seconds."""
    took: list[float] = []

    def call_again_and_again() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(calls // callers):
            body, headers = _webhook()
            began = time.perf_counter()
            line.request("POST", "/carrier/voice", body, headers)
            answer = line.getresponse()
            answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise SystemExit(f"answered {answer.status}")

    threads = [threading.Thread(target=call_again_and_again) for _ in range(callers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(took) / (time.perf_counter() - began), statistics.quantiles(took, n=100)[98]


def _webhook() -> tuple[str, dict[str, str]]:
    params = PARAMS | {"CallSid": f"CA{secrets.token_hex(16)}", "From": "Anonymous"}  # so that each call opens a case
    signature = signature_of(TOKEN.encode(), "https://linjen.example.org/carrier/voice", params.items()).decode()
    return urlencode(params), {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            line.request("GET", "/healthz")
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not start within thirty seconds")


if __name__ == "__main__":
    main()
