"""A word to a colleague about a case that is no step of its ladder: as urgent as a page, and as short-lived."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.escalation.ladder import PAGE_LASTS
from app.notifications import outbox
from app.notifications.models import Priority
from app.staff.models import Colleague, Person


def tell(
    session: Session,
    case: Case,
    person: Person | Colleague,
    channel: str,
    wording: str,
    *,
    key: str,
    at: datetime,
    because: str = "",
) -> None:
    """Once for each `key`, person and channel."""
    page = outbox.queue(
        session,
        key=f"{key}:{person.id}:{channel}",
        person=person,
        channel=channel,
        wording=wording,
        values={"reference": case.reference, "due_at": case.due_at.isoformat()},
        priority=Priority.PAGE,
        due_at=at,
        at=at,
        valid_for=PAGE_LASTS,
        case_id=case.id,
    )
    if page:
        case.log("page.queued", by="engine", at=at, because=because, to=person.alias, channel=channel)
