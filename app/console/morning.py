"""The coordinator's morning: everything a night may have left undone, in one look, each with what to do about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.log import record
from app.audit.models import AuditCheckpoint
from app.console.doors import OVERSEERS, SignedIn, from_our_pages, only
from app.console.due import overdue, shut_places
from app.console.overlooked import failing, silent, unanswered
from app.console.paper import paper_for
from app.console.rows import undecided, unexplained
from app.console.site import ASite
from app.programme.apply import current
from app.web import Now

router = APIRouter(prefix="/console/morning", dependencies=[Depends(from_our_pages)])


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*OVERSEERS)]) -> Response:
    """Undecided cases, broken promises without a reason, pages without an answer, ways that fail, cases gone silent,
    tasks whose day is over, meeting places that are shut."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*OVERSEERS), action="case.listed", what="morning")
    with site.db.reading() as session:
        paper, routine = paper_for(session, site, who, at=now), current(session).routine
        return paper.show(
            "morning",
            undecided=undecided(session, who, paper.times),
            unexplained=unexplained(session, who),
            unanswered=unanswered(session, who.person_id, at=now),
            failing=failing(session, at=now),
            silent=silent(session, who.person_id, routine, at=now),
            to_dos=overdue(session, who.person_id, paper.times),
            places=shut_places(session, paper.times),
            log_line=_log_line(session),
            days=routine.silent_after.days,
            acute_days=routine.acute_silent_after.days,
        )


def _log_line(session: Session) -> str:
    """The log's latest checkpoint as `origin size root`, for the daily handover: paper remembers what a server may
    not (docs/the-log.md). Empty before anything was signed."""
    latest = session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))
    return " ".join(latest.note.splitlines()[:3]) if latest else ""
