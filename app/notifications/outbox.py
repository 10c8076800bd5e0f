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

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from app.notifications.models import Notification, Priority, State
from app.staff.models import Person
from app.telephony.carrier import CarrierError, Trouble

SENDING_LASTS = timedelta(seconds=60)
"""How long a claim holds; well above the carrier client's own time-out."""

MOST_TRIES = 4
FIRST_WAIT = timedelta(seconds=5)


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
    """Take what is to be sent now, most urgent first; nobody else gets these rows until the claim runs out."""
    rows = session.scalars(
        select(Notification)
        .where(
            or_(
                (Notification.state == State.PENDING) & (Notification.not_before <= at),
                (Notification.state == State.SENDING) & (Notification.sending_until <= at),
            )
        )
        .order_by(Notification.priority, Notification.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.state, row.sending_until, row.tries = State.SENDING, at + lasts, row.tries + 1
    return list(rows)


def next_to_send(session: Session) -> datetime | None:
    """When the outbox next has something to do, or None."""
    pending = session.scalar(
        select(Notification.not_before)
        .where(Notification.state == State.PENDING)
        .order_by(Notification.not_before)
        .limit(1)
    )
    stuck = session.scalar(
        select(Notification.sending_until)
        .where(Notification.state == State.SENDING)
        .order_by(Notification.sending_until)
        .limit(1)
    )
    return min((moment for moment in (pending, stuck) if moment is not None), default=None)


def accepted(session: Session, notification_id: str, *, ref: str, at: datetime) -> Notification:
    """The carrier took it. Its receipt may have come in before its answer: then only the reference is new."""
    row = _locked(session, notification_id)
    row.carrier_ref = ref
    if row.state == State.SENDING:
        row.state, row.sending_until, row.accepted_at = State.ACCEPTED, None, at
    return row


def refused(session: Session, notification_id: str, problem: CarrierError, *, at: datetime) -> Notification:
    """The carrier did not take it: wait and try again, or give up when trying again cannot help."""
    row = _locked(session, notification_id)
    if row.state != State.SENDING:
        return row
    row.code = problem.code
    if problem.trouble is Trouble.TRANSIENT and row.tries < MOST_TRIES and at < row.valid_until:
        row.state, row.sending_until = State.PENDING, None
        row.not_before = at + FIRST_WAIT * 2 ** (row.tries - 1)
    else:
        fail(row, trouble=problem.trouble.value, at=at)
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


def latest_page_to(session: Session, person_id: str) -> Sequence[str]:
    """The cases this person was paged about, the latest page first."""
    rows = session.scalars(
        select(Notification.case_id)
        .where(Notification.person_id == person_id, Notification.step_id.is_not(None))
        .order_by(Notification.queued_at.desc())
        .limit(50)
    )
    return list(dict.fromkeys(case_id for case_id in rows if case_id))


def _locked(session: Session, notification_id: str) -> Notification:
    return session.scalars(select(Notification).where(Notification.id == notification_id).with_for_update()).one()
