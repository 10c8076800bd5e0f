"""The harmless house of a session under duress is in memory: nothing of it is left of a process that was killed."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from pathlib import Path
from typing import Any

from app.clock import Clock
from app.console.console import create_console
from app.console.decoys import Decoys
from app.db import Database
from app.staff.directory import by_alias
from app.vault.keyring import Keyring
from tests.browsers import Browser
from tests.console.office import PUBLIC_URL, Office
from tests.console.test_account import under_duress


def be_looked_at(url: str, keys: Path, folder: Path, clock: Clock, cookies: dict[str, str], seen: Any) -> None:
    """A console's process that shows somebody the harmless house, and is then killed."""
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    keyring = Keyring.load(keys, private=("rota", "duty", "index"))
    face = create_console(Database(url), clock, keyring, public_url=PUBLIC_URL)
    browser = Browser(face, base_url=PUBLIC_URL, cookies=cookies, follow_redirects=False)
    seen.send((browser.get("/console/").text, browser.get("/console/account").status_code))
    seen.recv()


def test_of_a_killed_console_that_showed_the_harmless_house_no_file_is_left(
    enrolled: Office, keys: Path, tmp_path: Path
) -> None:
    received = enrolled.approach()
    browser = under_duress(enrolled, received)
    folder = tmp_path / "temporary"
    folder.mkdir()
    ours, theirs = multiprocessing.Pipe()
    url = enrolled.db.engine.url.render_as_string()
    context = multiprocessing.get_context("forkserver")
    arguments = (url, keys, folder, enrolled.clock, dict(browser.cookies), theirs)
    process = context.Process(target=be_looked_at, args=arguments, daemon=True)
    process.start()
    assert ours.poll(120)
    board, account = ours.recv()
    assert ("Inget väntar" in board, account) == (True, 200)
    open_files = [os.path.realpath(each) for each in Path(f"/proc/{process.pid}/fd").iterdir()]
    process.kill()
    process.join()

    assert list(folder.rglob("*")) == []
    known = {str(path) for path in tmp_path.glob("dygnet.db*")}
    databases = {path for path in open_files if ".db" in Path(path).name or "SQLite" in path}
    assert databases <= known, "nor was one there under another name"


def test_a_house_that_is_torn_down_is_gone_and_no_two_are_the_same(office: Office) -> None:
    decoys = Decoys(office.db, lambda db: create_console(db, office.clock, office.keyring, public_url=PUBLIC_URL))
    first, second = decoys._build(), decoys._build()
    with first.db.transaction() as session:
        person = by_alias(session, "anna")
        assert person
        person.alias = "someone"
        session.flush()
        with first.db.reading() as beside:
            assert by_alias(beside, "bo"), "whoever looks waits for nobody who writes"
    with second.db.reading() as session:
        assert by_alias(session, "anna")
    first.tear_down()
    with first.db.engine.connect() as anew:
        assert anew.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0
    second.tear_down()
