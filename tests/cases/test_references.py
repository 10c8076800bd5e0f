"""What a case is called by can be said, typed, and belongs to one case."""

from __future__ import annotations

import threading

import pytest

from app.cases import references
from app.db import Database
from tests import desk


@pytest.fixture
def popular(monkeypatch: pytest.MonkeyPatch) -> str:
    """The reference that everybody draws first."""
    drawn, others = threading.local(), iter(f"M3X{letter}" for letter in "23456789")

    def draw(_length: int) -> str:
        first, drawn.before = not hasattr(drawn, "before"), True
        return "K7Q2" if first else next(others)

    monkeypatch.setattr(references, "_of_length", draw)
    return "K7Q2"


def test_references_can_be_said_and_typed() -> None:
    found = [references.one() for _ in range(50)]

    assert len(set(found)) > 45
    assert all(len(each) == 4 and not set(each) & set("AEIOUYL01") for each in found)


def test_of_several_who_draw_the_same_reference_one_is_given_it_and_the_others_another(
    db: Database, popular: str
) -> None:
    together, given = threading.Barrier(8), []

    def give() -> None:
        together.wait()
        with db.transaction() as session:
            given.append(desk.opened(session).reference)

    threads = [threading.Thread(target=give) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given.count(popular) == 1
    assert len(set(given)) == 8
