"""When something is due, side by side for the laws that want it. Pure; moments in UTC, a month as the calendar has it.

The cybersecurity act (2025:1506) 2 kap. 5, 6 and 8 §§: an early notice within 24 hours of knowing, a report within 72
hours, a final report a month after that. GDPR art. 33: the supervisory authority within 72 hours of knowing; art. 12.3:
an answer to a person within a month. Lag (2025:170) sets no time: a day is the house's own measure.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CYBER, GDPR = "cyber", "gdpr"
STEPS: Final[Mapping[str, str]] = {"early_notice": CYBER, "report": CYBER, "final_report": CYBER, "authority": GDPR}
"""What may have to be said of an incident, and under which law."""

EARLY, WITHIN_72H = timedelta(hours=24), timedelta(hours=72)
OWN_MEASURE: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Due:
    """One clock: what is wanted, by when, and when it was done. `not_wanted`: somebody decided that this law does not
    want it here."""

    step: str
    law: str
    due_at: datetime
    done_at: datetime | None = None
    not_wanted: bool = False

    def is_late(self, at: datetime) -> bool:
        """Whether it was not done in time, or still is not."""
        return not self.not_wanted and (self.done_at or at) > self.due_at

    def waits(self) -> bool:
        """Whether somebody has still to do it."""
        return not self.not_wanted and self.done_at is None


def of_incident(known_at: datetime, done: Mapping[str, datetime], *, not_wanted: frozenset[str]) -> list[Due]:
    """The four clocks of an incident that the house knew of at a moment. `not_wanted`: laws that want nothing."""
    report_due = known_at + WITHIN_72H
    moments = {
        "early_notice": known_at + EARLY,
        "report": report_due,
        "final_report": a_month_after(done.get("report", report_due)),
        "authority": known_at + WITHIN_72H,
    }
    return [Due(step, law, moments[step], done.get(step), not_wanted=law in not_wanted) for step, law in STEPS.items()]


def of_request(kind: str, received_at: datetime) -> datetime:
    """When a request is to be answered."""
    return received_at + OWN_MEASURE if kind == "contact_details" else a_month_after(received_at)


def a_month_after(at: datetime) -> datetime:
    """The same day and time of the next month; its last day where it is shorter."""
    year, month = (at.year + 1, 1) if at.month == 12 else (at.year, at.month + 1)  # noqa: PLR2004 - December
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
