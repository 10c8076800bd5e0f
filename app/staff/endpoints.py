"""Browsers that asked to be pushed to, and webhooks: added, found again, ended. Each change is an entry in the log."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import new_id
from app.staff.models import Endpoint, EndpointKind, Person, Wish
from app.vault.sealed import Sealed

Seal = Callable[[str, Mapping[str, str]], Sealed]
"""Seals what is known of an endpoint for the row with the given id."""


def mark_of(about: Mapping[str, str]) -> str:
    """By which the same endpoint is known again without opening it. Part of what is in it cannot be guessed."""
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def add(
    session: Session, person: Person, kind: EndpointKind, about: Mapping[str, str], seal: Seal, *, at: datetime, by: str
) -> Endpoint:
    """One more, or the one that is there already."""
    mark = mark_of(about)
    same = Endpoint.person_id == person.id, Endpoint.kind == kind, Endpoint.mark == mark
    known = session.scalar(select(Endpoint).where(*same))
    if known:
        return known
    row = Endpoint(id=new_id(), person_id=person.id, kind=kind.value, mark=mark, since=at)
    row.box = seal(row.id, about)
    session.add(row)
    session.flush()
    _note(session, person, kind, "added", at=at, by=by)
    return row


def end(session: Session, endpoint: Endpoint, *, at: datetime, by: str, because: str) -> None:
    """It is no longer used, and what was known of it is forgotten."""
    if endpoint.over_at:
        return
    endpoint.over_at, endpoint.box, endpoint.mark = at, None, None
    person = session.get_one(Person, endpoint.person_id)
    _note(session, person, EndpointKind(endpoint.kind), because, at=at, by=by)


def forget(session: Session, person: Person, *, at: datetime, by: str) -> None:
    """They left: nothing of theirs is pushed or posted to any more, nor do they wish for anything."""
    for endpoint in standing(session, person):
        end(session, endpoint, at=at, by=by, because="left")
    session.execute(delete(Wish).where(Wish.person_id == person.id))


def standing(session: Session, person: Person) -> Sequence[Endpoint]:
    """What a person has now, the oldest first."""
    mine = Endpoint.person_id == person.id, Endpoint.over_at.is_(None)
    return session.scalars(select(Endpoint).where(*mine).order_by(Endpoint.since)).all()


def wishes(session: Session, person: Person) -> Sequence[str]:
    """The channels by which they want to be paged as well."""
    return session.scalars(select(Wish.channel).where(Wish.person_id == person.id).order_by(Wish.channel)).all()


def wish(session: Session, person: Person, channels: Sequence[str], *, at: datetime, by: str) -> None:
    """From now on they want to be paged by exactly these as well."""
    if sorted(channels) == list(wishes(session, person)):
        return
    session.execute(delete(Wish).where(Wish.person_id == person.id))
    session.add_all(Wish(person_id=person.id, channel=channel, since=at) for channel in channels)
    session.flush()
    record(session, at=at, by=by, action="staff.wished", about=f"person:{person.alias}", channels=",".join(channels))


def _note(session: Session, person: Person, kind: EndpointKind, what: str, *, at: datetime, by: str) -> None:
    about = f"person:{person.alias}"
    record(session, at=at, by=by, action="staff.changed", about=about, what=kind.value, because=what)
