"""Lists over REST: filtered, newest first, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
USUAL_SIZE, LARGEST = 50, 1000


def matches(query: Mapping[str, str], **values: str) -> bool:
    """Whether a record has every value the query asks for (`To=`, `From=`, `Status=` ...)."""
    return all(query.get(name, value) == value for name, value in values.items())


def is_within(query: Mapping[str, str], name: str, moment: datetime | None) -> bool:
    """Whether a moment fits `DateSent=`, `DateSent<=` and `DateSent>=` (dates, or moments in ISO 8601; UTC)."""
    on, before, since = (query.get(name + sign, "") for sign in ("", "<", ">"))
    if not (on or before or since):
        return True
    if moment is None:
        return False
    return (
        (not on or moment.date() == _date(on))
        and (not before or _is_not_after(moment, before))
        and (not since or _is_not_before(moment, since))
    )


def page(
    name: str, path: str, query: Mapping[str, str], records: Sequence[T], show: Callable[[T], dict[str, Any]]
) -> dict[str, Any]:
    """One page of records, with what is needed to ask for the next."""
    size = min(max(_whole(query.get("PageSize"), USUAL_SIZE), 1), LARGEST)
    number = _whole(query.get("Page"), 0)
    start, end = number * size, (number + 1) * size

    def address(of: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': of})}"

    return {
        name: [show(record) for record in records[start:end]],
        "end": max(min(end, len(records)) - 1, 0),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if end < len(records) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": address(number - 1) if number else None,
        "start": start,
        "uri": address(number),
    }


def _is_not_after(moment: datetime, limit: str) -> bool:
    return moment <= _moment(limit) if "T" in limit else moment.date() <= _date(limit)


def _is_not_before(moment: datetime, limit: str) -> bool:
    return moment >= _moment(limit) if "T" in limit else moment.date() >= _date(limit)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise
