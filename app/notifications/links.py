"""A one-time link in a page: it leads to the case's page in the console, for the one who was paged and has signed in.

The link says nothing: it is random, and whoever follows it without having signed in is asked to, whether it is good or
not. It stands in texts only where the house has an address for it that says nothing either (PAGE_LINKS).
"""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.discretion import fits_one_segment
from app.notifications.messages import page_at
from app.notifications.models import THE_PAGE, Notification, PageLink

LASTS: Final = timedelta(hours=2)
LENGTH: Final = 16
"""Signs of 62: 95 bits, which nobody guesses in two hours."""

_SIGNS: Final = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Links:
    """Puts links into texts; without an `origin` (scheme and host) it leaves them as they are."""

    origin: str | None

    def put_into(self, session: Session, bundle: Sequence[Notification], text: str, *, at: datetime) -> str:
        """The text with a link, where it is about one case and still arrives in one piece."""
        lead, *others = bundle
        if self.origin is None or others or (lead.channel, lead.wording) != ("sms", THE_PAGE):
            return text
        token = "".join(secrets.choice(_SIGNS) for _ in range(LENGTH))
        longer = page_at(lead, f"{self.origin}/console/l/{token}", at=at)
        if not fits_one_segment(longer):
            return text
        keep(session, lead, token, at=at)
        return longer


NO_LINKS: Final = Links(None)


def keep(session: Session, page: Notification, token: str, *, at: datetime) -> None:
    """Remember a link by its digest alone: who reads the database cannot follow it."""
    session.add(PageLink(token_hash=_hashed(token), page_id=page.id, made_at=at, expires_at=at + LASTS))


def follow(session: Session, token: str, *, person_id: str, at: datetime) -> Notification | None:
    """The page whose link it is, the first time that the one who was paged follows it. None for every other."""
    digest = _hashed(token)
    theirs = select(PageLink.page_id).join(Notification).where(Notification.person_id == person_id)
    used: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(PageLink)
        .where(
            PageLink.token_hash == digest,
            PageLink.used_at.is_(None),
            PageLink.expires_at > at,
            PageLink.page_id.in_(theirs.where(PageLink.token_hash == digest)),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    if used.rowcount != 1:
        return None
    return session.scalar(select(Notification).join(PageLink).where(PageLink.token_hash == digest))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
