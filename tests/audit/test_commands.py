"""The commands on the log, as an operator and an auditor give them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from app.audit.log import record
from app.audit.note import Checkpoint, VerifierKey
from app.cli import app
from app.clock import wall_in
from app.db import Database
from app.vault.keyring import Keyring
from tests import desk
from tests.audit.turning import sign


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


def test_a_table_of_cases_that_cannot_be_written_is_said_before_the_log_is_read_and_an_older_one_is_emptied(house):
    made = given("audit", "export", house / "log").output.splitlines()[-1]
    nowhere, alone = house / "no" / "such" / "folder.csv", [sys.executable, "-I", house / "log" / "verify_log.py"]
    single = [*alone, house / "log", "--key", made]
    for said in (
        given("audit", "verify", house / "log", "--key", made, "--cases", nowhere).exception,
        subprocess.run([*single, "--cases", nowhere], capture_output=True, text=True, check=False).stderr,
    ):
        assert f"{nowhere} cannot be written: No such file or directory" in str(said)

    older = house / "cases.csv"
    older.write_text("of another log")
    (house / "log" / "checkpoint").write_text("none")
    assert subprocess.run([*single, "--cases", older], capture_output=True, check=False).returncode == 1
    assert older.read_text() == ""


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


CASE = "c" * 32
AROUND_NEW_YEAR = ["--since", "2024-12-31T23:52:00", "--until", "2025-01-01T01:00:00"]
PARTS = {
    "a period over New Year": (AROUND_NEW_YEAR, {"2024": 3, "2025": 3}),
    "an actor": (["--actor", "anna"], {"2024": 1, "2025": 2, "": 1}),
    "a role": (["--role", "auditor"], {"2024": 1, "2025": 2, "": 1}),
    "a kind of deed": (["--action", "log.year_closed"], {"2024": 1, "2025": 1}),
    "a case": (["--about", CASE], {"2024": 2, "2025": 4, "": 2}),
    "what nobody did": (["--actor", "dag"], {}),
}


@pytest.fixture
def of_three_years(tmp_path, monkeypatch, sqlite_template):
    """The same folder, of a line that lived over two New Years."""
    (tmp_path / "dygnet.db").write_bytes(sqlite_template.read_bytes())
    db = Database(f"sqlite:///{tmp_path}/dygnet.db")
    desk.employ(db, tmp_path, at=datetime(2024, 12, 31, 23, 50, tzinfo=UTC))
    keyring = Keyring.load(tmp_path / "keys", private=("audit",))
    for year in (2024, 2025):
        for at in (datetime(year, 12, 31, 23, 55, tzinfo=UTC), datetime(year + 1, 1, 1, 0, 5, tzinfo=UTC)):
            with db.transaction() as session:
                for who, role in (("anna", "handler"), ("eva", "auditor")):
                    record(session, at=at, by=who, action="case.read", about=CASE, role=role)
            sign(db, keyring.log_key, at, line=keyring.log_name)
    db.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/dygnet.db")
    monkeypatch.setenv("KEYS_DIR", str(tmp_path / "keys"))
    return tmp_path


def test_after_two_new_years_every_part_that_can_be_asked_for_is_written_and_verified(of_three_years):
    line = given("audit", "checkpoint", "--as", "line").output.strip()
    key = given("audit", "export", "whole").output.splitlines()[-1]
    held = ["--held", "whole/earlier/2024/checkpoint", "--held", "whole/earlier/2025/checkpoint"]
    checked = given("audit", "verify", "whole", "--key", key, "--said", line, *held, "--cases", "cases.csv", "--json")
    assert (checked.exit_code, json.loads(checked.output)["notes"]) == (0, [])

    for year in (2024, 2025, 2026):
        assert given("audit", "export", str(year), "--year", year).exit_code == 0
        assert given("audit", "verify", str(year), "--key", key, "--said", line).exit_code == 0

    for name, (options, counts) in PARTS.items():
        assert given("audit", "export", name, *options).exit_code == 0, name
        checked = given("audit", "verify", name, "--key", key)
        assert checked.exit_code == 0, (name, checked.output)
        folders = {"": of_three_years / name} | {
            folder.name: folder for folder in (of_three_years / name / "earlier").glob("*")
        }
        found = {year: (folder / "proofs.jsonl").read_text().count("\n") for year, folder in folders.items()}
        assert {year: count for year, count in found.items() if count} == counts, name


def test_a_witness_prints_the_key_that_the_line_is_told(house):
    log = VerifierKey("dygnet/log", Keyring.load(house / "keys").log_public.public_bytes_raw())
    words = ["witness", house / "office", "--name", "witness.example.org/w", "--log", log, "--key-only"]
    key = given(*words).output.strip()
    assert key.startswith("witness.example.org/w+")
    assert given("witness", house / "office", "--key-only").output.strip() == key
