"""What a table may show, so that nothing which it hides can be worked out. Pure.

A table counts a span's requests, `total`, once in each of its groups. Groups stand in a fixed order.

- Nothing is told of fewer than `threshold` requests in all.
- A group with fewer than `threshold` is *few*: 0 or 1 or ... `threshold - 1`. Zero is as telling as one.
- Where any are few, the first group that is not gives up its number: the *rest* is what all of these are together.
- That is told only when the rest, whatever each of the few may be, is still no small group itself; else the table is
  *closed*, and only its total is told.

So nobody can do better than the words. Any few may be any number below the threshold, independently of the others:
the rest makes up for it, the total and every number shown stay as they are, and so does each of the choices above,
which depend on nothing but who is few and on sums that are published. Knowing these rules does not help. The same holds
across tables: they share nothing but totals that are published, and a part of a group is told of only where
that group's number was shown. A table that crosses two others is told only when none of its groups is few: nothing
of it is hidden then; and where it is not told, both margins are large and leave as much room (docs/statistics.md).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

SMALLEST_THRESHOLD: Final = 5
"""Nobody may set it lower (domain.md F2, F4: 'färre än fem')."""


class Mark(StrEnum):
    """What is said of a group: its number; that it is below the threshold; that it is what is left; nothing."""

    SHOWN = "shown"
    FEW = "few"
    REST = "rest"
    CLOSED = "closed"


@dataclass(frozen=True)
class Cell:
    """What is published of one group. `count` is there when it is shown, and only then."""

    group: str
    mark: Mark
    count: int | None = None


@dataclass(frozen=True)
class Table:
    """What is published of one span: how many requests in all, and a cell for each group."""

    total: int
    cells: tuple[Cell, ...]
    threshold: int

    def cell(self, group: str) -> Cell:
        """The cell of a group. KeyError when the table has no such group."""
        return {cell.group: cell for cell in self.cells}[group]


def suppressed(counts: Mapping[str, int], *, threshold: int) -> Table:
    """What may be published of these counts, which stand in the table's order. ValueError for too few in all."""
    total = sum(counts.values())
    if threshold < 1 or (counts and total < threshold):
        raise ValueError("so few are not told of")
    few = {group for group, count in counts.items() if count < threshold}
    rest = next((group for group in counts if group not in few), None) if few else None
    hidden = sum(count for group, count in counts.items() if group in few or group == rest)
    if few and (rest is None or hidden < threshold + (threshold - 1) * len(few)):
        return Table(total, tuple(Cell(group, Mark.CLOSED) for group in counts), threshold)
    return Table(total, tuple(_cell(group, count, few, rest) for group, count in counts.items()), threshold)


def _cell(group: str, count: int, few: set[str], rest: str | None) -> Cell:
    if group in few:
        return Cell(group, Mark.FEW)
    return Cell(group, Mark.REST) if group == rest else Cell(group, Mark.SHOWN, count)


def may_replace(new: Table, earlier: Sequence[Table], *, sums: Sequence[Collection[str]] = ()) -> bool:
    """Whether a correction may be published beside all that was published of the same span before.

    It hides and shows the same groups as each of them, and every number is as it was or differs by the threshold at
    least: else the difference would tell of the few people it is about. So does each of the `sums`: of groups that
    together are a group of another table, which may stand as it was.
    """
    return all(_tells_no_one(new, old, sums) for old in earlier)


def _tells_no_one(new: Table, old: Table, sums: Sequence[Collection[str]]) -> bool:
    threshold = max(new.threshold, old.threshold)
    if new.threshold != old.threshold or _shape(new) != _shape(old):
        return False
    changes = [abs(after - before) for before, after in zip(_numbers(old, sums), _numbers(new, sums), strict=True)]
    return all(change == 0 or change >= threshold for change in changes)


def _shape(table: Table) -> list[tuple[str, Mark]]:
    return [(cell.group, cell.mark) for cell in table.cells]


def _numbers(table: Table, sums: Sequence[Collection[str]]) -> list[int]:
    """Every number that the table tells, also the one that is left when what it shows is taken away."""
    shown = {cell.group: cell.count for cell in table.cells if cell.count is not None}
    together = (sum(shown.get(group, 0) for group in groups) for groups in sums)
    return list(chain([table.total, table.total - sum(shown.values())], shown.values(), together))
