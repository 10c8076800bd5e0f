"""`dygnet demo` in a scratch folder: a real process, its addresses, its data, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import forked
from tests.ports import two_free_ports

HOUSE = Path(__file__).parent.parent
UP_WITHIN, DOWN_WITHIN = 30.0, 15.0


@dataclass
class Demo:
    """One run of the command, as somebody at a terminal sees it."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def said(self) -> str:
        return (self.folder / "said").read_text("utf-8")

    @property
    def errors(self) -> str:
        return (self.folder / "errors").read_text("utf-8")

    def comes_up(self) -> Demo:
        """Wait until it has said everything it says at the start."""
        assert until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None, within=UP_WITHIN), self.errors
        assert self.process.poll() is None, self.errors
        return self

    @property
    def link(self) -> str:
        found = re.search(r"http://\S+/console/enrol/\S+", self.said)
        assert found, self.said
        return found[0]

    def get(self, address: str) -> tuple[int, str]:
        """A page, by path on the line's own port, or by its whole address."""
        parts = urlsplit(address)
        with closing(HTTPConnection("127.0.0.1", parts.port or self.port, timeout=10)) as connection:
            connection.request("GET", parts.path or "/")
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def do(self, **deed: object) -> None:
        """Something a person does with a phone on the page of the simulated telephones."""
        with closing(HTTPConnection("127.0.0.1", self.port + 1, timeout=10)) as connection:
            connection.request("POST", "/phones.json", json.dumps(deed), {"content-type": "application/json"})
            assert connection.getresponse().status == 204

    @property
    def phones(self) -> dict[str, Any]:
        """Everything on that page."""
        shown: dict[str, Any] = json.loads(self.get(f"http://127.0.0.1:{self.port + 1}/phones.json")[1])
        return shown

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """Something from its database, without disturbing it."""
        with closing(sqlite3.connect(f"file:{self.folder}/var/dygnet.db?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def stop(self) -> str:
        """Ctrl-C; what stood on standard error. It has to end well."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=DOWN_WITHIN) == 0, self.errors
        return self.errors


def begun_in_vain(folder: Path, *options: str, port: int) -> subprocess.CompletedProcess[str]:
    """A run that ends by itself, with what it said; in a fork, which need not import everything first."""
    return forked.command(["demo", "--port", str(port), *options], "", folder, _surroundings())


def started(folder: Path, *options: str, port: int) -> Demo:
    command = [sys.executable, "-m", "app.cli", "demo", "--port", str(port), *options]
    with (folder / "said").open("wb") as said, (folder / "errors").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_surroundings() | {"PYTHONPATH": str(HOUSE), "PYTHONUNBUFFERED": "1"},
            stdout=said,
            stderr=errors,
        )
    return Demo(process, folder, port)


def _surroundings() -> dict[str, str]:
    """With a proxy that nobody answers at: what is on this machine may not be asked for there."""
    proxy = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    return proxy | {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Demo]:
    demo = started(folder, *options, port=two_free_ports())
    try:
        yield demo.comes_up()
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()


def until(true: Callable[[], object], *, within: float = 10.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


REFERENCES = "SELECT reference FROM cases ORDER BY opened_at"
OURS = (
    'CAST(body AS TEXT) NOT LIKE \'%"action":"staff.%\''  # links and sign-ins go by the wall: nobody enrols in a second
)
NEWEST = f"SELECT max(id), max(at) FROM audit_entries WHERE {OURS}"  # noqa: S608


def test_a_demo_from_its_first_start_to_a_fresh_one(tmp_path: Path) -> None:
    """One journey: starting takes seconds, so what can be seen on the way is seen on the way."""
    with running(tmp_path, "--speed", "600") as demo:
        _shows_what_it_says(demo)
        reference = _a_text_becomes_a_case(demo)
        _somebody_is_paged(demo, reference)
        _time_runs_fast_and_forwards(demo)
        errors = demo.stop()
        ((last, newest),) = demo.ask(NEWEST)
    assert not re.search("Traceback|Exception", errors), errors

    with running(tmp_path) as demo:
        assert demo.ask(REFERENCES) == [(reference,)], "starting again keeps the data"
        assert demo.get("/healthz")[0] == 200
        ((since,),) = demo.ask(f"SELECT min(at) FROM audit_entries WHERE id > {last} AND {OURS}")  # noqa: S608
        assert since >= newest, "time goes on where it stopped, at whatever speed it ran"
        _a_broken_carrier_is_gone_round(demo)
        demo.process.kill()
        demo.process.wait()

    with running(tmp_path, "--fresh") as demo:
        assert demo.ask(REFERENCES) == [], "fresh starts over"
        _who_calls_while_we_cannot_be_reached_is_not_alone(demo)
        demo.stop()


def _shows_what_it_says(demo: Demo) -> None:
    site, phones = f"http://127.0.0.1:{demo.port}", f"http://127.0.0.1:{demo.port + 1}/"
    for address in (phones, f"{site}/sv/", f"{site}/console/", demo.link):
        assert address in demo.said
    assert f"PUBLIC_URL={site} .venv/bin/dygnet staff link " in demo.said, "the link leads to this demo"
    assert demo.get(phones)[0] == 200
    assert demo.get("/sv/")[0] == 200
    assert demo.get("/console/")[0] == 303
    status, page = demo.get(demo.link)
    assert status == 200
    assert "passphrase" in page
    assert until(lambda: demo.get("/readyz")[0] == 200), demo.get("/readyz")
    private = [path for path in (demo.folder / "var").rglob("*") if path.suffix == ".key" or path.name == "demo.json"]
    assert private
    assert all(path.stat().st_mode & 0o077 == 0 for path in private)


def _a_text_becomes_a_case(demo: Demo) -> str:
    demo.do(phone="+46701740660", do="text", to=demo.phones["lines"][0], words="hej")
    assert until(lambda: demo.ask(REFERENCES))
    ((reference,),) = demo.ask(REFERENCES)
    return str(reference)


def _somebody_is_paged(demo: Demo, reference: str) -> None:
    def paged() -> bool:
        return any(reference in text["body"] for phone in demo.phones["handlers"] for text in phone["texts"])

    assert until(paged)


def _a_broken_carrier_is_gone_round(demo: Demo) -> None:
    _has_a_bad_day(demo, rest="broken")
    demo.do(phone="+46701740661", do="text", to=demo.phones["lines"][0], words="hej igen")

    def brought_by() -> set[str]:
        return {text["brought_by"] for phone in demo.phones["handlers"] for text in phone["texts"]}

    assert until(lambda: "46elks" in brought_by())


def _who_calls_while_we_cannot_be_reached_is_not_alone(demo: Demo) -> None:
    """Its standing chain is rung by the documents that the demo left at its carrier."""
    _has_a_bad_day(demo, unreachable=True)
    demo.do(phone="+46701740662", do="call", to=demo.phones["lines"][0])

    def rung() -> set[str]:
        return {phone["label"] for phone in demo.phones["handlers"] if phone["state"] == "ringing"}

    assert until(lambda: rung() == {"carin"}), demo.phones
    assert demo.ask(REFERENCES) == [], "we heard nothing of it"


def _has_a_bad_day(demo: Demo, **day: object) -> None:
    with closing(HTTPConnection("127.0.0.1", demo.port + 1, timeout=10)) as connection:
        headers = {"content-type": "application/json"}
        connection.request("PUT", "/carriers/Twilio.json", json.dumps(day), headers)
        assert connection.getresponse().status == 204


def _time_runs_fast_and_forwards(demo: Demo) -> None:
    def pulse() -> str:
        return str(demo.ask("SELECT at FROM engine_pulse")[0][0])

    readings = []
    for _ in range(8):
        readings.append(pulse())
        time.sleep(0.2)
    assert readings == sorted(readings)
    assert len(set(readings)) > 1
    assert "600 times as fast" in demo.said


def test_data_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "dygnet.db").write_bytes(b"somebody's")
    for options in ((), ("--fresh",)):
        ended = begun_in_vain(tmp_path, *options, port=two_free_ports())

        assert ended.returncode == 1
        assert "no demo made" in ended.stderr
        assert "Traceback" not in ended.stderr
    assert (tmp_path / "var" / "dygnet.db").read_bytes() == b"somebody's"
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["dygnet.db"]


@pytest.mark.parametrize("taken", [0, 1], ids=["the line's port", "the telephones' port"])
def test_a_port_in_use_is_said_in_words(tmp_path: Path, taken: int) -> None:
    port = two_free_ports()
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", port + taken))
        somebody.listen()
        ended = begun_in_vain(tmp_path, port=port)

        assert ended.returncode == 1
    assert "--port" in ended.stderr
    assert "Traceback" not in ended.stderr
