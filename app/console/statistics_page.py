"""How a published table is drawn: a table for everybody, and bars beside it that say no more than the table does."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from app.statistics.figures import Between
from app.statistics.reading import Report

WIDTH: Final = 200
"""Of the longest bar, in units of the drawing."""


@dataclass(frozen=True)
class Row:
    """A group: its number or its bounds, and a bar that is solid as far as is certain and open as far as may be."""

    group: str
    number: Between
    percent: tuple[int, int] | None
    solid: int
    open: int


@dataclass(frozen=True)
class Drawn:
    """A table over a period."""

    name: str
    spans: list[tuple[str, str, int, int]]
    """Since, until, how many requests in all, and which edition it is."""
    rows: list[Row]


def drawn(report: Report) -> Drawn:
    """The table with its bars."""
    widest = max((line.number.most for line in report.lines), default=0) or 1
    rows = [
        Row(
            group=line.group,
            number=line.number,
            percent=fraction(line.share),
            solid=WIDTH * line.number.least // widest,
            open=WIDTH * line.number.most // widest,
        )
        for line in report.lines
    ]
    spans = [(edition.since, edition.until, edition.total, edition.number) for edition in report.editions]
    return Drawn(report.kind.name, spans, rows)


def fraction(share: tuple[Fraction, Fraction] | None) -> tuple[int, int] | None:
    """In whole percents; where it is not known exactly, the least is rounded down and the greatest up: they hold."""
    if share and share[0] == share[1]:
        return round(share[0] * 100), round(share[0] * 100)
    return (floor(share[0] * 100), ceil(share[1] * 100)) if share else None
