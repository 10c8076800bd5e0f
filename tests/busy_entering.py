"""What a colleague does on the busy day with what came another way: enters it, joins it, and parts it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from starlette.testclient import TestClient

from tests.entering import enter
from tests.hotline import Hotline


def two_letters_of_one_person(line: Hotline, anna: TestClient, do: Callable[..., object], words: str) -> None:
    """Two letters that are taken for one person's, for two people's, and for one's again, who then comes by."""
    assert anna.get("/console/paper").status_code == 200
    older, younger = (_entered(line, anna, hours, words) for hours in (5, 4))
    do(anna, younger, "join", same=older.rpartition("/")[2], word="handler")
    do(anna, older, "parting", other=younger.rpartition("/")[2])
    do(anna, younger, "join", same=older.rpartition("/")[2], word="person")
    do(anna, older, "attempts", channel="visit", outcome="reached")
    do(anna, older, "closure", code="advice")


def _entered(line: Hotline, anna: TestClient, hours: int, words: str) -> str:
    """The address of its case."""
    return str(enter(anna, line.now - timedelta(hours=hours), way="letter", message=words, takes="yes").url.path)
