"""Joining, changing and leaving the staff. Each change is an entry in the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import new_id
from app.staff import endpoints, keys, keys_session, second_factors
from app.staff.credentials import EnrolmentLink, Passphrase, StaffSession
from app.staff.factor_models import HalfSignIn
from app.staff.models import Channel, ChannelKind, Person
from app.staff.roles import Role
from app.vault.sealed import Sealed

BoxFor = Callable[[str], Sealed]
"""Seals an address for the channel with the given id."""


def join(session: Session, alias: str, *, at: datetime, by: str) -> Person:
    """A new member of staff, or one who comes back: the same row, without roles, languages or channels yet."""
    person = session.scalar(select(Person).where(Person.alias == alias))
    if person is None:
        person = Person(id=new_id(), alias=alias, joined_at=at)
        session.add(person)
    person.left_at, person.roles, person.languages, person.channels = None, [], [], []
    record(session, at=at, by=by, action="staff.added", about=_about(person))
    return person


def leave(session: Session, person: Person, *, at: datetime, by: str) -> None:
    """From now on they are on no roster, and nothing they had or gave opens a door; their numbers are forgotten."""
    person.left_at = at
    person.channels = []
    endpoints.forget(session, person, at=at, by=by)
    session.execute(delete(Passphrase).where(Passphrase.person_id == person.id))
    keys.forget(session, person, at=at, by=by, because="left")
    second_factors.forget(session, person, at=at, by=by, because="left")
    end_every_door(session, person, at=at)
    given = EnrolmentLink.made_by == person.alias, EnrolmentLink.used_at.is_(None)
    session.execute(update(EnrolmentLink).where(*given).values(expires_at=EnrolmentLink.made_at))
    record(session, at=at, by=by, action="staff.left", about=_about(person))


def put_out(session: Session, person: Person, *, at: datetime, by: str) -> None:
    """Somebody else ends everything they are signed in on: a telephone was lost in the night."""
    end_every_door(session, person, at=at)
    record(session, at=at, by=by, action="staff.put_out", about=_about(person))


def end_every_door(session: Session, person: Person, *, at: datetime, but: str = "") -> None:
    """End the person's sessions, `but` the one with this id, sign-ins that are half done, and links nobody used yet."""
    mine = StaffSession.person_id == person.id, StaffSession.ended_at.is_(None), StaffSession.id != but
    keys_session.destroy(session, *mine)
    session.execute(update(StaffSession).where(*mine).values(ended_at=at))
    session.execute(delete(HalfSignIn).where(HalfSignIn.person_id == person.id))
    unused = EnrolmentLink.person_id == person.id, EnrolmentLink.used_at.is_(None), EnrolmentLink.expires_at > at
    session.execute(update(EnrolmentLink).where(*unused).values(expires_at=at))


def set_roles(session: Session, person: Person, roles: Sequence[Role], *, at: datetime, by: str) -> None:
    """Give and take roles until the person has exactly these."""
    before, after = set(person.roles), {role.value for role in roles}
    for role in sorted(after - before):
        record(session, at=at, by=by, action="staff.role_given", about=_about(person), given=role)
    for role in sorted(before - after):
        record(session, at=at, by=by, action="staff.role_taken", about=_about(person), taken=role)
    person.roles = [role.value for role in roles]
    if not keys.may_hold(person):
        keys.take_grants(session, person, at=at, by=by, because="role")


def set_languages(session: Session, person: Person, languages: Sequence[str], *, at: datetime, by: str) -> None:
    """What the person speaks, best first."""
    if person.languages != list(languages):
        person.languages = list(languages)
        record(session, at=at, by=by, action="staff.changed", about=_about(person), what="languages")


def set_channel(
    session: Session, person: Person, kind: ChannelKind, box_for: BoxFor | None, *, at: datetime, by: str
) -> None:
    """Put a newly sealed number or e-mail address in the place of the old; None forgets it."""
    channel = person.channel(kind)
    if box_for is None:
        person.channels = [other for other in person.channels if other is not channel]
    else:
        if channel is None:
            channel = Channel(id=new_id(), kind=kind)
            person.channels.append(channel)
        channel.box, channel.since = box_for(channel.id), at
    record(session, at=at, by=by, action="staff.changed", about=_about(person), what=kind.value)


def _about(person: Person) -> str:
    return f"person:{person.alias}"
