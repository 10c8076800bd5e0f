"""`dygnet backup`, `restore` and `retention`, each told once as an operator gives it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.backup import files
from app.db import Database
from app.vault.locks import Cost
from tests import forked
from tests.console.office import NUMBER, send
from tests.evidence import log
from tests.houses import House

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
WORDS = "sju blinda hundar på en kaj"


class Machine:
    """A folder with a house's database and keys, and the command that is given in it."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        shutil.copyfile(template, folder / "dygnet.db")
        self.db = Database(f"sqlite:///{folder}/dygnet.db")
        self.house = House("north", self.db, folder)

    def given(self, *words: object, told: str = "", database: str = "dygnet.db") -> subprocess.CompletedProcess[str]:
        here = {"DATABASE_URL": f"sqlite:///{self.folder}/{database}", "KEYS_DIR": str(self.folder / "keys")}
        return forked.command(list(map(str, words)), told, self.folder, {"PATH": os.environ["PATH"], **here})

    def refuses(self, *words: object, **how: str) -> str:
        done = self.given(*words, **how)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        assert done.stderr.startswith("dygnet: ") and "Traceback" not in done.stderr, done.stderr
        return done.stderr


@pytest.fixture
def machine(tmp_path: Path, sqlite_template: Path):
    found = Machine(tmp_path, sqlite_template)
    yield found
    found.db.close()


def test_a_backup_is_made_and_brought_back_by_its_passphrase_and_refused_in_words_otherwise(machine, sqlite_template):
    machine.house.case()
    folder = machine.folder / "backups"
    assert "at least 12 characters" in machine.refuses("backup", folder, told="kort\n")
    files.lock_of(folder, WORDS, cost=CHEAP)

    made = machine.given("backup", folder, "--json", told=f"{WORDS}\n")
    told = json.loads(made.stdout)
    assert (made.returncode, made.stderr) == (0, "")
    assert told["rows"] > 0 and (folder / told["file"]).is_file()
    assert NUMBER.encode() not in (folder / told["file"]).read_bytes()

    shutil.copyfile(sqlite_template, machine.folder / "new.db")
    wrong = machine.refuses("restore", folder, told="en annan fras än den som gäller\n", database="new.db")
    assert "passphrase" in wrong
    assert "no folder of backups" in machine.refuses("restore", machine.folder / "keys", told=f"{WORDS}\n")
    done = machine.given("restore", folder, "--json", told=f"{WORDS}\n", database="new.db")
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, told["rows"] + told["openers"])
    assert "empty" in machine.refuses("restore", folder, told=f"{WORDS}\n"), "over a database in use"


def test_retention_names_cases_by_pseudonym_and_forgets_nothing_that_takes_two_people(machine):
    anna = machine.house.case()
    send(machine.house.office.browser("anna"), f"{anna.at}/closing", outcome="closed", code="silent_call")
    shown = json.loads(machine.given("retention", "--dry-run", "--json").stdout)
    assert shown["forgotten"] == 0
    assert anna.reference not in json.dumps(shown) and NUMBER not in json.dumps(shown)
    plain = machine.given("retention")
    assert plain.returncode == 0 and "forgotten just now:" in plain.stdout
    assert [entry["actor"] for entry in log(machine.db, "retention.previewed")] == ["operator", "operator"]
