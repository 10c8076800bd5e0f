"""What becomes of a notification that the carrier did not take: another try, a wait until it is mended, or the end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.notifications.models import Notification, State
from app.notifications.outbox import fail, locked
from app.telephony.carrier import CarrierError, Trouble

MOST_TRIES = 4
MOST_TRIES_IN_THE_DARK = 2
"""After an error code that stands in no table: then a human has to look at it."""

FIRST_WAIT = timedelta(seconds=5)

SUPERSEDED = "superseded"
"""The trouble of a page that waited for the carrier until a newer one said the same."""

FAULT_WAITS = (timedelta(seconds=30), timedelta(minutes=1))
"""Between tries while the account is refused: at first, and at most."""

STILL_NEW = timedelta(minutes=10)
"""What the carrier would not take at all is no old alarm once it does: it may be under way so long from then on."""


def refused(session: Session, notification_id: str, problem: CarrierError, *, at: datetime) -> Notification:
    """The carrier did not take it: wait and try again, or give up when trying again cannot help.

    When the account itself is refused nobody can be reached by this carrier: the page waits until that is mended.
    """
    row = locked(session, notification_id)
    if row.state != State.SENDING:
        return row
    row.code, row.in_doubt = problem.code, row.in_doubt or problem.maybe_done
    if problem.concerns_everything and (row.step_id or at < row.valid_until):
        _wait_until_mended(session, row, at=at)
    elif problem.trouble is Trouble.TRANSIENT and _may_be_tried_again(row, problem) and at < row.valid_until:
        row.state, row.sending_until = State.PENDING, None
        row.not_before = at + FIRST_WAIT * 2 ** (row.tries - row.tries_in_a_fault - 1)
    else:
        fail(row, trouble=problem.trouble.value, at=at)
    return row


def _may_be_tried_again(row: Notification, problem: CarrierError) -> bool:
    most = MOST_TRIES_IN_THE_DARK if problem.is_unheard_of else MOST_TRIES
    return row.tries - row.tries_in_a_fault < most


def _wait_until_mended(session: Session, row: Notification, *, at: datetime) -> None:
    """A newer page to the same person about the same case takes the place of an older one: one is enough."""
    shortest, longest = FAULT_WAITS
    row.tries_in_a_fault += 1
    row.state, row.sending_until = State.PENDING, None
    row.not_before = at + min(longest, shortest * 2 ** min(row.tries_in_a_fault - 1, 8))
    if row.step_id is None:
        return
    row.valid_until = max(row.valid_until, row.not_before + STILL_NEW)
    session.execute(
        update(Notification)
        .where(
            Notification.case_id == row.case_id,
            Notification.person_id == row.person_id,
            Notification.channel == row.channel,
            Notification.state == State.PENDING,
            Notification.tries_in_a_fault > 0,
            Notification.queued_at < row.queued_at,
        )
        .values(state=State.FAILED, trouble=SUPERSEDED, settled_at=at)
    )
