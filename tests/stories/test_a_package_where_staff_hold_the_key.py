"""Where staff hold the key, what another house sends opens only for one of them who is signed in, as cases do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.db import Database
from tests.console.office import take
from tests.dossiers import Desk, link_in
from tests.evidence import everything_kept
from tests.holding import enrol, held_by_staff, sign_in, sign_out
from tests.hotline import Hotline
from tests.houses import SAYS, House, card, packed
from tests.marks import ON_ONE_DATABASE
from tests.people import PROGRAMME


class There:
    """The house whose staff hold the key, as the other one knows it."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys

    def card(self, address: str | None) -> str:
        return card("south", self._keys, address)


@pytest.fixture
def north(sqlite_template: Path, tmp_path: Path):
    shutil.copyfile(sqlite_template, tmp_path / "north.db")
    database = Database(f"sqlite:///{tmp_path}/north.db")
    yield House("north", database, tmp_path / "north")
    database.close()


@ON_ONE_DATABASE
def test_a_package_opens_for_nobody_before_one_who_holds_the_key_is_signed_in(hotline: Hotline, north: House):
    line, keys = held_by_staff(hotline), hotline.settings.keys_dir
    north.knows((There(keys), None))
    line.apply(f'{PROGRAMME}\n[knowledge]\ninclude = ["minimal"]\n{north.card()}')
    anna = enrol(line, "anna")
    assert not [*keys.glob("rota.*.key")], "the server has the key no more"
    ours = Desk(lambda: anna, "")

    north.office.clock.at = line.now
    packed(north.case(), "south")
    sign_out(anna)
    answer = line.doors.post("/handover", data={"text": north.carried("package")})
    assert answer.status_code == 200, answer.text
    reference = line.case().reference
    assert SAYS.encode() not in everything_kept(line.db)

    bo = enrol(line, "bo")
    take(bo, reference)
    theirs = Desk(lambda: bo, reference)
    coming = link_in(theirs.cover(), r"(arrivals/\w+)/reading")
    shut = theirs.do(f"{coming}/reading")
    assert theirs.status == 403 and SAYS not in shut and "måste släppa in dig" in shut, "signed in, and no holder"
    line.at_the_desk(bo, "release")
    assert anna.get(f"/console/cases/{reference}/dossier").url.path == "/console/sign-in", "a holder, and not signed in"

    anna = sign_in(line, "anna")
    take(anna, reference)
    ours = Desk(lambda: anna, reference)
    assert SAYS in ours.do(f"{coming}/reading")
    ours.do(f"{coming}/answer", answer="accepted")
    sheet = ours.do("dossier", sheet="leaving")
    assert SAYS in sheet
    assert "signs_with = " in sheet, "and whoever holds the key can give the other house what it takes"
    assert SAYS.encode() not in everything_kept(line.db)
