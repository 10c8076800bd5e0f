"""Telling staff that somebody wrote in a mailbox, and at once and louder that a receipt for duress was used.

A page says that there is something new in a case, and nothing of what. It never leads to anything the person could
notice: what comes in by the mailbox causes nothing to go out to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.cases.mailboxes import DuressAlarm, Ticket, quarter, sweep
from app.cases.models import Case
from app.cases.queries import going_on
from app.db import Database
from app.escalation import asides, danger, targets
from app.logs import Log
from app.notifications.models import THE_MAIL, THE_MAIL_ALARM
from app.notifications.reach import Reach
from app.oncall.duty import duty
from app.programme.fields import Tier
from app.staff.models import Colleague, Person

QUIETLY: Final = ("sms", "push")
LOUDLY: Final = ("sms", "call", "push")

_log = Log("mailbox")


def tell(session: Session, case: Case, *, key: str, at: datetime) -> None:
    """Page whoever has the case, once for each `key`; when nobody has it, whoever is next in line for it."""
    whole = going_on(session, case.id)
    for person in _whose(session, whole, at=at):
        _page(session, whole, person, THE_MAIL, QUIETLY, key=f"mail:{key}", at=at)


def sound(db: Database, *, at: datetime) -> int:
    """Raise the alarm for every receipt for duress that was used since, and forget tickets whose time is over.

    The engine does it, and not the door: whoever holds the receipt sees, hears and waits for the same as with the
    person's own. How many were told of.
    """
    with db.reading() as session:
        found = session.scalars(select(Ticket.digest).where(Ticket.duress, Ticket.alarmed_at.is_(None))).all()
        is_due = found or session.scalar(select(Ticket.digest).where(Ticket.good_until <= at).limit(1))
    told = sum(_sound_alone(db, digest, at=at) for digest in found)
    if is_due:
        with db.transaction() as session:
            sweep(session, at=at)
    return told


def _sound_alone(db: Database, digest: str, *, at: datetime) -> bool:
    try:
        with db.transaction() as session:
            ticket = session.get(Ticket, digest, with_for_update=True)
            if ticket:
                _sound(session, ticket, at=at)
    except Exception as problem:  # noqa: BLE001 - one broken row may not silence the others
        _log.error("an alarm from a mailbox could not be raised; it is tried again", problem=problem)
        return False
    return True


def _sound(session: Session, ticket: Ticket, *, at: datetime) -> None:
    if ticket.alarmed_at or ticket.case_id is None:
        return
    ticket.alarmed_at = at
    case = going_on(session, ticket.case_id)
    when = quarter(at)
    if session.get(DuressAlarm, (case.id, when)):
        return
    rows.write_unseen(session, DuressAlarm, case_id=case.id, at=when)
    case.log("mailbox.duress", by="caller", at=at)
    if case.awaits_contact:
        danger.raise_alarm(session, case, by="caller", at=at)
    else:
        case.mark_danger(by="caller", at=at)
    for person in {one.id: one for one in (*_whose(session, case, at=at), *_on_call(session, case, at=at))}.values():
        _page(session, case, person, THE_MAIL_ALARM, LOUDLY, key=f"duress:{case.id}:{when.isoformat()}", at=at)


def _whose(session: Session, case: Case, *, at: datetime) -> Sequence[Person | Colleague]:
    """Who has the case, or had the contact; else who is responsible for it, or would be."""
    known = [session.get_one(Person, person_id) for person_id in sorted(case.keeper_ids)]
    theirs = [person for person in known if person.is_active and not case.excludes(person.id)]
    return theirs or list(filter(None, [targets.next_for(session, case, at=at)]))


def _on_call(session: Session, case: Case, *, at: datetime) -> Sequence[Person | Colleague]:
    holders = duty(session, at).holders[Tier.ON_CALL]
    return [person for person in holders if not case.excludes(person.id)]


def _page(
    session: Session,
    case: Case,
    person: Person | Colleague,
    wording: str,
    by: Sequence[str],
    *,
    key: str,
    at: datetime,
) -> None:
    for channel in Reach(session).channels(person, by):
        asides.tell(session, case, person, channel, wording, key=key, at=at)
