"""Whoever lost telephone, app and paper begins anew: one asks for it, another agrees, and neither for themselves.

Nothing that was lost is asked for afterwards, and nothing of it opens anything: not the passphrase either, of which
nobody knows who has it. What is left is a one-time link, handed over in person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import new_id
from app.errors import AlreadyTaken, BadInput, NoSuchPage
from app.staff import keys, people, second_factors
from app.staff.credentials import Passphrase
from app.staff.models import Person
from app.staff.trouble_models import WHY_RESET, Reset, ResetAnswer

WAITS: Final = timedelta(hours=24)
"""How long what was asked for can be agreed to."""


def ask(session: Session, person: Person, *, by: str, because: str, at: datetime) -> Reset:
    """Ask for it; nothing is taken away yet. BadInput for oneself or without a reason; AlreadyTaken while one waits."""
    if person.alias == by or because not in WHY_RESET:
        raise BadInput("Nobody asks for themselves, and a reason is needed.")
    if standing(session, person, at=at):
        raise AlreadyTaken("Somebody has asked for this already.")
    made = Reset(id=new_id(), person_id=person.id, asked_by=by, asked_at=at, because=because, expires_at=at + WAITS)
    session.add(made)
    record(session, at=at, by=by, action="staff.reset_asked", about=_about(person), because=because)
    return made


def standing(session: Session, person: Person, *, at: datetime) -> Reset | None:
    """What was asked for this person and waits for another's word."""
    return session.scalar(_waiting(at).where(Reset.person_id == person.id))


def waiting(session: Session, *, at: datetime) -> Sequence[Reset]:
    """Everything that waits for another's word."""
    return session.scalars(_waiting(at)).all()


def answer(session: Session, reset_id: str, *, by: str, agreed: bool, at: datetime) -> Person:
    """The other's word: whose ways in are gone now, or stay as they were.

    NoSuchPage for one that is over or never was, and for whoever asked or is meant: all alike. AlreadyTaken for the
    later of two.
    """
    reset = session.scalar(_waiting(at).where(Reset.id == reset_id))
    person = session.get(Person, reset.person_id) if reset else None
    if reset is None or person is None or not person.is_active or by in (reset.asked_by, person.alias):
        raise NoSuchPage("Nothing waits here for your word.")
    _say(session, reset, by=by, agreed=agreed, at=at)
    action = "staff.reset_agreed" if agreed else "staff.reset_declined"
    record(session, at=at, by=by, action=action, about=_about(person), because=reset.because, asked=reset.asked_by)
    if agreed:
        _take_everything(session, person, at=at, by=by)
    return person


def _say(session: Session, reset: Reset, *, by: str, agreed: bool, at: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(ResetAnswer(reset_id=reset.id, by=by, at=at, agreed=agreed))
    except IntegrityError:
        raise AlreadyTaken("A colleague answered a moment ago.") from None


def _take_everything(session: Session, person: Person, *, at: datetime, by: str) -> None:
    people.end_every_door(session, person, at=at)
    session.execute(delete(Passphrase).where(Passphrase.person_id == person.id))
    keys.forget(session, person, at=at, by=by, because="lost")
    second_factors.forget(session, person, at=at, by=by, because="lost")


def _waiting(at: datetime) -> Select[Reset]:
    """With whoever asked goes what they asked for."""
    unanswered = ~exists().where(ResetAnswer.reset_id == Reset.id)
    asker_is_here = exists().where(Person.alias == Reset.asked_by, Person.left_at.is_(None))
    return select(Reset).where(Reset.expires_at > at, unanswered, asker_is_here).order_by(Reset.asked_at)


def _about(person: Person) -> str:
    return f"person:{person.alias}"
