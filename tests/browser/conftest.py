"""A real Chromium and the real demo, for a person's journeys through the whole line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.ports import two_free_ports

ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Demo:
    """A running demo: where its doors are, and the link with which Anna's colleague on call signs in."""

    line: str
    phones: str
    link: str
    alias: str
    folder: Path


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """`dygnet demo` in a folder of its own, as somebody who has just read the README would start it."""
    port = two_free_ports()
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "app.cli", "demo", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        welcome = "".join(iter_until(process.stdout, "Ctrl-C"))
        link = re.search(r"http://\S+/console/enrol/\S+", welcome)
        alias = re.search(r"Sign in as (\w+)", welcome)
        assert link and alias, welcome
        reading = threading.Thread(target=process.stdout.read, daemon=True)
        reading.start()
        yield Demo(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", link[0], alias[1], tmp_path)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()  # a demo that does not end may fail this test, but not hold up all others
        reading.join()


def iter_until(lines: Iterable[str], last: str) -> Iterator[str]:
    for line in lines:
        yield line
        if last in line:
            return


@pytest.fixture
def on_a_phone(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser as small as a handler's phone, in Swedish."""
    context = chromium.new_context(viewport=PHONE, locale="sv-SE", has_touch=True)
    yield context
    context.close()


@pytest.fixture
def telephones(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """The page with the telephones of the simulated company."""
    context = chromium.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(demo.phones)
    page.locator("#handlers article").first.wait_for()
    yield page
    context.close()
