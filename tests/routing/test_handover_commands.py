"""`dygnet handover …` as an operator gives it: in a process of its own, and it ends with a sentence and a status."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.clock import WallClock
from app.db import Database
from app.demo import folder as demo
from tests import forked, people
from tests.dossiers import Desk, link_in
from tests.evidence import everything_kept
from tests.houses import SAYS, House, packed

Given = Callable[..., subprocess.CompletedProcess[str]]


class WithAHand(House):
    """A house, and its operator at the machine. The commands are given on the Monday of the tests."""

    def __init__(self, name: str, folder: Path, template: Path) -> None:
        folder.mkdir()
        shutil.copyfile(template, folder / "dygnet.db")
        super().__init__(name, Database(f"sqlite:///{folder}/dygnet.db"), folder)
        begun = {"clock_started": people.MONDAY.isoformat(), "wall_started": WallClock().now().isoformat()}
        demo.write(folder / "var", demo.Marker("AC", "", **begun))

    def given(self, *words: object, **named: str) -> subprocess.CompletedProcess[str]:
        here = {"DATABASE_URL": f"sqlite:///{self.folder}/dygnet.db", "KEYS_DIR": str(self.folder / "keys")}
        environment = {"PATH": os.environ["PATH"], **here, **named}
        return forked.command(["handover", *map(str, words)], "", self.folder, environment)

    def refuses(self, *words: object, **named: str) -> str:
        """What it says when it does not do it: one sentence and status 1, no traceback and nothing on the way out."""
        done = self.given(*words, **named)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        assert done.stderr.startswith("dygnet: ") and "Traceback" not in done.stderr, done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def houses(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("houses")
    north, south = (WithAHand(name, folder / name, sqlite_template) for name in ("north", "south"))
    north.knows((south, None))
    south.knows((north, None))
    yield north, south
    north.db.close()
    south.db.close()


@pytest.fixture(scope="module")
def anna(houses) -> Desk:
    """Her case, in which she has decided what the house in the south is to be told."""
    desk = houses[0].case()
    packed(desk, "south")
    return desk


def test_packed_opened_answered_and_settled_with_four_commands_and_nothing_shown_on_the_way(houses, anna: Desk):
    north, south = houses
    package, receipt = south.folder / "p.dygnet", north.folder / "r.dygnet"
    made = json.loads(north.given("pack", anna.reference, package, "--to", "south", "--json").stdout)
    assert package.stat().st_mode & 0o777 == 0o600
    assert SAYS not in package.read_text()
    assert (made["file"], made["package"]) == (str(package), json.loads(package.read_text().split("\n")[1])["package"])
    (opened,) = [entry for entry in north.office.log("case.revealed") if entry["actor"] == "operator"]
    assert opened["purpose"] == "handover"

    first = json.loads(south.given("open", package, "--json").stdout)
    again = json.loads(south.given("open", package, "--json").stdout)
    assert (first["new"], again["new"]) == (True, False)
    assert (first["case"], first["digest"]) == (again["case"], made["digest"])
    assert SAYS.encode() not in everything_kept(south.db)
    assert "nobody has answered it" in south.refuses("receipt", made["package"], receipt)

    theirs = south.taken(type("Taken", (), {"reference": first["case"]})())
    theirs.do(link_in(theirs.cover(), r"(arrivals/\w+)/reading") + "/answer", answer="accepted")
    assert south.given("receipt", made["package"], receipt).stdout == f"{receipt}\n"
    settled = json.loads(north.given("open", receipt, "--json").stdout)
    assert (settled["case"], settled["new"]) == (anna.reference, True)
    assert north.office.log("case.closed")[0]["facts"]["closed_as"] == "handed_over"


def test_what_cannot_be_packed_says_why_and_opens_nothing(houses, anna: Desk):
    north, _ = houses
    before, out = len(north.office.log("case.revealed")), north.folder / "out.dygnet"
    assert "there is no such case" in north.refuses("pack", "ZZZZ", out, "--to", "south")
    assert "No keys of nobody stand in the programme file" in north.refuses(
        "pack", anna.reference, out, "--to", "nobody"
    )
    out.write_text("what was here before")
    assert "exists already and is not overwritten" in north.refuses("pack", anna.reference, out, "--to", "south")
    assert out.read_text() == "what was here before"
    nowhere = north.folder / "nowhere" / "p.dygnet"
    assert "there is no folder" in north.refuses("pack", anna.reference, nowhere, "--to", "south")
    by_hand = north.refuses("pack", anna.reference, nowhere, "--to", "south", ROTA_KEY="staff")
    assert "only staff can open cases here" in by_hand
    assert len(north.office.log("case.revealed")) == before

    other = north.case()
    assert "Nothing has been decided to be told to south" in north.refuses(
        "pack", other.reference, north.folder / "none", "--to", "south"
    )
    assert not (north.folder / "none").exists()


def test_what_is_no_package_for_this_house_is_refused_in_a_sentence_and_keeps_nothing(houses):
    north, south = houses
    north.office.later(minutes=5)
    packed(north.case(), "south")
    text = north.carried("package")
    before = everything_kept(south.db)
    wrong = {
        "altered": (text.replace('"made_at":"2026-01-05', '"made_at":"2026-01-06', 1), "altered on the way"),
        "cut short": (text[:-3], "not a whole text"),
        "empty": ("", "not a whole text"),
        "far too long": ("dygnet handover 1\n" + "x" * 1_000_000, "not a whole text"),
    }
    for name, (words, why) in wrong.items():
        file = south.folder / f"{name}.dygnet"
        file.write_text(words)
        assert why in south.refuses("open", file), name
    picture = south.folder / "picture.dygnet"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\xff")
    assert "those are plain text" in south.refuses("open", picture)
    assert "No such file" in south.refuses("open", south.folder / "nothing.dygnet")
    assert everything_kept(south.db) == before

    mine = north.folder / "mine.dygnet"
    mine.write_text(text)
    assert "Nobody whose keys were exchanged" in north.refuses("open", mine)
    other_keys = south.folder / "other-keys"
    type(north.office.keyring).create(other_keys)
    (south.folder / "p2.dygnet").write_text(text)
    assert "sealed to another key" in south.refuses("open", south.folder / "p2.dygnet", KEYS_DIR=str(other_keys))
    assert "KEYS_DIR" in south.refuses("open", south.folder / "p2.dygnet", KEYS_DIR=str(south.folder / "no-keys"))


def test_the_keys_to_exchange_are_what_the_other_house_writes_into_its_programme_file(houses):
    _, south = houses
    told = json.loads(south.given("key", "--json").stdout)
    printed = south.given("key").stdout
    assert f'signs_with = "{told["signs_with"]}"' in printed and told["signs_with"] == south.signs_with
    assert told["seals_to"] in south.card()
    assert " ".join(told["fingerprint"][at : at + 4] for at in range(0, 32, 4)) in printed


def test_the_tool_for_others_is_written_once(houses):
    _, south = houses
    tool = south.folder / "open_handover.py"
    assert south.given("tool", tool).returncode == 0
    assert "def main" in tool.read_text()
    assert "not overwritten" in south.refuses("tool", tool)
