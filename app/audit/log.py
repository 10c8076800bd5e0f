"""Writing into the log: one entry for each deed, in the deed's own transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import rfc8785
from sqlalchemy.orm import Session

from app import rows
from app.audit.actions import known
from app.audit.impersonal import Plain, refuse_personal, refuse_strange_name
from app.audit.models import BIGGEST_ENTRY, AuditEntry, AuditUnsequenced
from app.audit.standing import standing

ENTRY_FORMAT: Final = 2
"""From 2 on an entry names the programme that was in force."""

NOT_STAFF: Final = frozenset({"caller", "carrier", "engine", "operator", "watch"})
"""Actors that are no member of staff: each is its own role."""

UNKNOWN: Final = "unknown"
"""The role of an actor whom the staff does not know, such as whoever could not sign in."""

_QUICKLY: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _build() -> str:
    try:
        return version("dygnet")
    except PackageNotFoundError:
        return "dev"


BUILD: Final = _build()
"""The version of Dygnet that did the deed."""


def record(
    session: Session,
    *,
    at: datetime,
    by: str,
    action: str,
    about: str = "",
    because: str = "",
    outcome: str = "done",
    role: str = "",
    **facts: Plain,
) -> None:
    """Write one entry; it is kept if, and only if, the session's transaction is.

    `by` is a staff alias or one of `NOT_STAFF`, `role` the one they acted in (all of theirs, when nobody says);
    `about` is a case's random pseudonym, `person:<alias>` or empty; `because` and `outcome` are codes, never sentences.
    ValueError for an unknown action, a naive `at`, or what looks like personal data (`app/audit/impersonal.py`).
    """
    write(session, at=at, by=by, action=action, about=about, because=because, outcome=outcome, role=role, facts=facts)


def write(
    session: Session,
    *,
    at: datetime,
    by: str,
    action: str,
    about: str = "",
    because: str = "",
    outcome: str = "done",
    role: str = "",
    facts: Mapping[str, Plain],
) -> None:
    """`record`, for facts that are already gathered."""
    body = entry_body(
        session,
        at=at,
        by=by,
        action=action,
        about=about,
        because=because,
        outcome=outcome,
        role=role,
        facts=facts,
    )
    rows.write_numbered(session, AuditEntry, queue=AuditUnsequenced.entry_id, at=at, body=body)


def entry_body(
    session: Session,
    *,
    at: datetime,
    by: str,
    action: str,
    about: str = "",
    because: str = "",
    outcome: str = "done",
    role: str = "",
    facts: Mapping[str, Plain],
) -> bytes:
    """The bytes of an entry that `record` would write."""
    known(action)
    if not by:
        raise ValueError("an entry needs an actor")
    _refuse_personal(facts, by=by, about=about.replace(":", " "), because=because, outcome=outcome, role=role)
    moment, stands = rfc3339(at), standing(session)
    body = _canonical(
        {
            "v": ENTRY_FORMAT,
            "at": moment,
            "actor": by,
            "role": role or (by if by in NOT_STAFF else stands.roles.get(by, UNKNOWN)),
            "action": action,
            "object": about,
            "purpose": because,
            "result": outcome,
            "build": BUILD,
            "programme": stands.programme,
            "facts": dict(facts),
        }
    )
    if len(body) > BIGGEST_ENTRY:
        raise ValueError(f"an entry of {len(body)} bytes; {BIGGEST_ENTRY} is the most")
    return body


def _canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes of RFC 8785. The standard library writes the same, faster, where there is no fraction."""
    if any(isinstance(fact, float) for fact in entry["facts"].values()):
        return rfc8785.dumps(entry)
    return _QUICKLY.encode(entry).encode()


def rfc3339(moment: datetime) -> str:
    """The moment in UTC with microseconds: `2026-01-05T08:00:00.000000Z`. ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _refuse_personal(facts: Mapping[str, Plain], **words: str) -> None:
    for name, word in words.items():
        refuse_personal(name, word)
    for name, value in facts.items():
        refuse_strange_name(name)
        refuse_personal(name, value)
