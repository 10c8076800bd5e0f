"""The same person in another case: how often somebody is sought is counted for them, not for a case.

A second case of theirs is only ever proposed (`maybe_the_same`). Where it was used to seek somebody lately, its number
is compared with this one's, in this process's memory, after the log took note that it was opened.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.contents import NUMBERS, Number
from app.cases.facts import Content
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.queries import maybe_the_same
from app.cases.reach import may_seek, tries
from app.console.doors import SignedIn
from app.console.reveal import number_of
from app.console.site import Site
from app.errors import DygnetError

LATELY: Final = timedelta(days=1)
"""No stretch of safe hours is longer."""


def sought_elsewhere(site: Site, case: Case | None, channel: str, who: SignedIn, *, at: datetime) -> list[datetime]:
    """When the person was sought by this channel lately, on the number that is about to be used, in other cases."""
    if case is None:
        return []
    with site.db.transaction() as session:
        case = session.get_one(Case, case.id)
        permit = may_seek(session, case, channel, at=at)
        candidates = _candidates(session, case, channel, at=at) if isinstance(permit, Permit) else []
        for other in candidates:
            other.log("case.revealed", by=who.alias, at=at, because="check_repeat", what="number")
    if not candidates or not isinstance(permit, Permit):
        return []
    with site.db.reading() as session:
        if site.rota.shut(session, who.hand):
            return []  # whoever cannot open their own case's number calls nobody: `bridge` and `writing` say so
        meant = number_of(session, permit.about, site, who)
        same = [other.id for other in candidates if _has(session, site, who, other, meant)]
        return tries(session, same, channel)


def _candidates(session: Session, case: Case, channel: str, *, at: datetime) -> list[Case]:
    similar = maybe_the_same(session, case)
    return [other for other in similar if any(moment > at - LATELY for moment in tries(session, [other.id], channel))]


def _has(session: Session, site: Site, who: SignedIn, case: Case, meant: Number) -> bool:
    about = select(Content.id).where(Content.case_id == case.id, Content.kind.in_(NUMBERS))
    return any(_opened(session, site, who, content) == meant.e164 for content in session.scalars(about))


def _opened(session: Session, site: Site, who: SignedIn, content_id: str) -> str:
    """The number, or nothing where it does not open: then it is nobody's we know of."""
    try:
        return number_of(session, content_id, site, who).e164
    except DygnetError:
        return ""
