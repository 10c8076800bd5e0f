"""Lists over REST: filtered, newest first, page by page.

The next page begins after the last record of this one (`PageToken`), so that nothing is skipped or shown twice
while records are added or deleted in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request

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
    name: str,
    request: Request,
    records: Sequence[T],
    *,
    wanted: Callable[[T], bool],
    show: Callable[[T], dict[str, Any]],
    sid_of: Callable[[T], str] = lambda record: str(getattr(record, "sid", "")),
) -> dict[str, Any]:
    """One page of the records that are wanted, with what is needed to ask for the next.

    `records` are all there are, newest first, the deleted ones included: they mark places.
    """
    query = request.query_params
    size = min(max(_whole(query.get("PageSize"), USUAL_SIZE), 1), LARGEST)
    number = _whole(query.get("Page"), 0)
    left = [record for record in _after(records, query.get("PageToken", ""), sid_of) if wanted(record)]
    shown = left[:size]

    def address(page: int, token: str = "") -> str:
        asked = {key: value for key, value in query.items() if key != "PageToken"}
        asked |= {"PageSize": str(size), "Page": str(page)} | ({"PageToken": token} if token else {})
        return f"{request.url.path}?{urlencode(asked)}"

    return {
        name: [show(record) for record in shown],
        "end": max(number * size + len(shown) - 1, 0),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1, f"PA{sid_of(shown[-1])}") if len(left) > size else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": None,
        "start": number * size,
        "uri": address(number, query.get("PageToken", "")),
    }


def _after(records: Sequence[T], token: str, sid_of: Callable[[T], str]) -> Sequence[T]:
    """The records after the one the token names; all of them without a token."""
    for place, record in enumerate(records):
        if token == f"PA{sid_of(record)}":
            return records[place + 1 :]
    return [] if token else records


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
