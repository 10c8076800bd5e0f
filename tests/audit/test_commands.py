"""The commands on the log, as an operator and an auditor give them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app.audit.note import Checkpoint, VerifierKey
from app.cli import app
from app.clock import wall_in
from app.db import Database
from app.vault.keyring import Keyring
from tests import desk


@pytest.fixture
def house(tmp_path, monkeypatch, sqlite_template):
    """A folder in which the line's commands are given."""
    (tmp_path / "dygnet.db").write_bytes(sqlite_template.read_bytes())
    db = Database(f"sqlite:///{tmp_path}/dygnet.db")
    desk.employ(db, tmp_path)
    db.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/dygnet.db")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))
    return tmp_path


def given(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_line_of_the_handover_is_all_that_an_auditor_needs_to_keep(house):
    note = given("audit", "checkpoint").output
    line = given("audit", "checkpoint", "--as", "line").output.strip()
    origin = Keyring.load(house / "keys").log_name
    assert Checkpoint.parse(note.rpartition("\n\n")[0] + "\n").line == line
    assert line.startswith(f"{origin} ")

    made = given("audit", "export", house / "log").output.splitlines()[-1]
    cases = ["--cases", house / "cases.csv"]
    checked = given("audit", "verify", house / "log", "--key", made, "--said", line, "--json", *cases)
    told = json.loads(checked.output)
    assert (checked.exit_code, told["ok"], told["wrong"], told["promise"]) == (0, True, [], [])
    assert any("older checkpoints" in one for one in told["checked"])
    assert (house / "cases.csv").is_file()

    forged = " ".join([origin, line.split()[1], "A" * 43 + "="])
    refused = given("audit", "verify", house / "log", "--key", made, "--said", forged)
    assert refused.exit_code == 1
    assert "are not those it signed" in refused.output


def test_the_key_of_the_next_years_tree_is_told_before_it_begins_and_one_year_is_exported_alone(house):
    keyring = Keyring.load(house / "keys")
    next_year = wall_in(0).year + 1
    key = VerifierKey(f"{keyring.log_name}/{next_year}", keyring.log_public.public_bytes_raw())
    assert given("audit", "checkpoint", "--as", "next-key").output.strip() == str(key)

    known = given("audit", "export", house / "log", "--year", next_year - 1)
    assert known.exit_code == 0
    checked = given("audit", "verify", house / "log", "--key", key)
    assert (checked.exit_code, "one year of a log" in checked.output) == (0, True)
    unknown = given("audit", "export", house / "none", "--year", 1999)
    assert unknown.exit_code == 1
    assert given("audit", "export", house / "part", "--year", 1999, "--actor", "anna").exit_code == 1


def test_a_witness_prints_the_key_that_the_line_is_told(house):
    log = VerifierKey("dygnet/log", Keyring.load(house / "keys").log_public.public_bytes_raw())
    words = ["witness", house / "office", "--name", "witness.example.org/w", "--log", log, "--key-only"]
    key = given(*words).output.strip()
    assert key.startswith("witness.example.org/w+")
    assert given("witness", house / "office", "--key-only").output.strip() == key
