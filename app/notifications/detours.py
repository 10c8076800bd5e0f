"""Which carrier takes a notification out, and which notification stands in for one that a carrier refused or lost.

The try is written down before the carrier is spoken to. So whoever later learns that a page was lost, in whatever
process, finds in the rows whether another carrier stood ready for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app import rows
from app.notifications import outbox
from app.notifications.models import FIRST_CARRIER, Detour, Notification, State, Try

POSTS: Final = {"email": "smtp", "push": "push", "webhook": "webhook"}
"""What the log calls the way of each channel that needs no telephone company."""

REPLACED = "replaced"
"""The trouble of a page that waited for its carrier until another one had taken it."""


def begin(session: Session, row: Notification, carriers: Sequence[str], *, at: datetime) -> str:
    """Write down the try that now begins. The name of the carrier: the first of `carriers`, unless another stands in.

    One that is no longer there when its turn comes is not waited for: then the first is asked once more.
    """
    only_one = len(carriers) == 1
    detour = None if only_one else session.scalar(select(Detour).where(Detour.instead_id == row.id))
    carrier = detour.carrier if detour and detour.carrier in carriers else carriers[0]
    spare = None if detour else next((each for each in carriers if each != carrier), None)
    rows.write_unseen(session, Try, notification_id=row.id, nth=row.tries, carrier=carrier, spare=spare, at=at)
    return carrier


def carrier_of(session: Session, page_id: str) -> str:
    """The carrier that had a notification last; what is no telephone's goes by the way named after its channel."""
    latest = _latest(session, page_id)
    if latest:
        return latest.carrier
    channel = session.scalar(select(Notification.channel).where(Notification.id == page_id)) or ""
    return POSTS.get(channel, FIRST_CARRIER)


def spare_of(session: Session, page_id: str) -> str | None:
    """The carrier that stood ready for a notification and has not been asked yet."""
    latest = _latest(session, page_id)
    asked = session.get(Detour, page_id)
    return latest.spare if latest and not asked else None


def stand_in(session: Session, page: Notification, instead: Notification, *, carrier: str, at: datetime) -> None:
    """From now on `instead` goes out for the page, by that carrier."""
    session.add(Detour(page_id=page.id, instead_id=instead.id, carrier=carrier, at=at))
    session.flush()


def stood_in_for(session: Session, row: Notification) -> Notification | None:
    """The page that this notification goes out for, if it stands in for one."""
    detour = session.scalar(select(Detour).where(Detour.instead_id == row.id))
    return session.get_one(Notification, detour.page_id) if detour else None


def counterpart(session: Session, page: Notification) -> Notification | None:
    """The notification that stands in for this one, or that this one stands in for."""
    detour = session.get(Detour, page.id)
    return session.get_one(Notification, detour.instead_id) if detour else stood_in_for(session, page)


def taken_over(session: Session, row_id: str, *, at: datetime) -> None:
    """A carrier took this one: the page it stands in for, if it still waits for the first, is not sent a second time.

    In a transaction of its own: whoever holds both notifications could be waited for by somebody who waits for one.
    """
    detour = session.scalar(select(Detour).where(Detour.instead_id == row_id))
    page = session.get_one(Notification, detour.page_id, with_for_update=True) if detour else None
    if page and page.state == State.PENDING:
        outbox.fail(page, trouble=REPLACED, at=at)


def _latest(session: Session, page_id: str) -> Try | None:
    return session.scalar(_LATEST, {"page": page_id})


_LATEST: Final = select(Try).where(Try.notification_id == bindparam("page")).order_by(Try.nth.desc()).limit(1)
"""Asked for every receipt, and therefore written out once."""
