"""The outbox: a notification is written in the transaction that decides it, and sent afterwards.

`pending → sending → accepted → delivered | failed`. Who sends has claimed the row first and set a
deadline on it; a row whose deadline passed (the process died while sending) is claimed again. A
colleague who is told twice is better than one who is not told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Select, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.notifications import pace
from app.notifications.models import Notification, Priority, State
from app.staff.models import Person

SENDING_LASTS = timedelta(seconds=60)
"""How long a claim holds; well above the carrier client's own time-out."""


def queue(
    session: Session,
    *,
    key: str,
    person: Person,
    channel: str,
    wording: str,
    values: Mapping[str, str],
    priority: Priority,
    due_at: datetime,
    at: datetime,
    valid_for: timedelta,
    case_id: str | None = None,
    step_id: str | None = None,
) -> Notification | None:
    """Write a notification, once: a second one with the same `key` is not written, and None is returned."""
    if session.scalar(select(Notification.id).where(Notification.key == key)):
        return None
    notification = Notification(
        key=key,
        case_id=case_id,
        step_id=step_id,
        person_id=person.id,
        channel=channel,
        wording=wording,
        values=json.dumps(values),
        priority=priority,
        due_at=due_at,
        queued_at=at,
        not_before=at,
        valid_until=at + valid_for,
    )
    session.add(notification)
    session.flush()
    return notification


def claim(session: Session, *, at: datetime, lasts: timedelta = SENDING_LASTS, limit: int = 20) -> list[Notification]:
    """Take what is to be sent now, most urgent first; nobody else gets these rows until the claim runs out.

    Calls are taken no faster than the carrier places them (`pace.py`). A row whose claim ran out may have been sent.
    """
    texts = Notification.channel != "call"
    rows = session.scalars(
        select(Notification)
        .where(_to_send(at), or_(texts, Notification.id.in_(_calls_whose_turn_it_is(session, at=at))))
        .order_by(Notification.priority, Notification.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.in_doubt = row.in_doubt or row.state == State.SENDING
        row.state, row.sending_until, row.tries = State.SENDING, at + lasts, row.tries + 1
    pace.spend(session, sum(row.channel == "call" for row in rows), at=at)
    return list(rows)


def _to_send(at: datetime) -> ColumnElement[bool]:
    return or_(
        (Notification.state == State.PENDING) & (Notification.not_before <= at),
        (Notification.state == State.SENDING) & (Notification.sending_until <= at),
    )


def _calls_whose_turn_it_is(session: Session, *, at: datetime) -> list[str]:
    calls = select(Notification.id).where(_to_send(at), Notification.channel == "call")
    waiting = session.scalars(calls.order_by(Notification.priority, Notification.not_before).limit(pace.AHEAD)).all()
    return list(waiting[: pace.free(session, at=at)]) if waiting else []


def next_to_send(session: Session) -> datetime | None:
    """When the outbox next has something to do, or None."""
    texts, calls = Notification.channel != "call", Notification.channel == "call"
    text_at = session.scalar(_first(Notification.not_before, State.PENDING, texts))
    call_at = session.scalar(_first(Notification.not_before, State.PENDING, calls))
    stuck_at = session.scalar(_first(Notification.sending_until, State.SENDING))
    if call_at and (turn := pace.next_turn(session)):
        call_at = max(call_at, turn)
    return min((moment for moment in (text_at, call_at, stuck_at) if moment is not None), default=None)


def _first(moment: InstrumentedAttribute[Any], state: State, *which: ColumnElement[bool]) -> Select[datetime | None]:
    return select(moment).where(Notification.state == state, *which).order_by(moment).limit(1)


def accepted(session: Session, notification_id: str, *, ref: str, at: datetime) -> Notification:
    """The carrier took it. Its receipt may have come in before its answer: then only the reference is new."""
    row = locked(session, notification_id)
    row.carrier_ref = ref
    if row.state == State.SENDING:
        row.state, row.sending_until, row.accepted_at = State.ACCEPTED, None, at
    return row


def fail(row: Notification, *, trouble: str, at: datetime) -> None:
    """It did not arrive, and will not."""
    row.state, row.sending_until, row.trouble, row.settled_at = State.FAILED, None, trouble, at


def acknowledge(session: Session, *, case_id: str, person_id: str, at: datetime) -> int:
    """The person answered: every page to them about this case counts as seen. How many were not seen before."""
    seen: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Notification)
        .where(
            Notification.case_id == case_id,
            Notification.person_id == person_id,
            Notification.acknowledged_at.is_(None),
        )
        .values(acknowledged_at=at)
    )
    return seen.rowcount


def withdraw(session: Session, *, case_id: str, at: datetime) -> None:
    """What still waits to be sent about a case is no longer needed: somebody has it."""
    session.execute(
        update(Notification)
        .where(Notification.case_id == case_id, Notification.state == State.PENDING, Notification.step_id.is_not(None))
        .values(state=State.FAILED, trouble="withdrawn", settled_at=at)
    )


def of_step(session: Session, step_id: str) -> Sequence[Notification]:
    """Every notification one step of the ladder caused."""
    return session.scalars(select(Notification).where(Notification.step_id == step_id)).all()


def latest_page_to(session: Session, person_id: str, *, until: datetime) -> Sequence[str]:
    """The cases this person had been paged about at a moment, the latest page first."""
    rows = session.scalars(
        select(Notification.case_id)
        .where(Notification.person_id == person_id, Notification.step_id.is_not(None), Notification.queued_at <= until)
        .order_by(Notification.queued_at.desc())
        .limit(50)
    )
    return list(dict.fromkeys(case_id for case_id in rows if case_id))


def locked(session: Session, notification_id: str) -> Notification:
    """The row, locked for change until the transaction ends."""
    return session.scalars(select(Notification).where(Notification.id == notification_id).with_for_update()).one()
