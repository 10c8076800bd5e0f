"""The outbox: a notification is written in the transaction that decides it, and sent afterwards.

`pending → sending → accepted → delivered | failed`. Who sends has claimed the row first and set a
deadline on it; a row whose deadline passed (the process died while sending) is claimed again. A
colleague who is told twice is better than one who is not told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NotRequired, TypedDict, Unpack

from sqlalchemy import ColumnElement, CursorResult, Integer, Select, and_, bindparam, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from app import nudge, rows
from app.db import Instant
from app.notifications import pace
from app.notifications.models import CHANNELS, ON_ITS_WAY, TELEPHONE, Notification, Priority, State
from app.staff.models import Colleague, Person

SENDING_LASTS = timedelta(seconds=60)
"""How long a claim holds; well above the carrier client's own time-out."""


_on_its_way: Final = text(ON_ITS_WAY)
"""Pending or being sent: a few rows of a table that only grows. SQLite reads them by their index only when the index's
condition is named in its own words."""

_AT: Final = bindparam("at", type_=Instant())
_TO_SEND: Final = and_(
    _on_its_way,
    or_(
        (Notification.state == State.PENDING) & (Notification.not_before <= _AT),
        (Notification.state == State.SENDING) & (Notification.sending_until <= _AT),
    ),
)
_URGENT_FIRST: Final = Notification.priority, Notification.not_before
_CALLS_TO_SEND: Final = (
    select(Notification.id).where(_TO_SEND, Notification.channel == "call").order_by(*_URGENT_FIRST).limit(pace.AHEAD)
)
_WHAT_TO_SEND: Final = (
    select(Notification)
    .where(
        _TO_SEND,
        Notification.channel.in_(bindparam("channels", expanding=True)),
        or_(Notification.channel != "call", Notification.id.in_(bindparam("calls", expanding=True))),
    )
    .order_by(*_URGENT_FIRST)
    .limit(bindparam("most", type_=Integer()))
    .options(joinedload(Notification.person, innerjoin=True))
    .with_for_update(skip_locked=True, of=Notification)
)
"""Written out once: building these anew costs more than asking."""


class News(TypedDict):
    """What is told, to whom, by which channel. `key` is unique: nobody is told the same twice."""

    key: str
    person: Person | Colleague
    channel: str
    wording: str
    values: Mapping[str, str]
    priority: Priority
    due_at: datetime
    at: datetime
    valid_for: timedelta
    case_id: NotRequired[str | None]
    step_id: NotRequired[str | None]


def queue(session: Session, **news: Unpack[News]) -> Notification | None:
    """Write a notification, once: a second one with the same `key` is not written, and None is returned."""
    nudge.wanted(session, news["channel"])
    return rows.write_if_new(session, Notification, unique="key", **_columns(news))


def queue_new(session: Session, **news: Unpack[News]) -> None:
    """The same, at less cost, for a `key` that nobody else can have: it names a row of this very transaction."""
    nudge.wanted(session, news["channel"])
    rows.write_unseen(session, Notification, **_columns(news))


def _columns(news: News) -> dict[str, Any]:
    at = news["at"]
    return {
        "key": news["key"],
        "case_id": news.get("case_id"),
        "step_id": news.get("step_id"),
        "person_id": news["person"].id,
        "channel": news["channel"],
        "wording": news["wording"],
        "values": json.dumps(news["values"]),
        "priority": news["priority"],
        "due_at": news["due_at"],
        "queued_at": at,
        "not_before": at,
        "valid_until": at + news["valid_for"],
    }


def claim(
    session: Session,
    *,
    at: datetime,
    lasts: timedelta = SENDING_LASTS,
    limit: int = 20,
    channels: Sequence[str] = TELEPHONE,
) -> list[Notification]:
    """Take what is to be sent now by these channels, most urgent first; nobody else gets these rows until the claim
    runs out.

    Calls are taken no faster than the carrier places them (`pace.py`). A row whose claim ran out may have been sent.
    It is no older for the time that the dead had it: engines that die again and again make no page too old.
    """
    calls = _calls_whose_turn_it_is(session, at=at) if "call" in channels else []
    wanted = {"at": at, "channels": channels, "calls": calls, "most": limit}
    waiting = session.scalars(_WHAT_TO_SEND, wanted).all()
    for row in waiting:
        if row.state == State.SENDING:
            row.in_doubt, row.valid_until = True, row.valid_until + lasts
        row.state, row.sending_until, row.tries = State.SENDING, at + lasts, row.tries + 1
    pace.spend(session, sum(row.channel == "call" for row in waiting), at=at)
    return list(waiting)


def _calls_whose_turn_it_is(session: Session, *, at: datetime) -> list[str]:
    waiting = session.scalars(_CALLS_TO_SEND, {"at": at}).all()
    return list(waiting[: pace.free(session, at=at)]) if waiting else []


def next_to_send(session: Session, *, channels: Sequence[str] = CHANNELS) -> datetime | None:
    """When the outbox next has something to do by one of these channels, or None."""
    text_at, call_at, stuck_at = session.execute(_first_of_each(tuple(channels))).one()
    if call_at and (turn := pace.next_turn(session)):
        call_at = max(call_at, turn)
    return min((moment for moment in (text_at, call_at, stuck_at) if moment is not None), default=None)


@lru_cache
def _first_of_each(channels: tuple[str, ...]) -> Select[datetime | None, datetime | None, datetime | None]:
    """When the first text, or letter, may go, the first call, and when the first claim runs out."""
    among, is_call = Notification.channel.in_(channels), Notification.channel == "call"
    return select(
        _first(Notification.not_before, State.PENDING, among, ~is_call).scalar_subquery(),
        _first(Notification.not_before, State.PENDING, among, is_call).scalar_subquery(),
        _first(Notification.sending_until, State.SENDING, among).scalar_subquery(),
    )


def _first(moment: InstrumentedAttribute[Any], state: State, *which: ColumnElement[bool]) -> Select[datetime | None]:
    return select(moment).where(_on_its_way, Notification.state == state, *which).order_by(moment).limit(1)


def accepted(session: Session, notification_id: str, *, ref: str, at: datetime) -> Notification:
    """The carrier took it. Its receipt may have come in before its answer: then only the reference is new."""
    row = locked(session, notification_id)
    accept(row, ref=ref, at=at)
    return row


def accept(row: Notification, *, ref: str, at: datetime) -> None:
    """The same, for a row that is locked already."""
    row.carrier_ref = ref
    if row.state == State.SENDING:
        row.state, row.sending_until, row.accepted_at = State.ACCEPTED, None, at


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
