"""The whole journey in w3m, by its own keys: form, receipt, code once more, mailbox, answer."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from select import select as readable

import pytest
from sqlalchemy import select

from app.cases.letters import Letter
from app.db import Database
from tests.intake.answering import FROM_US, a_handler_writes
from tests.marks import not_tested

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

PATIENCE = 20.0
"""Seconds in which a page must have come."""

FROM_THEM = "Vid biblioteket, inte hemma."
"""Typed in the editor that w3m opens for a field of several lines."""

BACK_ONE = "\x1b\t"
"""To the link or field before; w3m reads no labels, so that a field is found from the words after it."""


class TextBrowser:
    """w3m, and the keys that somebody presses in it. What it shows is what it saves of a page, as text."""

    def __init__(self, address: str, home: Path) -> None:
        self._home, self._saved = home, 0
        editor = home / "editor"
        editor.write_text(f'#!/bin/sh\nfor file; do :; done\necho "{FROM_THEM}" > "$file"\n')
        editor.chmod(0o700)
        self._keys, theirs = pty.openpty()
        terminal = {"TERM": "xterm", "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
        terminal |= {"HOME": str(home), "EDITOR": str(editor)}
        command = ["w3m", "-no-cookie", "-no-mouse", "-o", "confirm_qq=0", address]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=terminal, start_new_session=True
        )
        os.close(theirs)

    def press(self, *keys: str) -> None:
        """Each in turn. Whatever it draws meanwhile is thrown away, so that it never waits for us."""
        for key in keys:
            os.write(self._keys, key.encode())
            while readable([self._keys], [], [], 0.05)[0]:
                os.read(self._keys, 65_536)

    def page_with(self, words: str) -> str:
        """The page as text, once it says this."""
        until, page = time.monotonic() + PATIENCE, ""
        while time.monotonic() < until:
            self._saved += 1
            file = self._home / f"{self._saved}.txt"
            self.press("S\x15" + str(file) + "\r")
            page = file.read_text() if file.exists() else ""
            if words in page:
                return page
        raise AssertionError(f"no page with “{words}” but:\n{page}")

    def close(self) -> None:
        """Leave at once."""
        self._process.kill()
        self._process.wait()
        os.close(self._keys)


@pytest.fixture
def w3m(origin: str, tmp_path: Path) -> Iterator[TextBrowser]:
    """A text browser that has just opened the form."""
    if shutil.which("w3m") is None:
        not_tested("the text browser w3m is not installed")
    home = tmp_path / "home"
    home.mkdir()
    browser = TextBrowser(f"{origin}/sv/contact", home)
    yield browser
    browser.close()


def test_form_receipt_mailbox_and_answer_in_a_text_browser(w3m: TextBrowser, db: Database) -> None:
    form = w3m.page_with("Får vi kontakta dig?")
    assert form.strip().startswith("Lämna sidan"), "the way out is the first thing that is read"
    assert "Skift" not in form, "no key is promised that needs a script"
    w3m.press("/Nej, jag\r", BACK_ONE, "\r", "/^Skicka\r", "\r")
    receipt = re.search(r"\d{4}( \d{4}){4}", w3m.page_with("Din kod"))
    assert receipt

    w3m.press("/20 siffror\r", "\t", "\r", f"{receipt[0]}\r", "/^Kontrollera\r", "\r")
    w3m.page_with("Koden stämmer")
    a_handler_writes(db)
    w3m.press("/Brevl\r", "\r")
    w3m.page_with("Skriv koden du fick")
    w3m.press("/20 siffror\r", "\t", "\r", f"{receipt[0]}\r", "/^Öppna\r", "\r")
    inside = w3m.page_with("Meddelanden")

    assert set(FROM_US.splitlines()) <= {*inside.splitlines()}, "with its line breaks"
    assert receipt[0] not in inside
    w3m.press("/Högst 4000\r", "\t", "\r", "/^Skicka\r", "\r")
    assert FROM_THEM not in w3m.page_with("Tack. Vi har tagit emot det.")
    with db.reading() as session:
        (theirs,) = session.scalars(select(Letter).where(Letter.by_id.is_(None)))
        assert not theirs.duress
