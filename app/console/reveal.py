"""Seeing what is secret about a case: a reason, an entry that is committed first, one answer, and gone again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import contents
from app.cases.contents import Number
from app.cases.facts import Content, Grant
from app.cases.models import Case
from app.console import sight
from app.console.case import Secret, sheet
from app.console.deeds import kept_case
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages
from app.console.forms import Chosen
from app.console.opening import NotLetIn
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.logs import Log
from app.staff.keys_session import Locked
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

_log = Log("console")


@router.post("/reveal")
def reveal(
    reference: str, site: ASite, who: Annotated[SignedIn, deed(*CASE_ROLES)], posted: Posted, now: Now
) -> Response:
    """Show the secrets in this one answer. No entry, no opening: the entry is committed before a key turns."""
    because = posted.get("because", "")
    wrong = {"because": "mistake.because"} if because not in contents.REVEAL_REASONS else {}
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        if case and (case.closure or case.join):
            wrong = {"closed": "mistake.closed"}
        if case and not wrong:
            contents.reveal(case, by=who.person(session), because=because, at=now)
    if case is None:
        raise sight.no_such_case()
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        if wrong:
            return sheet(session, case, paper, chosen=Chosen(because=because, mistakes=wrong), status=422)
        try:
            opened = everything_in(session, case, site, who)
            note_a_number_of_staff(site, case, opened, who, at=now)
        except (Locked, NotLetIn) as problem:
            return sheet(session, case, paper, locked_because=why_shut(problem), status=problem.status)
        except DygnetError as problem:
            _log.error("a case's contents do not open", problem=problem, reference=case.reference)
            return sheet(session, case, paper, locked_because="reveal.cannot_open", status=500)
        return sheet(session, case, paper, opened=opened)


def everything_in(session: Session, case: Case, site: Site, who: SignedIn) -> list[Secret]:
    """Each secret once, opened with the generation of the rota key that this case was granted to."""
    case = session.get_one(Case, case.id)
    secrets: dict[tuple[str, str, str], Secret] = {}
    with site.rota.opened(session, who.hand, granted(session, case.id)) as reader:
        for one in contents.opened(session, case, reader):
            known = (one.kind, one.text, one.by)
            secrets.setdefault(known, Secret(*known)).left.append((one.at, one.channel))
    return list(secrets.values())


def note_a_number_of_staff(site: Site, case: Case, opened: list[Secret], who: SignedIn, *, at: datetime) -> None:
    """That what was opened is a number staff have stands in the log before it is shown; whose it is stands nowhere."""
    if site.attending is None:
        return
    directory, numbers = (
        site.attending.attendant.directory,
        {one.text for one in opened if one.kind in contents.NUMBERS},
    )
    with site.db.reading() as session:
        theirs = [directory.person_with_number(session, number) for number in sorted(numbers)]
    if any(theirs):
        with site.db.transaction() as session:
            session.get_one(Case, case.id).log("case.number_known", by=who.alias, at=at)


def number_of(session: Session, content_id: str, site: Site, who: SignedIn) -> Number:
    """The one number that a permission is about, for calling it; the entry was committed before.

    Locked, NotLetIn, Misconfigured or CannotOpen when it does not open for whoever asks.
    """
    case_id = session.get_one(Content, content_id).case_id
    with site.rota.opened(session, who.hand, granted(session, case_id)) as reader:
        return contents.number(session, content_id, reader)


def why_shut(problem: Locked | NotLetIn) -> str:
    """The key of the sentence that says what to do about it."""
    return "reveal.sign_in_again" if isinstance(problem, Locked) else "reveal.not_let_in"


def granted(session: Session, case_id: str) -> list[str]:
    """The ids of the generations of the rota key that this case was granted to; none: the current one is tried."""
    readers = session.scalars(select(Grant.reader).where(Grant.case_id == case_id)).all()
    return [reader for reader in readers if reader.startswith("rota-")]
