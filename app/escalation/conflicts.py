"""A conflict of interest: somebody may not have a case. It goes on to the next at once, and its clock as it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cases import partings
from app.cases.models import Case
from app.cases.queries import locked
from app.errors import BadInput
from app.escalation import targets
from app.escalation.danger import raise_alarm
from app.escalation.ladder import start_over
from app.escalation.opening import escalation_of
from app.escalation.succession import succeed
from app.notifications.models import Notification, State
from app.oncall.changes import ON_DUTY
from app.staff.directory import everyone
from app.staff.models import Person


def exclude(session: Session, case_id: str, person: Person, *, by: str, at: datetime) -> bool:
    """Keep somebody from a case. False, and nothing changes, when nobody who can be reached would be left for it."""
    case = locked(session, case_id)
    if not _somebody_is_left(session, case, person):
        return False
    _keep_away(session, case, person, by=by, at=at)
    return True


def join(session: Session, case: Case, older: Case, *, by: str, at: datetime, because: str = "") -> None:
    """A case goes on as part of an older one, both locked. Who was kept from it is kept from that too, even when nobody
    else is left for it: they would read there what was to be kept from them."""
    _keep_away_as_from(session, case, older, by=by, at=at)
    case.join_into(older, by=by, at=at, because=because)
    if case.danger and older.awaits_contact:
        raise_alarm(session, older, by=by, at=at)


def part(session: Session, case: Case, *, by: str, at: datetime) -> None:
    """A case that was joined into another, locked, goes on by itself: its clock as it was, its ladder at once. Who may
    not have the other, may not have it either. Raises BadInput when it was not joined, or somebody has been in contact
    since."""
    if case.join is None or not partings.may_part(session, case.join):
        raise BadInput("These cases cannot be parted any more.")
    older = session.get_one(Case, case.join.into_id)
    partings.part(session, case, case.join, by=by, at=at)
    case.log("case.parted", by=by, at=at, out_of=older.pseudonym)
    _keep_away_as_from(session, older, case, by=by, at=at)
    if not case.closure:
        start_over(escalation_of(session, case), at=at)


def of_person(session: Session, person_id: str) -> list[str]:
    """The references of the open cases that somebody may not have, for their own eyes."""
    mine = select(Case).where(Case.exclusions.any(person_id=person_id)).order_by(Case.reference)
    return [case.reference for case in session.scalars(mine) if case.closure is None and case.join is None]


def _somebody_is_left(session: Session, case: Case, person: Person) -> bool:
    return any(
        one.id != person.id and one.has_telephone and not ON_DUTY.isdisjoint(one.roles) and not case.excludes(one.id)
        for one in everyone(session)
    )


def _keep_away_as_from(session: Session, one: Case, other: Case, *, by: str, at: datetime) -> None:
    for exclusion in one.exclusions:
        if not other.excludes(exclusion.person_id):
            _keep_away(session, other, exclusion.person, by=by, at=at)


def _keep_away(session: Session, case: Case, person: Person, *, by: str, at: datetime) -> None:
    is_named = case.responsible is not None and case.responsible.person_id == person.id
    was_theirs = is_named or person.id in case.keeper_ids
    case.exclude(person, by=by, at=at)
    _withdraw_pages(session, case, person, at=at)
    if was_theirs and case.awaits_contact and case.hold is None:
        _go_on(session, case, at=at)
    elif was_theirs and case.is_nobodys:
        succeed(session, case, at=at, because="excluded")


def _withdraw_pages(session: Session, case: Case, person: Person, *, at: datetime) -> None:
    waiting = Notification.state == State.PENDING, Notification.case_id == case.id
    session.execute(
        update(Notification)
        .where(*waiting, Notification.person_id == person.id)
        .values(state=State.FAILED, trouble="withdrawn", settled_at=at)
    )


def _go_on(session: Session, case: Case, *, at: datetime) -> None:
    start_over(escalation_of(session, case), at=at)
    if following := targets.next_for(session, case, at=at):
        case.assign(following, at=at, because="excluded")
