"""Published tables for other programs: CSV that no spreadsheet takes for a formula, and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from app.statistics.figures import known
from app.statistics.reading import Report

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: Final = ("table", "since", "until", "edition", "total", "group", "mark", "count", "least", "most")


def as_csv(reports: Iterable[Report]) -> str:
    """A line for each group of each span."""
    page = io.StringIO()
    sheet = csv.writer(page, lineterminator="\r\n")
    sheet.writerow(_COLUMNS)
    for row in rows(reports):
        sheet.writerow([harmless(row[column]) for column in _COLUMNS])
    return page.getvalue()


def harmless(value: object) -> object:
    """The value; text that a spreadsheet would work out gets a quotation mark before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def rows(reports: Iterable[Report]) -> Iterator[dict[str, object]]:
    """The same as records. `count` is empty where it may not be told; then it lies between `least` and `most`."""
    for report in reports:
        for edition in report.editions:
            table = edition.table
            for cell in table.cells:
                between = known(table, (cell.group,))
                yield {
                    "table": report.kind.name,
                    "since": edition.since,
                    "until": edition.until,
                    "edition": edition.number,
                    "total": edition.total,
                    "group": cell.group,
                    "mark": cell.mark.value,
                    "count": cell.count,
                    "least": between.least,
                    "most": between.most,
                }
