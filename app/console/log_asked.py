"""What the auditor asks the log for: a period of days, a kind of deed, who did it, a case; and why they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.audit.selection import Selection
from app.errors import BadInput

REASONS: Final = ("oversight", "complaint", "incident", "person", "authority")
"""Why somebody searches the log or takes a part of it away: recorded with the search."""

FIELDS: Final = ("since", "until", "actor", "role", "action", "about")
_LONGEST: Final = 100


@dataclass(frozen=True)
class Asked:
    """What was typed, what it means, and the field that cannot be understood, if any."""

    typed: Mapping[str, str]
    because: str
    selection: Selection
    mistake: str = ""

    @property
    def query(self) -> str:
        """The same again, for a link to the next page."""
        return urlencode({name: word for name, word in {**self.typed, "because": self.because}.items() if word})


def asked(given: Mapping[str, str], zone: ZoneInfo, *, always_because: bool = False) -> Asked:
    """Read the fields; days are the programme's, and `until` is the last of them. Nothing typed is lost.

    A search needs a reason, and so does everything when `always_because`; the latest entries do not.
    """
    typed = {name: given.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    because = given.get("because", "") if given.get("because", "") in REASONS else ""
    selection, mistake = _selection(typed, zone)
    if not mistake and not because and (always_because or not selection.is_everything):
        mistake = "because"
    return Asked(typed, because, selection, mistake)


def _selection(typed: Mapping[str, str], zone: ZoneInfo) -> tuple[Selection, str]:
    days: dict[str, datetime | None] = {}
    for name in ("since", "until"):
        try:
            days[name] = _midnight(typed[name], zone, after=name == "until")
        except (ValueError, OverflowError):
            return Selection(), name
    words: dict[str, Any] = {name: typed[name] for name in ("actor", "role", "action", "about")}
    for name, word in words.items():
        try:
            Selection(**{name: word})
        except BadInput:
            return Selection(), name
    try:
        return Selection(days["since"], days["until"], **words), ""
    except BadInput:
        return Selection(), "period"


def _midnight(day: str, zone: ZoneInfo, *, after: bool) -> datetime | None:
    """When a day begins; when it is over, with `after`."""
    if not day:
        return None
    begins = date.fromisoformat(day) + timedelta(days=after)
    return datetime(begins.year, begins.month, begins.day, tzinfo=zone)
