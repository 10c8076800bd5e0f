"""What may be worked out from published tables: how many at least and at most, shares, and the middle of a row. Pure.

Nothing here has seen a case. Figures over several spans are sums of what each of them tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.statistics.suppression import Mark, Table


@dataclass(frozen=True)
class Between:
    """A number that is known to lie between two, both allowed; exactly, when they are the same."""

    least: int
    most: int

    def __add__(self, other: Between) -> Between:
        return Between(self.least + other.least, self.most + other.most)

    @property
    def exactly(self) -> int | None:
        """The number, where it is known."""
        return self.least if self.least == self.most else None


NONE = Between(0, 0)


def known(table: Table, groups: Collection[str]) -> Between:
    """How many are in these groups together, as far as the table tells."""
    if any(cell.mark is Mark.CLOSED for cell in table.cells):
        whole = all(cell.group in groups for cell in table.cells)
        return Between(table.total if whole else 0, table.total if groups else 0)
    shown = sum(cell.count or 0 for cell in table.cells if cell.group in groups)
    few = [cell.group in groups for cell in table.cells if cell.mark is Mark.FEW]
    most_few = table.threshold - 1
    if any(cell.mark is Mark.REST and cell.group in groups for cell in table.cells):
        left = table.total - sum(cell.count or 0 for cell in table.cells)
        return Between(shown + left - most_few * few.count(False), shown + left)
    return Between(shown, shown + most_few * few.count(True))


def over(tables: Iterable[Table], groups: Collection[str]) -> Between:
    """The same over several spans that follow one another."""
    return sum((known(table, groups) for table in tables), NONE)


def share(part: Between, whole: Between) -> tuple[Fraction, Fraction] | None:
    """The least and the greatest share that the part can be of the whole; None where the whole may be nobody."""
    if whole.least == 0:
        return None
    least = Fraction(part.least, max(whole.most, 1))
    return least, min(Fraction(1), Fraction(part.most, whole.least))


def reached_by(tables: Sequence[Table], bands: Sequence[str], whole: Between, portion: Fraction) -> str | None:
    """The first band by whose end this portion of the whole is reached for certain; None when that cannot be said."""
    if not whole.least:
        return None
    for place, band in enumerate(bands):
        if over(tables, bands[: place + 1]).least >= portion * whole.most:
            return band
    return None
