"""One person, several cases, one message: pages that wait for the same person by the same channel go out together.

Nothing waits for company: what is sent at the same moment is sent as one. Each page keeps its own row, which the one
message settles: what the carrier says of the message it says of every page in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, bindparam, literal, select
from sqlalchemy.orm import Session

from app.notifications import outbox
from app.notifications.models import THE_PAGE, Notification, State, Together

MOST: Final = {"sms": 4, "call": 9, "push": 4, "email": 50, "webhook": 50}
"""So many cases in one message: a text and a push have to fit in one piece, and nobody listens longer to a call."""

NEARLY_OVER: Final = timedelta(minutes=1)
"""A page with no more time than this goes alone: it may be over before a hand is free, and fails by itself."""


def bundles(
    rows: Sequence[Notification], *, at: datetime, way: Callable[[Notification], str] = lambda row: row.channel
) -> list[list[Notification]]:
    """What goes out as one message each, the most urgent first; the most urgent page leads its bundle.

    `way` names what takes a row out: only what goes the same way goes together.
    """
    together: dict[tuple[str, ...], list[list[Notification]]] = {}
    made: list[list[Notification]] = []
    for row in sorted(rows, key=lambda row: (row.priority, row.due_at, row.id)):
        key = (row.person_id, row.channel, way(row)) if may_go_together(row, at=at) else (row.id,)
        mine = together.setdefault(key, [])
        if not mine or len(mine[-1]) >= MOST[row.channel]:
            mine.append([])
            made.append(mine[-1])
        mine[-1].append(row)
    return made


def may_go_together(row: Notification, *, at: datetime) -> bool:
    """A page about a case. One that may have been sent already goes alone, so that it can be looked up.

    So does one that is too old: a night without an engine must not cost those who came in the morning their page.
    """
    is_fresh = row.valid_until > at + NEARLY_OVER
    return row.wording == THE_PAGE and row.case_id is not None and not row.in_doubt and is_fresh


def named(bundle: Sequence[Notification]) -> list[Notification]:
    """The pages whose cases a message names: the first about each. A second about the same case says nothing new."""
    first: dict[str, Notification] = {}
    for row in bundle:
        first.setdefault(row.case_id or row.id, row)
    return list(first.values())


def valid_until(bundle: Sequence[Notification]) -> datetime:
    """A message is worth sending as long as one of its pages is: an older one in it takes no time from a newer."""
    return max(row.valid_until for row in bundle)


def along(
    session: Session, rows: Sequence[Notification], *, at: datetime, lasts: timedelta = outbox.SENDING_LASTS
) -> list[Notification]:
    """Claim more that waits for the people of these rows by the same channels, as much as goes into their messages."""
    found: list[Notification] = []
    leads = {(row.person_id, row.channel): row for row in rows if may_go_together(row, at=at)}
    for lead in leads.values():
        others = session.scalars(_company(lead, at).with_for_update(skip_locked=True)).all()
        found += [row for row in others if row not in rows]
    for row in found:
        row.state, row.sending_until, row.tries = State.SENDING, at + lasts, row.tries + 1
    session.flush()
    return found


def _company(lead: Notification, at: datetime) -> Select[Notification]:
    pending = literal(State.PENDING.value, literal_execute=True)  # SQLite uses a partial index for a literal alone
    return (
        select(Notification)
        .where(
            Notification.state == pending,
            Notification.person_id == lead.person_id,
            Notification.channel == lead.channel,
            Notification.not_before <= at,
            Notification.wording == THE_PAGE,
            Notification.case_id.is_not(None),
            Notification.in_doubt.is_(False),
            Notification.valid_until > at + NEARLY_OVER,
        )
        .order_by(Notification.priority, Notification.not_before)
        .limit(MOST[lead.channel] - 1)
    )


def note(session: Session, bundle: Sequence[Notification], *, at: datetime) -> None:
    """Write down, before it is sent, which pages the first one's message stands for."""
    lead, *others = bundle
    session.add_all(Together(page_id=row.id, nth=row.tries, within_id=lead.id, at=at) for row in others)


def sent_with(session: Session, page_id: str) -> list[str]:
    """The pages that one message stands for: the one it was sent as, and those whose latest try went out within it."""
    return [page_id, *session.scalars(_WITHIN, {"lead": page_id})]


_WITHIN: Final = (
    select(Notification.id)
    .join(Together, (Together.page_id == Notification.id) & (Together.nth == Notification.tries))
    .where(Together.within_id == bindparam("lead"))
    .order_by(Notification.priority, Notification.due_at, Notification.id)
)
"""Asked for every receipt of every page, and therefore written out once."""


def count_cases(session: Session, page_id: str) -> int:
    """How many cases a message is about; some may have more than one page in it."""
    about = select(Notification.case_id).where(Notification.id.in_(sent_with(session, page_id)))
    return len(set(session.scalars(about)))


def after(session: Session, page: Notification) -> list[Notification]:
    """The pages that come after this one in the message it went out with."""
    ids = sent_with(session, _lead_of(session, page))
    later = ids[ids.index(page.id) + 1 :] if page.id in ids else []
    rows = {row.id: row for row in session.scalars(select(Notification).where(Notification.id.in_(later)))}
    return [rows[each] for each in later]


def place_of(session: Session, page: Notification) -> int:
    """Its place in that message, counted from zero."""
    ids = sent_with(session, _lead_of(session, page))
    return ids.index(page.id) if page.id in ids else 0


def _lead_of(session: Session, page: Notification) -> str:
    row = session.get(Together, (page.id, page.tries))
    return row.within_id if row else page.id
