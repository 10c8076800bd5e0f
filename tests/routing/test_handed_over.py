"""Two houses hand a person over and back, by files and over HTTPS, and nobody between them gets anywhere."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from app import parcels
from app.db import Database
from app.routing.handover_tool import TOOL
from app.routing.sealed_letters import NotAPackage
from tests.dossiers import Desk, link_in
from tests.evidence import everything_kept
from tests.houses import SAYS, House, packed


@pytest.fixture
def north(db: Database, tmp_path: Path) -> House:
    return House("north", db, tmp_path / "north")


@pytest.fixture
def south(sqlite_template: Path, tmp_path: Path):
    shutil.copyfile(sqlite_template, tmp_path / "south.db")
    database = Database(f"sqlite:///{tmp_path}/south.db")
    yield House("south", database, tmp_path / "south")
    database.close()


@pytest.fixture
def acquainted(north: House, south: House) -> tuple[House, House]:
    """Both know the other's keys; what is packed is carried by hand."""
    north.knows((south, None))
    south.knows((north, None))
    return north, south


def arrival(desk: Desk) -> str:
    return link_in(desk.cover(), r"(arrivals/\w+)/reading")


def test_a_person_is_handed_over_and_back_by_files_and_one_house_owns_them_at_every_moment(acquainted):
    north, south = acquainted
    anna = north.case()
    page = packed(anna, "south")
    assert "Hämta filen" in page and "Mottagarens nyckel" not in page, "one package at a time"
    package_id = link_in(page, r"handovers/(\w+)/file")
    text = anna.do(f"handovers/{package_id}/file")
    assert SAYS not in text

    taken = south.takes_in(text)
    assert south.takes_in(text) == taken.__class__(taken.package, taken.digest, taken.reference, is_new=False)
    assert SAYS.encode() not in everything_kept(south.db)
    theirs = south.taken(taken)
    assert "väntar på svar" in theirs.cover()
    came = arrival(theirs)
    assert SAYS in theirs.do(f"{came}/reading")
    assert not north.office.log("case.closed"), "still theirs who sent"

    theirs.do(f"{came}/answer", answer="declined", because="not_ours")
    north.takes_in(south.carried("receipt"))
    assert "Mottagaren sa nej" in anna.cover() and not north.office.log("case.closed")
    assert south.office.log("case.closed")[0]["purpose"] == "handed_back"
    theirs.do(f"{came}/reading")
    assert theirs.status == 404

    for house in acquainted:
        house.office.later(minutes=5)
    again = anna.do("handovers", disclosure=link_in(page, r"disclosures/(\w+)/paper"))
    second = south.takes_in(north.carried("package"))
    assert second.package != package_id and "Hämta filen" in again
    theirs = south.taken(second)
    theirs.do(f"{arrival(theirs)}/answer", answer="accepted")
    assert SAYS in theirs.do("dossier", sheet="leaving")
    north.takes_in(south.carried("receipt"))
    (closed,) = north.office.log("case.closed")
    assert closed["facts"]["closed_as"] == "handed_over"
    assert SAYS.encode() not in everything_kept(south.db) + everything_kept(north.db)
    for mine, other in (("handover.packed", "handover.arrived"), ("handover.taken_over", "handover.accepted")):
        ours, notes = ([e["facts"] for e in house.office.log(w)] for house, w in ((north, mine), (south, other)))
        assert [(f["package"], f["digest"]) for f in ours] == [(f["package"], f["digest"]) for f in notes]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_over_https_both_clocks_agree_and_what_does_not_arrive_is_tried_again(north: House, south: House):
    with north.public() as from_north, south.public() as from_south:
        north.knows((south, from_south))
        south.knows((north, from_north))
        anna = north.case(reached=False)
        north.office.clock.at = south.office.clock.at = north.office.now.replace(hour=20)
        packed(anna, "south")
        assert parcels.carry(north.db, at=north.office.now) == 1
        assert parcels.carry(north.db, at=north.office.now) == 0
        (came,) = south.office.log("handover.arrived")
        opened = south.office.log("case.opened")[-1]
        assert opened["facts"]["due_at"] == north.office.log("case.opened")[-1]["facts"]["due_at"]

        theirs = south.taken(south.takes_in(north.carried("package")))
        theirs.do(f"{arrival(theirs)}/answer", answer="accepted")
        assert parcels.carry(south.db, at=south.office.now) == 1
        assert north.office.log("handover.taken_over")[0]["facts"]["digest"] == came["facts"]["digest"]
        assert not north.office.log("case.closed"), "accepted is not reached: the clock runs on"
        answer = requests.post(f"{from_south}/handover", data={"text": "dygnet handover 1\n{}\n\n\n"}, timeout=30)
        assert (answer.status_code, list(answer.json())) == (422, ["why"])


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_third_party_that_reads_alters_replays_truncates_or_swaps_receivers_gets_nowhere(acquainted, tmp_path: Path):
    north, south = acquainted
    packed(north.case(), "south")
    text = north.carried("package")
    kind, head, box, signature, _ = text.split("\n")
    other = json.loads(head) | {"package": "0" * 32}
    north.office.later(minutes=5)
    third = north.case()
    packed(third, "south")
    foreign = north.carried("package").split("\n")
    altered = {
        "cut short": text[:-2],
        "with a line more": text + "\n",
        "another id": "\n".join([kind, json.dumps(other, sort_keys=True, separators=(",", ":")), box, signature, ""]),
        "another box": "\n".join([kind, head, foreign[2], signature, ""]),
        "spelt otherwise": "\n".join([kind, head.replace(":", ": "), box, signature, ""]),
        "as a receipt": text.replace(kind, "dygnet handover receipt 1"),
    }
    before = everything_kept(south.db)
    for changed in altered.values():
        with pytest.raises(NotAPackage):
            south.takes_in(changed)
    assert everything_kept(south.db) == before

    with pytest.raises(NotAPackage, match="another key"):
        House.takes_in(south_knows_itself(north), text)
    taken = south.takes_in(text)
    with pytest.raises(NotAPackage):
        north.takes_in(south_says_yes(south, taken).replace('"accepted":true', '"accepted":false'))


def south_knows_itself(north: House) -> House:
    """The sender's own letter comes back to it: it is signed, and for somebody else."""
    north.knows((north, None))
    return north


def south_says_yes(south: House, taken) -> str:
    theirs = south.taken(taken)
    theirs.do(f"{arrival(theirs)}/answer", answer="accepted")
    return south.carried("receipt")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_receiver_without_dygnet_opens_and_answers_with_one_file(north: House, tmp_path: Path):
    def tool(*words: str, status: int = 0) -> str:
        done = subprocess.run([sys.executable, "-I", str(copy), *words], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    copy = tmp_path / "open_handover.py"
    shutil.copyfile(TOOL, copy)
    card = tool("keys", str(tmp_path / "keys.json")).replace("NAME", "shelter")
    told = f'[knowledge.receiver.shelter]\nname = "Jouren"\nconsent = "other_municipality"\n{card}'
    stranger = type("Stranger", (), {"card": lambda self, address: told})()
    north.knows((stranger, None))
    anna = north.case()
    packed(anna, "shelter")
    package = tmp_path / "p.dygnet"
    package.write_text(north.carried("package"))
    keys, sender = str(tmp_path / "keys.json"), north.signs_with

    page = tool("open", str(package), keys, sender)
    assert SAYS in page and page.startswith("SEKRETESS  26 kap. 1 §")
    wrong = base64.b64encode(b"x" * 32).decode()
    assert "refused" in tool("open", str(package), keys, wrong, status=1)
    tool("answer", str(package), keys, sender, str(tmp_path / "receipt"))
    north.takes_in((tmp_path / "receipt").read_text())
    assert north.office.log("case.closed")[0]["facts"]["closed_as"] == "handed_over"
