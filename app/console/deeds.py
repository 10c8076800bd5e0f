"""What a handler does to a case: take it, pass it on, write down an attempt, end it. Each is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session, object_session
from starlette.responses import RedirectResponse, Response

from app.cases import bridging, queries
from app.cases.models import Case
from app.console import earlier, forms, sight
from app.console.case import address, sheet, shown_word
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages
from app.console.forms import Chosen
from app.console.paper import paper_for
from app.console.session import HOME
from app.console.site import ASite, Site
from app.escalation import replies
from app.escalation.replies import Answer
from app.staff.models import Person
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

ADeed = Annotated[SignedIn, deed(*CASE_ROLES)]
"""Stands before `Posted` in a signature: who somebody is comes before what they sent."""

SAME_TAP: Final = timedelta(seconds=5)
"""Real time within which the same attempt by the same person is a finger that tapped twice."""


@router.post("/hold")
def take(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Take the case. Who comes second, having seen it wait, is told so kindly; to others it is unknown."""
    with site.db.transaction() as session:
        case = queries.by_reference(session, reference)
        case = queries.locked(session, case.id) if case else None
        first = case is not None and sight.may_take(case, who, sight.asked(session, who))
        mine = case is not None and sight.keeps(case, who)
        if case and first:
            replies.take(session, case.id, by=who.person(session), via="console", at=now)
        elif not mine:
            sight.refuse(session, reference, who, at=now)
        saw_it_wait = case is not None and _saw_it_wait(case, posted, who)
    if case and (first or mine):
        return _back_to(case)
    if case and saw_it_wait:
        return _too_late(site, case, who, at=now)
    raise sight.no_such_case()


@router.post("/release")
def pass_on(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Hand the case on without having been in contact: the next in line is paged at once, and the clock goes on."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.answers_for)
        answer = replies.pass_on(session, case.id, by=who.person(session), at=now) if case else None
    if case is None:
        raise sight.no_such_case()
    if answer == Answer.OVER:
        return page_again(site, case, who, Chosen(mistakes={"release": "mistake.no_passing_on"}), at=now)
    return RedirectResponse(HOME, status_code=303)


@router.post("/attempts")
def record_attempt(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Write down an attempt. `reached` is first contact, and stops the clock."""

    def write(case: Case, by: Person) -> Chosen:
        chosen, made_at = earlier.made_at(case, forms.attempt(posted), at=now)
        if not chosen.mistakes and not _tapped_twice(site, case, by, chosen, at=made_at or now):
            _record(case, by, chosen, at=now, made_at=made_at)
        return chosen

    return _write(reference, site, who, write, may=sight.may_record, at=now)


@router.post("/closure")
def close(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """End the case."""

    def write(case: Case, by: Person) -> Chosen:
        chosen = forms.closure(posted, case)
        if not chosen.mistakes:
            case.close(by=by, at=now, outcome=chosen.outcome, code=chosen.code)
        return chosen

    return _write(reference, site, who, write, may=sight.answers_for, at=now)


def kept_case(
    session: Session, reference: str, who: SignedIn, *, at: datetime, may: sight.Right = sight.keeps
) -> Case | None:
    """The case, locked for change, if it is theirs; otherwise a refusal in the log, and None."""
    case = queries.by_reference(session, reference)
    if case and may(queries.locked(session, case.id), who):
        return case
    sight.refuse(session, reference, who, at=at)
    return None


def page_again(site: Site, case: Case, who: SignedIn, chosen: Chosen, *, at: datetime, status: int = 422) -> Response:
    """The page with what is wrong on it; not for whoever may do a thing to the case and not see it."""
    with site.db.reading() as session:
        case = session.get_one(Case, case.id)
        if not sight.sees(case, who):
            return RedirectResponse(HOME, status_code=303)
        return sheet(session, case, paper_for(session, site, who, at=at), chosen=chosen, status=status)


def _write(
    reference: str,
    site: Site,
    who: SignedIn,
    write: Callable[[Case, Person], Chosen],
    *,
    may: sight.Right,
    at: datetime,
) -> Response:
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=at, may=may)
        if case is None:
            chosen = Chosen()
        elif case.closure or case.join:
            chosen = Chosen(mistakes={"closed": "mistake.closed"})
        else:
            chosen = write(case, who.person(session))
        seen = case is not None and sight.sees(case, who)
    if case is None:
        raise sight.no_such_case()
    if chosen.mistakes:
        return page_again(site, case, who, chosen, at=at)
    return _back_to(case) if seen else RedirectResponse(HOME, status_code=303)


def _back_to(case: Case) -> Response:
    return RedirectResponse(address(case), status_code=303)


def _saw_it_wait(case: Case, posted: Mapping[str, str], who: SignedIn) -> bool:
    return not case.excludes(who.person_id) and posted.get("shown", "") == shown_word(case, who)


def _too_late(site: Site, case: Case, who: SignedIn, *, at: datetime) -> Response:
    with site.db.reading() as session:
        case = session.get_one(Case, case.id)
        holder = case.hold.person.alias if case.hold else None
        return paper_for(session, site, who, at=at).show("too_late", status=409, case=case, holder=holder)


def _record(case: Case, by: Person, chosen: Chosen, *, at: datetime, made_at: datetime | None) -> None:
    """What is written of a call may be the answer to what they were asked about the one that we placed for them."""
    session = object_session(case)
    by_phone = session if chosen.channel == "call" and made_at is None else None
    if not (by_phone and bridging.answer_question(by_phone, case, chosen.outcome, by=by, at=at)):
        case.record_attempt(by=by, at=at, channel=chosen.channel, outcome=chosen.outcome, made_at=made_at)


def _tapped_twice(site: Site, case: Case, by: Person, chosen: Chosen, *, at: datetime) -> bool:
    last = case.attempts[-1] if case.attempts else None
    if last is None or (last.by_id, last.channel, last.outcome) != (by.id, chosen.channel, chosen.outcome):
        return False
    return at - last.at < SAME_TAP * site.clock.speed
