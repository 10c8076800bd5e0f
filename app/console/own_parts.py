"""What is kept of a person, as they may be given it: its parts, what is clear of it, and who opened it.

What another person told is no part of it. Not its words, and not that there are any: a blank would tell that somebody
told (26 kap. 5 § OSL). The house's own page shows such parts as withheld, so that whoever decides sees what stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEntry
from app.audit.selection import Selection
from app.cases.apart import clash
from app.cases.models import Case
from app.cases.queries import joined_into
from app.console.handing import Part

OPENINGS: Final = frozenset({"case.revealed", "case.glass_broken", "case.printed"})
"""The deeds by which somebody read what is secret."""

ABOUT_ANOTHER: Final = frozenset({"routing_collision_tags", "routing_collision_overrides"})
"""Papers that are about somebody whom this person must not meet."""

NAMES_STAFF: Final = "by"
"""The word of a part that names one of us: in what a person is given, colleagues are numbers and roles."""

SAYS_NOTHING: Final = frozenset({"informant"})
"""Grounds that leave no blank: that there is something to withhold is what must not be known."""


@dataclass(frozen=True)
class KeptPart:
    """A part and its `mark`, the same each time the case is opened. `another`: another person told it."""

    mark: str
    part: Part
    another: bool


@dataclass(frozen=True)
class Opening:
    """Somebody read what is secret: when, in which role, and which of them, by number and not by name."""

    at: datetime
    number: int
    role: str
    action: str


@dataclass(frozen=True)
class OwnData:
    """Everything that the person is given, blanks among it."""

    case: Case
    until: datetime
    parts: Sequence[KeptPart]
    withheld: Mapping[str, str] = field(default_factory=dict)
    openings: Sequence[Opening] = ()

    @property
    def shown(self) -> list[tuple[Part, str]]:
        """Each part with the ground on which it is withheld, or with none; what must not be known is not among them."""
        grounds = ((one.part, self._ground(one)) for one in self.parts)
        return [(part, ground) for part, ground in grounds if ground not in SAYS_NOTHING]

    @property
    def contacts(self) -> list[dict[str, str]]:
        """When there was contact, or an attempt, and how."""
        came = [(one.at, "approach", one.channel, "") for one in theirs(self.case)]
        tried = [(one.at, "attempt", one.channel, one.outcome) for one in self.case.attempts]
        return [
            {"at": at.isoformat(), "what": what, "channel": channel} | ({"outcome": outcome} if outcome else {})
            for at, what, channel, outcome in sorted(came + tried)
            if at <= self.until
        ]

    def _ground(self, one: KeptPart) -> str:
        return "informant" if one.another else self.withheld.get(one.mark, "")


def marked(case: Case, parts: Sequence[Part], *, until: datetime) -> list[KeptPart]:
    """The parts there were at a moment. A mark is made of when and what kind, and of nothing that was said."""
    own, seen, found = _own_role(case), Counter[str](), []
    for part in parts:
        if part.at <= until:
            name = f"{part.kind}.{part.at:%Y%m%dT%H%M%S%f}"
            seen[name] += 1
            another = part.kind in ABOUT_ANOTHER or clash(part.role or "unknown", [own])
            found.append(KeptPart(f"{name}.{seen[name]}", _without_staff(part), another))
    return found


def theirs(case: Case) -> list[Any]:
    """The approaches of whoever the case is about: another's are not told of."""
    own = _own_role(case)
    return [one for one in case.approaches if not clash(one.role, [own])]


def openings(session: Session, case: Case, *, until: datetime) -> list[Opening]:
    """Who opened what is kept of them, from the log: numbered in the order in which they did so first."""
    numbers: dict[str, int] = {}
    found = []
    for entry in sorted(_entries(session, case), key=lambda entry: entry["at"]):
        at = datetime.fromisoformat(entry["at"])
        if entry["action"] in OPENINGS and at <= until:
            number = numbers.setdefault(entry["actor"], len(numbers) + 1)
            found.append(Opening(at, number, entry["role"], entry["action"]))
    return found


def machine_readable(own: OwnData, *, office: str, provisions: Mapping[str, str]) -> str:
    """The same as JSON (GDPR art. 15.3). Moments are in UTC; `provisions`: the section, by ground."""
    said: dict[str, Any] = {
        "format": "dygnet-own-data/1",
        "controller": office,
        "reference": own.case.reference,
        "until": own.until.isoformat(),
        "contacts": own.contacts,
        "parts": [_plain(part, provisions.get(ground, "")) for part, ground in own.shown],
        "opened_by_staff": [
            {"at": one.at.isoformat(), "person": one.number, "role": one.role, "what": one.action}
            for one in own.openings
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=2, default=str)


def _without_staff(part: Part) -> Part:
    return replace(part, words={name: said for name, said in part.words.items() if name != NAMES_STAFF})


def _plain(part: Part, withheld_by: str) -> dict[str, Any]:
    told = {"at": part.at.isoformat(), "kind": part.kind}
    return told | ({"withheld": withheld_by} if withheld_by else {"words": dict(part.words)})


def _own_role(case: Case) -> str:
    """What the first who said anything of themselves said: whose record it is."""
    return next((one.role for one in case.approaches if one.role != "unknown"), "unknown")


def _entries(session: Session, case: Case) -> Iterator[dict[str, Any]]:
    own = _own_role(case)
    for one in (case, *joined_into(session, case)):
        if clash(_own_role(one), [own]):
            continue
        asked = Selection(since=one.opened_at, about=one.pseudonym)
        for body in session.scalars(asked.narrow(select(AuditEntry.body), session)):
            if asked.fits(body):
                yield json.loads(body)
