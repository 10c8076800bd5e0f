"""`dygnet keys …` as an operator runs it: in a process of its own, with shares that come by the terminal or stdin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.db import Database
from app.vault.keyfiles import PRIVATE, files_in
from app.vault.keyring import Keyring
from app.vault.kinds import IN_FILES
from tests import forked


class House:
    """A folder with keys and a database, and the command that is run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("KEYS_", "DYGNET_"))},
            "DATABASE_URL": f"sqlite:///{folder}/dygnet.db",
            "KEYS_DIR": str(self.keys),
        }

    def run(self, *words: str, told: str = "", **named: str) -> subprocess.CompletedProcess[str]:
        return forked.command(list(words), told, self.folder, self.environment | named)

    def noted(self, action: str) -> list[dict[str, Any]]:
        """What the log says of each deed of this kind, the oldest first."""
        db = Database(self.environment["DATABASE_URL"])
        with closing(db), db.reading() as session:
            entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        return [said["facts"] for said in (json.loads(entry.body) for entry in entries) if said["action"] == action]

    def shares(self) -> list[str]:
        """The words of new shares, read off the paper."""
        shown = self.run("keys", "shares", "--print").stdout
        pages = shown.split("Recovery share")[1:]
        return [" ".join(row for row in page.splitlines()[1:] if row.strip()[:1].isdigit()) for page in pages]


@pytest.fixture(scope="module")
def house(tmp_path_factory, sqlite_template):
    folder = tmp_path_factory.mktemp("house")
    shutil.copyfile(sqlite_template, folder / "dygnet.db")
    Keyring.create(folder / "keys")
    return House(folder)


def typed(share: str) -> str:
    return " ".join(word for word in share.split() if not word.isdigit())


@pytest.fixture(scope="module")
def shares(house):
    return [typed(each) for each in house.shares()]


def test_a_burnt_folder_is_brought_back_by_any_two_of_three(house, shares):
    before = {path.name: path.read_bytes() for path in house.keys.iterdir()}
    shutil.rmtree(house.keys)
    done = house.run("keys", "recover", told=f"{shares[2]}\n{shares[0]}\n")
    assert done.stdout.count("restored") == len(IN_FILES), done.stderr
    assert {path.name: path.read_bytes() for path in house.keys.iterdir()} == before
    assert all(file.path.stat().st_mode & 0o077 == 0 for file in files_in(house.keys) if file.half == PRIVATE)
    assert "nothing was missing" in house.run("keys", "recover", told=f"{shares[1]}\n{shares[0]}\n").stdout


def test_what_is_wrong_with_a_share_is_said_and_no_word_of_it(house, shares):
    scrambled = f"banan {shares[1].partition(' ')[2]}"
    done = house.run("keys", "recover", told=f"{shares[0]}\n{scrambled}\n")
    assert done.returncode == 1
    assert "Share 2: Word 1 is not in the list" in done.stderr
    assert "banan" not in done.stdout + done.stderr
    assert "1 more are needed" in house.run("keys", "drill", told=f"{shares[0]}\n").stderr


def test_a_drill_says_yes_and_is_remembered(house, shares):
    assert "never" in house.run("keys", "status").stdout
    done = house.run("keys", "drill", told=f"{shares[0]}\n{shares[1]}\n")
    assert done.stdout.startswith("yes"), done.stderr
    told = json.loads(house.run("keys", "status", "--json").stdout)
    assert told["recovery"]["last_drill"]
    assert told["warnings"] == []
    assert {row["kind"] for row in told["keys"]} >= set(IN_FILES)


def test_shares_are_not_written_where_nobody_sees_them_go(house, shares):
    done = house.run("keys", "shares")
    assert done.returncode == 1
    assert "no terminal" in done.stderr
    pages = house.folder / "pages.html"
    assert house.run("keys", "shares", "--shares", "5", "--needed", "3", "--pages", str(pages)).returncode == 0
    assert pages.stat().st_mode & 0o777 == 0o600
    assert pages.read_text().count("<section>") == 5
    done = house.run("keys", "drill", told=f"{shares[0]}\n{shares[1]}\n")
    assert done.returncode == 1 and "not the ones in use" in done.stderr, "new shares end the old ones"


def test_a_share_typed_at_a_terminal_is_not_shown(house):
    """A real terminal: what is typed into it does not come back."""
    child, terminal = forked.at_a_terminal(["keys", "drill"], house.folder, house.environment)
    shown = _until(terminal, b"Share 1: ")
    os.write(terminal, b"hemliga ord\n")
    shown += _until(terminal, b"Share 1: ")
    os.close(terminal)
    forked.wait_for(child)
    assert b"Word 1, 2 is not in the list" in shown
    assert b"hemliga" not in shown


def test_a_locked_folder_is_rotated_by_who_was_told_the_passphrase(house):
    secret = house.folder / "passphrase"
    secret.write_text("sju sjösjuka sjömän\n")
    secret.chmod(0o600)
    assert house.run("keys", "lock", told=secret.read_text()).returncode == 0
    assert "KEYS_PASSPHRASE_FILE" in house.run("keys", "rotate", "push").stderr
    done = house.run("keys", "rotate", "push", KEYS_PASSPHRASE_FILE=str(secret))
    assert "published" in done.stdout, done.stderr
    assert all(file.is_locked for file in files_in(house.keys) if file.half == PRIVATE)
    assert house.run("keys", "unlock", KEYS_PASSPHRASE_FILE=str(secret)).returncode == 0
    assert [facts["what"] for facts in house.noted("keys.locked")] == ["locked", "unlocked"]


def test_keys_are_not_printed_before_the_log_knows(house):
    printed = house.run("keys", "environment", "index")
    assert "DYGNET_KEY_INDEX" in printed.stdout, printed.stderr
    assert [facts["kinds"] for facts in house.noted("keys.printed")] == ["index"]


def _until(terminal: int, ending: bytes) -> bytes:
    shown = b""
    while not shown.endswith(ending):
        shown += os.read(terminal, 1024)
    return shown
