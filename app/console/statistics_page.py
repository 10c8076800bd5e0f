"""How published tables are shown: a table for everybody, and a picture beside it that says no more than the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

from app.console.charts import Chart, chart, widest_of
from app.statistics.figures import Between, known
from app.statistics.reading import Report
from app.statistics.staffing import Load

AS_TIME_GOES: Final = ("within_1h", "within_6h", "in_good_time", "near_miss", "late", "nobody")
"""The groups of time to first contact as they follow each other; last those whom nobody could reach."""

BY_MONTH: Final = {"requests": ("all",), "first_contact": ("near_miss", "late")}
"""Which groups of which tables are shown for each span on its own as well."""

LOADS: Final = ("pages", "nights_paged", "nights_on_duty")


@dataclass(frozen=True)
class Row:
    """A group: its number or its bounds, and its share."""

    group: str
    number: Between
    percent: tuple[int, int] | None


@dataclass(frozen=True)
class Drawn:
    """A table over a period, and its picture."""

    name: str
    spans: Sequence[tuple[str, str, int, int]]
    """Since, until, how many requests in all, and which edition it is."""
    rows: Sequence[Row]
    chart: Chart | None
    """None where a picture would be a single bar."""


@dataclass(frozen=True)
class Months:
    """The same groups, span by span: a row for each span, a picture for each group, all to one scale."""

    name: str
    groups: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Between]]]
    charts: Sequence[Chart]


def drawn(report: Report) -> Drawn:
    """The table with its picture."""
    lines = sorted(report.lines, key=lambda line: _place(report, line.group))
    rows = [Row(line.group, line.number, fraction(line.share)) for line in lines]
    spans = [(edition.since, edition.until, edition.total, edition.number) for edition in report.editions]
    told = [(row.group, row.number) for row in rows]
    return Drawn(report.kind.name, spans, rows, chart(told, rules=_rules(report)) if len(told) > 1 else None)


def by_month(report: Report) -> Months:
    """What a table tells of each of its spans, for the groups that are followed from month to month."""
    groups = BY_MONTH[report.kind.name]
    rows = [
        (span(edition.since, edition.until), [known(edition.table, (group,)) for group in groups])
        for edition in report.editions
    ]
    widest = widest_of(number for _, numbers in rows for number in numbers)
    charts = [chart([(name, numbers[place]) for name, numbers in rows], widest=widest) for place in range(len(groups))]
    return Months(report.kind.name, groups, rows, charts)


def charts_of(loads: Sequence[Load]) -> dict[str, Chart]:
    """What the month asked of each of the staff, a picture for each column of the table."""
    return {
        column: chart((load.alias, Between(getattr(load, column), getattr(load, column))) for load in loads)
        for column in (LOADS if loads else ())
    }


def span(since: str, until: str) -> str:
    """A month, or several that are told of together."""
    return since if since == until else f"{since} – {until}"


def fraction(share: tuple[Fraction, Fraction] | None) -> tuple[int, int] | None:
    """In whole percents; where it is not known exactly, the least is rounded down and the greatest up: they hold."""
    if share and share[0] == share[1]:
        return round(share[0] * 100), round(share[0] * 100)
    return (floor(share[0] * 100), ceil(share[1] * 100)) if share else None


def _place(report: Report, group: str) -> int:
    """Bands follow as time goes; every other table keeps its own order."""
    return AS_TIME_GOES.index(group) if report.kind.bands else report.groups.index(group)


def _rules(report: Report) -> dict[str, list[str]]:
    """Where half were reached, and nine in ten, and where the promise ends."""
    rules: dict[str, list[str]] = {}
    for word, band in (("half", report.half_by), ("nine_in_ten", report.nine_in_ten_by)):
        if band:
            rules.setdefault(band, []).append(word)
    if report.kind.bands:
        rules.setdefault(report.kind.bands[-1], []).append("deadline")
    return rules
