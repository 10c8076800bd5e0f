"""What may be wrong with a knowledge whose rows are each right: how they stand to one another. Pure.

Every mistake names the rows, says what is the matter, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from app.programme import knowledge_controller
from app.programme.fields import spoken
from app.programme.knowledge_rows import Row

if TYPE_CHECKING:
    from app.programme.knowledge import AgeBand, Desk, Knowledge


def mistakes(knowledge: Knowledge) -> list[str]:
    """Every mistake, a line each."""
    return [line for check in _CHECKS for line in check(knowledge)]


def rows(knowledge: Knowledge) -> Iterator[tuple[str, Row]]:
    """Every row that has days, under the name a complaint calls it by: `unit.hemlosa`."""
    for kind, table in knowledge:
        if isinstance(table, dict):
            yield from ((f"{kind}.{id_}", row) for id_, row in table.items() if isinstance(row, Row))


def _switches_are_known(knowledge: Knowledge) -> Iterator[str]:
    for name, switch in knowledge.switch.items():
        if switch.stands_at not in switch.positions:
            yield f"switch.{name}: stands_at is none of its positions; use {spoken(switch.positions)}"
    said = [("turned", knowledge.turned), *((f"{name}.where", row.where) for name, row in rows(knowledge))]
    for name, positions in said:
        for switch_id, position in positions.items():
            if switch_id not in knowledge.switch:
                yield f"{name}: there is no switch {switch_id!r}; add it to [knowledge.switch] or correct the word"
            elif position not in knowledge.switch[switch_id].positions:
                known = spoken(knowledge.switch[switch_id].positions)
                yield f"{name}: {switch_id} cannot be turned to {position!r}; use {known}"


def _somebody_is_last(knowledge: Knowledge) -> Iterator[str]:
    last = knowledge.unit.get(knowledge.municipality.last)
    if last and (last.valid_from or last.valid_to or last.where):
        yield (
            f"municipality.last: unit {knowledge.municipality.last!r} does not stand on every day; "
            "name one without valid_from, valid_to and where, for somebody always owns a person"
        )


def _nothing_goes_round(knowledge: Knowledge) -> Iterator[str]:
    chains: list[tuple[str, str, Mapping[str, str | None]]] = [
        ("unit", "otherwise", {id_: unit.otherwise for id_, unit in knowledge.unit.items()}),
        ("unit", "successor", {id_: unit.successor for id_, unit in knowledge.unit.items()}),
        ("police_area", "successor", {id_: area.successor for id_, area in knowledge.police_area.items()}),
        ("district", "successor", {id_: district.successor for id_, district in knowledge.district.items()}),
        ("legal_basis", "successor", {id_: basis.successor for id_, basis in knowledge.legal_basis.items()}),
    ]
    for kind, key, following in chains:
        for start in following:
            if _returns(start, following):
                yield f"{kind}.{start}: {key} leads back to {start}; let it end somewhere"


def _returns(start: str, following: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = following[start]
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = following.get(at)
    return False


def _named_rows_last_long_enough(knowledge: Knowledge) -> Iterator[str]:
    for id_, desk in knowledge.desk.items():
        yield from _too_short(f"desk.{id_}", desk, f"unit.{desk.unit}", knowledge.unit.get(desk.unit))
    for id_, district in knowledge.district.items():
        area = knowledge.police_area.get(district.police_area)
        yield from _too_short(f"district.{id_}", district, f"police_area.{district.police_area}", area)


def _too_short(name: str, row: Row, other_name: str, other: Row | None) -> Iterator[str]:
    """`row` names `other`: whether there are days on which the one stands and the other, or its successor, does not."""
    if other is None:
        return
    if other.valid_from and (row.valid_from is None or row.valid_from < other.valid_from):
        yield f"{name}: {other_name} begins only on {other.valid_from}; give {name} a valid_from of that day or later"
    ends = other.valid_to and not getattr(other, "successor", None)
    if ends and other.valid_to and (row.valid_to is None or row.valid_to > other.valid_to):
        yield (
            f"{name}: {other_name} ends on {other.valid_to} and has no successor; "
            f"give it one, or {name} a valid_to of that day or earlier"
        )


def _one_unit_to_a_desk(knowledge: Knowledge) -> Iterator[str]:
    for (name, one), (other_name, other) in combinations(knowledge.desk.items(), 2):
        if one.task == other.task and (place := _shared_place(one, other)) and one.meets(other):
            yield (
                f"desk.{name} and desk.{other_name} both answer for {one.task} {place} at once; "
                "end one with valid_to before the other begins, or take one out"
            )


def _no_age_twice(knowledge: Knowledge) -> Iterator[str]:
    kinds = {id_: programme.kind for id_, programme in knowledge.programme.items()}
    for (name, one), (other_name, other) in combinations(knowledge.age_band.items(), 2):
        if not {kinds.get(each) for each in one.programmes}.intersection(kinds.get(each) for each in other.programmes):
            continue
        lowest, highest = max(one.youngest, other.youngest), min(one.oldest, other.oldest)
        if lowest <= highest and (place := _shared_place(one, other)) and one.meets(other):
            yield (
                f"age_band.{name} and age_band.{other_name} both hold the age {lowest} {place}; "
                "move a from_age or to_age, or let one end with valid_to before the other begins"
            )


def _shared_place(one: Desk | AgeBand, other: Desk | AgeBand) -> str:
    """Where both count with the same right; empty: nowhere, for a district's own row goes before the general one."""
    if not one.districts and not other.districts:
        return "everywhere"
    shared = [district for district in one.districts if district in other.districts]
    return f"in {shared[0]}" if shared else ""


def _somebody_is_controller(knowledge: Knowledge) -> Iterator[str]:
    yield from knowledge_controller.mistakes(knowledge.controller, knowledge.switches)


_CHECKS: tuple[Callable[[Knowledge], Iterator[str]], ...] = (
    _switches_are_known,
    _somebody_is_last,
    _nothing_goes_round,
    _named_rows_last_long_enough,
    _one_unit_to_a_desk,
    _no_age_twice,
    _somebody_is_controller,
)
