"""The page on what becomes of what one tells names who is responsible for it, in every language."""

from __future__ import annotations

from starlette.testclient import TestClient

from app.clock import WallClock
from app.db import Database
from app.intake.public import create_public
from app.intake.reception import Desk
from app.intake.responsible import Board
from app.intake.wording import languages
from app.vault.envelope import new_key
from tests.marks import ON_ONE_DATABASE

OURS, THEIRS = Board("Nämnden i Kommunen"), Board("Nämnden i Granne")
OF_A_PLACE = Board("Nämnden i Granne", ("Granne", "Skogen"))


def read(db: Database, *boards: Board) -> dict[str, str]:
    """The page as it is in each language, where these are the boards."""
    face = create_public(
        db,
        WallClock(),
        Desk(rota=new_key("rota").public, index_key=b"i" * 32),
        public_url="https://line.example.org",
        line_number="+46846500400",
        boards_on=lambda _day: boards,
    )
    with TestClient(face, base_url="https://line.example.org") as browser:
        return {language: browser.get(f"/{language}/privacy").text for language in languages()}


@ON_ONE_DATABASE
def test_one_board_is_named_and_of_several_each_by_its_places_or_all_together_in_every_language(db: Database):
    one, each, jointly = read(db, OURS), read(db, OF_A_PLACE, OURS), read(db, THEIRS, OURS)

    for language in languages():
        assert OURS.name in one[language] and THEIRS.name not in one[language]
        assert "Granne, Skogen: Nämnden i Granne" in each[language] and OURS.name in each[language]
        assert THEIRS.name in jointly[language] and OURS.name in jointly[language]
        assert "Skogen" not in jointly[language]


@ON_ONE_DATABASE
def test_where_nobody_wrote_one_down_it_is_the_municipalitys_social_welfare_board(db: Database):
    assert "Kommunens socialnämnd ansvarar för uppgifterna." in read(db)["sv"]
