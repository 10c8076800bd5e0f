"""What is to be forgotten, and what keeps it: proposed by one, agreed to by another, carried out by the engine.

Nothing here opens a case. Whoever may not see a case's page sees it by its pseudonym.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import by_reference
from app.console import sight
from app.console.doors import RETENTION_ROLES, SignedIn, deed, from_our_pages, grave, only
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.console.written import written
from app.errors import BadInput
from app.programme.apply import current
from app.programme.retention import RetentionClass
from app.retention import batches, due, holds
from app.retention.due import Judged
from app.retention.models import HOLD_REASONS, Batch
from app.web import Now, Posted

router = APIRouter(prefix="/console/retention", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/retention"
AT_MOST: Final = 100
"""Cases in each list on a page; those of a batch are shown whole."""

ADeed = Annotated[SignedIn, deed(*RETENTION_ROLES)]
Grave = Annotated[SignedIn, grave(*RETENTION_ROLES)]


@dataclass(frozen=True)
class Line:
    """A case as this reader may know it: its reference and page, or its pseudonym."""

    name: str
    address: str
    because: str
    due_at: datetime | None = None
    in_the_way: tuple[str, ...] = ()


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*RETENTION_ROLES)]) -> Response:
    """What may be forgotten now, what waits for a second person, what is held, and the rules."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*RETENTION_ROLES), action="retention.previewed")
    with site.db.reading() as session:
        return _page(session, site=site, who=who, at=now)


@router.post("/batches")
def propose(site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """Ask for everything on the list to be forgotten."""

    def write(session: Session) -> None:
        batches.propose(session, posted.get("shown", ""), by=who.person(session), at=now)

    return _done(site, who, write, "list", posted, at=now)


@router.post("/seconds/{batch_id}")
def second(batch_id: str, site: ASite, now: Now, who: Grave, posted: Posted) -> Response:
    """Agree to a colleague's list, or not. What is agreed to is gone within a minute."""
    agreed = {"yes": True, "no": False}.get(posted.get("agreed", ""))

    def write(session: Session) -> None:
        if agreed is None:
            raise BadInput("Say whether you agree.")
        batches.second(session, batch_id, agreed=agreed, by=who.person(session), at=now)

    return _done(site, who, write, "second", posted, at=now)


@router.post("/holds")
def hold(site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """Keep a case from being forgotten, from now on."""

    def write(session: Session) -> None:
        case = by_reference(session, posted.get("reference", ""))
        if case is None or (sight.oversees(who) and not sight.sees(case, who)):
            raise BadInput("There is no such case, or it is not yours to see.")
        holds.ask(session, case, posted.get("because", ""), by=who.person(session), at=now)

    return _done(site, who, write, "hold", posted, at=now)


@router.post("/holds/{hold_id}")
def answer(hold_id: str, site: ASite, now: Now, who: ADeed, posted: Posted) -> Response:
    """A second person's word on a hold, or the wish to lift it."""

    def write(session: Session) -> None:
        holds.say(session, hold_id, posted.get("word", ""), by=who.person(session), at=now)

    return _done(site, who, write, "word", posted, at=now)


def _done(
    site: Site, who: SignedIn, write: Callable[[Session], None], about: str, posted: Mapping[str, str], *, at: datetime
) -> Response:
    again = partial(_page, site=site, who=who, at=at, mistake=about, chosen=posted)
    return written(site.db, write, onward=HERE, again=again)


def _page(
    session: Session,
    *,
    site: Site,
    who: SignedIn,
    at: datetime,
    mistake: str = "",
    chosen: Mapping[str, str] | None = None,
) -> Response:
    ripe, retention = batches.listed(session, at=at), current(session).retention
    return paper_for(session, site, who, at=at).show(
        "retention",
        status=422 if mistake else 200,
        mistake=mistake,
        chosen=chosen or {},
        ripe=[_line(one, who) for one in ripe],
        shown=batches.mark_of(ripe),
        counts=due.by_class(ripe),
        waiting=[(batch, batch.by_id == who.person_id, _lines(batch, who)) for batch in batches.waiting(session)],
        kept=[_line(one, who) for one in due.in_the_way(session, at=at)[:AT_MOST]],
        holds=[(hold, _named(hold.case, who), hold.last.by_id == who.person_id) for hold in due.holds_of(session)],
        reasons=HOLD_REASONS,
        rules=[(name.value, retention.rule(name)) for name in RetentionClass],
        details=retention.contact_details,
        done=batches.done(session),
    )


def _lines(batch: Batch, who: SignedIn) -> list[Line]:
    return [Line(*_named(line.case, who), line.name) for line in batch.lines]


def _line(one: Judged, who: SignedIn) -> Line:
    judged = one.verdict
    return Line(*_named(one.case, who), judged.name.value, judged.due_at, judged.in_the_way)


def _named(case: Case, who: SignedIn) -> tuple[str, str]:
    if sight.oversees(who) and sight.sees(case, who):
        return case.reference, f"/console/cases/{case.reference}"
    return case.pseudonym, ""
