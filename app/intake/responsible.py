"""Whose the data are, as a visitor may read it (GDPR art. 13.1 a). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.programme.knowledge import Knowledge
from app.programme.knowledge_on import Standing


@dataclass(frozen=True)
class Board:
    """A board by its name, and the districts or municipalities whose people's data are its; none: everybody else's."""

    name: str
    places: tuple[str, ...] = ()


BoardsOn = Callable[[date], Sequence[Board]]
"""Every board that answers for data on a day; none where nobody has written any down."""


def boards_of(knowledge: Knowledge) -> BoardsOn:
    """As the city's knowledge has it: those of some place first."""

    def on(day: date) -> Sequence[Board]:
        boards = Standing(knowledge, day).boards
        named = (Board(each.name, tuple(knowledge.district[id_].name for id_ in each.districts)) for each in boards)
        return sorted(named, key=lambda board: not board.places)

    return on


def nobody_known(_day: date) -> Sequence[Board]:
    """For pages whose programme says nothing of it: the municipality's social welfare board, without a name."""
    return ()
