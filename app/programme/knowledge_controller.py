"""Whose the data are: who is controller (GDPR art. 4.7), of everybody's or of those who belong to some districts. Pure.

Where several municipalities share a line the source documents leave it open, and so it is a switch: one board for all,
each municipality's own, or all of them jointly (art. 26). Each reading is rows with `where`; none is assumed by code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from app.programme.knowledge_rows import DistrictIds, Row, Words


class Controller(Row):
    """A board, by the name that a person may read: of these districts, or of everybody who has no board of their own.

    `jointly`: with every other that says so, for the same people.
    """

    name: Words
    districts: DistrictIds = ()
    jointly: bool = False


def nearest(boards: Iterable[Controller], district: str | None) -> tuple[Controller, ...]:
    """Of boards that stand: those of the district, else everybody's; for an unknown district always everybody's."""
    standing = tuple(boards)
    own = tuple(board for board in standing if district in board.districts)
    return own or tuple(board for board in standing if not board.districts)


def mistakes(boards: Mapping[str, Controller], switches: dict[str, str]) -> Iterator[str]:
    """What is wrong with them, as the switches are turned; none at all is right, and means the municipality."""
    read = [(id_, board) for id_, board in boards.items() if _is_read(board, switches)]
    if boards and not any(_is_for_good(board) for _, board in read):
        yield f"controller: {_nobody(boards, switches)}"
    for (name, one), (other_name, other) in combinations(read, 2):
        if one.meets(other) and _share(one, other) and not (one.jointly and other.jointly):
            yield (
                f"controller.{name} and controller.{other_name} both answer for the same people at once; "
                "give both jointly = true, or take one out"
            )


def _nobody(boards: Mapping[str, Controller], switches: dict[str, str]) -> str:
    asked = sorted({name for board in boards.values() for name in board.where} & switches.keys())
    turned = " and ".join(f"{name} stands at {switches[name]}" for name in asked)
    return (
        f"while {turned or 'all rows name districts or days'}, nobody answers for the data of whoever belongs nowhere "
        "that is known; write a row that counts then, without districts, valid_from and valid_to"
    )


def _is_read(board: Controller, switches: dict[str, str]) -> bool:
    return all(switches.get(name) == position for name, position in board.where.items())


def _is_for_good(board: Controller) -> bool:
    return not (board.districts or board.valid_from or board.valid_to)


def _share(one: Controller, other: Controller) -> bool:
    """Whether both would answer for somebody: a district's own board goes before everybody's."""
    return not (one.districts or other.districts) or not set(one.districts).isdisjoint(other.districts)
