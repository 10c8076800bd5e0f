"""A town whose line has been called for months: requests as rows, made in bulk."""

from __future__ import annotations

import random  # noqa: TID251 - towns that are the same each time
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cases.breaches import Breach, BreachReason
from app.cases.facts import CHANNELS, ROLES, Approach, Closure, FirstContact
from app.cases.models import Case
from app.staff.models import Person
from app.statistics.models import Edition
from app.statistics.publishing import publish

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
A_YEAR_ON = datetime(2027, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


class Town:
    """Whoever asks for help here does so in bulk."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.anna = session.scalars(select(Person.id).where(Person.alias == "anna")).one()

    def ask(self, times: int, at: datetime, **told: object) -> None:
        """So many people ask for help from a moment on, a minute apart, and it goes with each as it is told."""
        self.history([(at + nth * timedelta(minutes=1), told) for nth in range(times)])

    def history(self, requests: Sequence[tuple[datetime, dict[str, object]]]) -> None:
        """Requests with their moments, and how each went: role, channel, language, hours to contact, code, reason."""
        rows: dict[type, list[dict[str, object]]] = {
            kind: [] for kind in (Case, Approach, FirstContact, Closure, Breach, BreachReason)
        }
        for at, told in requests:
            for kind, row in self._rows(at, told):
                rows[kind].append(row)
        for kind, made in rows.items():
            if made:
                self.session.execute(insert(kind), made)

    def _rows(self, at: datetime, told: dict[str, object]) -> Iterator[tuple[type, dict[str, object]]]:
        case, hours, code = secrets.token_hex(16), told.get("hours", 0.5), told.get("code")
        due = at + DAY
        key = {"key_id": "k", "public_key": b"k"}
        yield (
            Case,
            {
                "id": case,
                "reference": secrets.token_urlsafe(6),
                "pseudonym": case[::-1],
                "opened_at": at,
                "due_at": due,
                **key,
            },
        )
        said = {"role": told.get("role", "self"), "channel": told.get("channel", "phone"), "withheld": False}
        yield Approach, {"id": case, "case_id": case, "at": at, "source": case, "language": "sv", **said}
        if isinstance(hours, int | float):
            made = at + timedelta(hours=hours)
            yield FirstContact, {"case_id": case, "by_id": self.anna, "at": made, "channel": "call", "word": "handler"}
        if code:
            outcome = code if code in ("advice", "handed_over") else "closed"
            yield Closure, {"case_id": case, "by_id": self.anna, "at": due, "outcome": outcome, "code": code}
        if not code and (hours is None or float(str(hours)) >= 24):
            yield Breach, {"case_id": case, "at": due, "recorded_at": due}
            if reason := told.get("reason"):
                yield (
                    BreachReason,
                    {"id": case, "case_id": case, "code": reason, "by_id": self.anna, "at": due},
                )

    def publish(self, at: datetime = A_YEAR_ON) -> list[Edition]:
        return publish(self.session, by="carin", at=at)


def some_months(seed: int, months: int, busy: int) -> list[tuple[datetime, dict[str, object]]]:
    """Random requests over so many months; `busy` is how many a month has at most."""
    dice = random.Random(seed)
    found: list[tuple[datetime, dict[str, object]]] = []
    for month in range(1, months + 1):
        for _ in range(dice.randint(0, busy)):
            at = datetime(2026, month, dice.randint(1, 28), dice.randint(0, 23), tzinfo=UTC)
            kind = dice.random()
            how: dict[str, object] = {"hours": dice.choice((0.2, 3, 12, 22))}
            if kind < 0.3:
                how = {"hours": None, "code": dice.choice(("silent_call", "abandoned_call"))}
            elif kind < 0.4:
                how = {"hours": dice.choice((None, 30)), "reason": dice.choice(("no_staff", "no_answer", None))}
            role = dice.choices(ROLES, (5, 3, 1, 2))[0]
            found.append((at, how | {"role": role, "channel": dice.choices(CHANNELS, (8, 2, 3, 1))[0]}))
    return found
