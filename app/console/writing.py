"""Texting the person from the case page: an approved wording, under their permission, gone before the hours are over.

Nobody reads what a person answers by text as proof of who they are: it comes in as an approach like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import texts
from app.cases.models import Case
from app.cases.outreach import Permit
from app.cases.reach import may_seek
from app.cases.texts import Fate, PersonText
from app.console import sight
from app.console.attendant import Attendant
from app.console.case import address, likely_reason
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.pad import TEXTS, language_of, wordings
from app.console.reveal import number_of
from app.console.same import sought_elsewhere
from app.console.site import ASite, Site
from app.errors import DygnetError
from app.logs import Log
from app.telephony.carrier import CarrierError
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

_log = Log("texts")


@router.post("/texts")
def write(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Write it down, then send it. No permission, no text; and nothing is sent that nobody wrote down."""
    wording = posted.get("wording", "")
    known = wording in wordings()
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        shut = site.rota.shut(session, who.hand)
    if case and shut:
        return _not_now(site, case, who, f"reveal.{shut}", at=now, status=403)
    elsewhere = sought_elsewhere(site, case, "sms", who, at=now)
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        may = case is not None and known and site.attending is not None
        written = _write(session, case, who, wording, elsewhere, at=now) if case and may else None
    if case is None:
        raise sight.no_such_case()
    if written is None or site.attending is None:
        return _not_now(site, case, who, "mistake.text" if known else "mistake.wording", at=now)
    _send(site, site.attending.attendant, who, *written, at=now)
    return RedirectResponse(f"{address(case)}#texts", status_code=303)


def _write(
    session: Session, case: Case, who: SignedIn, wording: str, elsewhere: Sequence[datetime], *, at: datetime
) -> tuple[PersonText, Permit] | None:
    permit = may_seek(session, case, "sms", at=at, elsewhere=elsewhere)
    if case.closure or case.join or not isinstance(permit, Permit):
        return None
    case.log("case.revealed", by=who.alias, at=at, because=likely_reason(case), what="number", via="text")
    text = texts.write(
        session, case, permit, wording=wording, language=language_of(case), by=who.person(session), at=at
    )
    return text, permit


def _send(site: Site, attendant: Attendant, who: SignedIn, text: PersonText, permit: Permit, *, at: datetime) -> None:
    """Hand it over. Where it stays open whether the carrier has it, its receipt will say."""
    try:
        with site.db.reading() as session:
            number = number_of(session, permit.about, site, who)
        ref = attendant.outside.text(
            number,
            permit,
            body=TEXTS.say(text.language, text.wording),
            status_url=f"{attendant.public_url}/carrier/texts/{text.id}",
            at=at,
        )
    except CarrierError as problem:
        _log.warning("the carrier refused a text", code=problem.code, kind=problem.trouble.value)
        if not problem.maybe_done:
            _note(site, text, Fate.FAILED, at=at, code=problem.code)
    except DygnetError as problem:
        _log.error("a text could not be sent", problem=problem)
        _note(site, text, Fate.FAILED, at=at)
    else:
        _note(site, text, Fate.ACCEPTED, at=at, ref=ref)


def _note(
    site: Site, text: PersonText, what: Fate, *, at: datetime, ref: str | None = None, code: int | None = None
) -> None:
    with site.db.transaction() as session:
        texts.became(session, text.id, what, at=at, ref=ref, code=code)


def _not_now(site: Site, case: Case, who: SignedIn, mistake: str, *, at: datetime, status: int = 409) -> Response:
    return page_again(site, case, who, Chosen(mistakes={"wording": mistake}), at=at, status=status)
