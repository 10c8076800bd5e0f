"""Part of the log, by what its entries say: a period, an actor, a role, a kind of deed, a case or a person.

Nothing of an entry stands in a column of its own but its date: the database narrows down by the entry's bytes, which
are canonical, and each entry that it finds is read to be sure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, LargeBinary, Select, func, literal
from sqlalchemy.orm import Session

from app.audit.actions import ACTIONS
from app.audit.impersonal import Plain, refuse_personal
from app.audit.log import rfc3339
from app.audit.models import AuditEntry
from app.audit.standing import SEVERAL
from app.errors import BadInput

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

_EXACT: Final = {"actor": "actor", "action": "action", "about": "object"}
"""What is asked for, and the name under which an entry says it."""


@dataclass(frozen=True)
class Selection:
    """What is asked for; empty is anything. `since` counts, `until` does not; `about` is a pseudonym or `person:bo`."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    role: str = ""
    action: str = ""
    about: str = ""

    def __post_init__(self) -> None:
        if self.since and self.until and self.since >= self.until:
            raise BadInput("the period ends before it begins: say --since and then a later --until")
        if self.action and self.action not in ACTIONS:
            raise BadInput(f"no deed is called {self.action}: the names stand in app/audit/actions.py")
        for name in ("actor", "role", "about"):
            _require_a_code(name, getattr(self, name))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is asked for in particular."""
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def said(self) -> dict[str, Plain]:
        """What is asked for, as an excerpt says it."""
        asked = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: rfc3339(value) if isinstance(value, datetime) else value for name, value in asked.items() if value
        }

    @property
    def facts(self) -> dict[str, Plain]:
        """What is asked for, for the entry of whoever asked."""
        return {f"of_{name}": word for name, word in self.said.items()}

    def fits(self, body: bytes) -> bool:
        """Whether an entry that `narrow` found says what is asked for. One that says nothing any more does: it is
        evidence."""
        try:
            return self._fits(json.loads(body))
        except (ValueError, LookupError, TypeError, AttributeError):
            return True

    def _fits(self, entry: Mapping[str, Any]) -> bool:
        exact = all(getattr(self, ours) in ("", entry[theirs]) for ours, theirs in _EXACT.items())
        return exact and (not self.role or self.role in entry["role"].split(SEVERAL))

    def narrow(self, query: Query, session: Session) -> Query:
        """The query, over entries that may fit."""
        if self.since:
            query = query.where(AuditEntry.at >= self.since)
        if self.until:
            query = query.where(AuditEntry.at < self.until)
        return query.where(*(_holds(session, needle) for needle in self._needles()))

    def _needles(self) -> Iterator[bytes]:
        for ours, theirs in _EXACT.items():
            if word := getattr(self, ours):
                yield f'"{theirs}":{json.dumps(word, ensure_ascii=False)}'.encode()
        if self.role:
            yield json.dumps(self.role, ensure_ascii=False)[1:-1].encode()


def _require_a_code(name: str, word: str) -> None:
    """BadInput for what can stand in no entry: what is asked for becomes part of one."""
    try:
        refuse_personal(name, word.removeprefix("person:"))
    except ValueError as problem:
        raise BadInput(f"{problem}; the log knows aliases, roles and pseudonyms") from None


def _holds(session: Session, needle: bytes) -> ColumnElement[bool]:
    """Whether an entry's bytes hold these."""
    sought = literal(needle, LargeBinary)
    if session.get_bind().dialect.name == "sqlite":
        return func.instr(AuditEntry.body, sought) > 0
    return func.position(sought.op("IN")(AuditEntry.body)) > 0
