"""What a night may have left behind, for whoever coordinates: pages that nobody answered, ways that did not arrive,
and people with whom nothing happened since they were reached. By reference and alias, and nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cases import queries
from app.cases.bridges import Bridge
from app.cases.facts import Approach, ContactAttempt, Danger, FirstContact, Hold
from app.cases.letters import Letter
from app.cases.models import Case
from app.cases.notes import Note
from app.cases.texts import PersonText
from app.notifications import unusable
from app.notifications.models import THE_PAGE, THE_SENIOR_CALL, Notification, State
from app.programme.schema import Routine
from app.routing.collision_models import Meeting
from app.routing.models import Conversation, Offer
from app.routing.to_dos import ToDo

A_NIGHT: Final = timedelta(hours=24)
"""How far back a morning looks."""

TIME_TO_ANSWER: Final = timedelta(minutes=15)
"""A younger page may be answered yet."""

SIGNS_OF_LIFE: Final = (
    Approach,
    ContactAttempt,
    Hold,
    Note,
    Letter,
    PersonText,
    Bridge,
    Conversation,
    Offer,
    Meeting,
    ToDo,
)
"""Facts of a case that are something happening with the person, or for them."""

_NOT_NEEDED_ANY_MORE: Final = ("withdrawn", "replaced")
_NOT_PICKED_UP: Final = ("no-answer", "busy", "unanswered", "expired", *_NOT_NEEDED_ANY_MORE)
"""Troubles that say something of the person, not of the way."""


@dataclass(frozen=True)
class Unanswered:
    """One case and one of those who were paged about it, who never answered; and who has it now, if anybody."""

    reference: str
    alias: str
    pages: int
    since: datetime
    taken_by: str | None


@dataclass(frozen=True)
class Failing:
    """A way to somebody that lost pages: how many, the last of them when. `unusable`: it is passed over by now."""

    alias: str
    channel: str
    lost: int
    last: datetime
    unusable: bool


@dataclass(frozen=True)
class Silent:
    """A person who was reached, whose case is open, and since then nothing happened for too long."""

    reference: str
    whose: str
    reached_at: datetime


def unanswered(session: Session, person_id: str, *, at: datetime) -> list[Unanswered]:
    """Pages of the last night to people who neither answered one nor took the case; the oldest first.

    `person_id`: who looks; a case they are excluded from is not among them."""
    found = (
        select(Notification)
        .where(
            Notification.wording.in_((THE_PAGE, THE_SENIOR_CALL)),
            Notification.queued_at.between(at - A_NIGHT, at - TIME_TO_ANSWER),
            Notification.trouble.is_(None) | Notification.trouble.not_in(_NOT_NEEDED_ANY_MORE),
        )
        .options(joinedload(Notification.person))
        .order_by(Notification.case_id, Notification.person_id, Notification.queued_at)
    )
    pages = [page for page in session.scalars(found) if page.case_id]
    wanted = {case.id: case for case in queries.as_listed(session, sorted({str(page.case_id) for page in pages}))}
    asked = groupby(pages, key=lambda page: (wanted[str(page.case_id)], page.person_id))
    rows = [_row(case, list(theirs)) for (case, _), theirs in asked if not case.excludes(person_id)]
    return sorted((row for row in rows if row), key=lambda row: row.since)


def _row(case: Case, pages: Sequence[Notification]) -> Unanswered | None:
    person, since = pages[0].person, pages[0].queued_at
    took = any(hold.person_id == person.id and hold.at >= since for hold in case.holds)
    if took or any(page.acknowledged_at for page in pages):
        return None
    holder = case.hold.person.alias if case.hold else case.first_contact.by.alias if case.first_contact else None
    return Unanswered(case.reference, person.alias, len(pages), since, holder)


def failing(session: Session, *, at: datetime) -> list[Failing]:
    """Ways to staff that lost something in the last night, or are passed over since they lost it before."""
    found = (
        select(Notification)
        .where(
            Notification.state == State.FAILED,
            Notification.settled_at >= at - A_NIGHT,
            Notification.trouble.not_in(_NOT_PICKED_UP),
        )
        .options(joinedload(Notification.person))
    )
    lost: dict[tuple[str, str], list[datetime]] = {}
    for page in session.scalars(found):
        lost.setdefault((page.person.alias, page.channel), []).append(page.settled_at or page.queued_at)
    shut = {(mark.person.alias, mark.channel): mark.since for mark in unusable.standing(session)}
    return [
        Failing(*way, len(lost.get(way, ())), max([*lost.get(way, ()), *filter(None, [shut.get(way)])]), way in shut)
        for way in sorted(lost.keys() | shut.keys())
    ]


def silent(session: Session, person_id: str, routine: Routine, *, at: datetime) -> list[Silent]:
    """Open cases whose person was reached, and in which nothing happened for as long as the routine allows, which is
    shorter for who was said to be in danger; the longest reached first."""
    acute, always = _quiet_since(at - routine.acute_silent_after), _quiet_since(at - routine.silent_after)
    in_danger = exists().where(Danger.case_id == Case.id)
    found = (
        select(Case)
        .join(FirstContact, FirstContact.case_id == Case.id)
        .where(~queries.closed(), ~queries.is_canary(), always | (in_danger & acute))
        .options(selectinload(Case.exclusions), selectinload(Case.holds), selectinload(Case.first_contact))
        .order_by(FirstContact.at)
    )
    return [
        Silent(case.reference, (case.hold.person if case.hold else first.by).alias, first.at)
        for case in session.scalars(found)
        if (first := case.first_contact) and not case.excludes(person_id)
    ]


def _quiet_since(since: datetime) -> ColumnElement[bool]:
    kinds: Sequence[Any] = SIGNS_OF_LIFE
    nothing = (~exists().where(fact.case_id == Case.id, fact.at >= since) for fact in kinds)
    return and_(FirstContact.at < since, *nothing)
