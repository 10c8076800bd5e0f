"""Calling a senior: whoever has a case asks a coordinator or a manager for help with it, now, and hears whether they
could be asked. It is no step of a ladder: the case, its holder and its clock stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.db import Database
from app.escalation.asides import tell
from app.escalation.models import SeniorCall
from app.notifications.models import THE_SENIOR_CALL, Notification, State
from app.notifications.reach import Reach
from app.oncall.duty import duty
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role

SENIORS: Final = (Role.COORDINATOR, Role.MANAGER)
BY: Final = ("sms", "call")
SAME_TAP: Final = timedelta(minutes=1)
"""Within which the same question to the same person is a finger that tapped twice; real time."""

_OUT: Final = (State.ACCEPTED, State.DELIVERED)


def seniors_for(session: Session, case: Case, asker_id: str, *, at: datetime) -> list[Person]:
    """Whom somebody may ask about a case, coordinators first: neither themselves, nor who is excluded from it."""
    away = duty(session, at).away
    others = [person for person in everyone(session) if person.id != asker_id and not case.excludes(person.id)]
    here = [person for person in others if person.has_telephone and person.alias not in away]
    found = (person for role in SENIORS for person in here if role in person.roles)
    return list({person.id: person for person in found}.values())


def named(seniors: Sequence[Person], whom: str) -> list[Person]:
    """Those meant by an alias, or by a role: then each who has it. Empty: nobody is called so."""
    return [person for person in seniors if whom == person.alias or (whom in SENIORS and whom in person.roles)]


def call(session: Session, case: Case, whom: Person, *, by: Person, at: datetime, speed: float = 1.0) -> None:
    """Text and ring one senior about a case. Asked again within a minute nothing follows."""
    asked = select(SeniorCall.id).where(SeniorCall.case_id == case.id, SeniorCall.person_id == whom.id)
    if session.scalar(asked.where(SeniorCall.asked_by_id == by.id, SeniorCall.at > at - SAME_TAP * speed).limit(1)):
        return
    row = SeniorCall(case_id=case.id, person_id=whom.id, asked_by_id=by.id, at=at)
    session.add(row)
    session.flush()
    case.log("senior.called", by=by.alias, at=at, to=whom.alias)
    for channel in Reach(session).channels(whom, BY):
        tell(session, case, whom, channel, THE_SENIOR_CALL, key=f"senior:{row.id}", at=at)


def pages_of(session: Session, row: SeniorCall) -> Sequence[Notification]:
    """What was sent to the senior."""
    theirs = Notification.person_id == row.person_id, Notification.wording == THE_SENIOR_CALL
    keyed = Notification.key.startswith(f"senior:{row.id}:", autoescape=True)
    return session.scalars(select(Notification).where(Notification.case_id == row.case_id, *theirs, keyed)).all()


def became(pages: Sequence[Notification]) -> str:
    """What became of it: `out` when a carrier took one of the pages, `failed` when none will be, else `waits`."""
    if any(page.state in _OUT for page in pages):
        return "out"
    return "failed" if all(page.state == State.FAILED for page in pages) else "waits"


def report(db: Database, *, at: datetime) -> int:
    """Tell whoever asked, once, whether it was handed over; how many were told."""
    with db.reading() as session:
        open_ones = [row.id for row in _untold(session) if became(pages_of(session, row)) != "waits"]
    for call_id in open_ones:
        with db.transaction() as session:
            _report(session, session.get_one(SeniorCall, call_id, with_for_update=True), at=at)
    return len(open_ones)


def _report(session: Session, row: SeniorCall, *, at: datetime) -> None:
    how = became(pages_of(session, row))
    if row.told_at or how == "waits":
        return
    row.told_at = at
    case = session.get_one(Case, row.case_id)
    case.log(f"senior.{'reached' if how == 'out' else 'missed'}", by="engine", at=at, to=row.person.alias)
    tell(session, case, row.asked_by, "sms", f"sms.senior_{how}", key=f"senior:{row.id}", at=at)


def _untold(session: Session) -> Sequence[SeniorCall]:
    return session.scalars(select(SeniorCall).where(SeniorCall.told_at.is_(None)).order_by(SeniorCall.at)).all()
