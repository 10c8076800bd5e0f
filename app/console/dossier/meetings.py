"""Where a person is met, by which two, and whether everybody came back; and which collisions stand in the way.

The page needs no key: a place is a code word, a tag a count. What is wrong with a booking is said on it, and nothing
typed is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import CASE_ROLES, OVERSEERS, SignedIn, from_our_pages, only
from app.console.dossier import colliding, fields, kinds
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.sheet import page
from app.console.going import goes_or_keeps, goes_to, sees_or_goes
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.programme.apply import current
from app.programme.knowledge_on import Standing
from app.routing import collisions, incidents, places
from app.routing.collision_models import How, Meeting, MeetingPlace, What
from app.routing.subject import Subject
from app.staff.directory import by_alias, everyone
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}/meetings", dependencies=[Depends(from_our_pages)])

_MINUTES = (30, 60, 120, 240)


@router.get("")
def show(reference: str, site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """The page, after the log took note of who looked at it. Whoever goes to a meeting finds that one on it, though the
    case is a colleague's: they are told of its reference when its place is shut, and check in here."""
    case = sight.look_at(site.db, reference, who, at=now, may=sees_or_goes)
    return meetings_page(site, case, who, {}, {}, at=now)


@router.post("")
def book(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Book a meeting, if the place is rested and nobody collides there."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        wrong = _book(session, case, who, posted, at=now) if case else {}
    if case is None:
        raise sight.no_such_case()
    if wrong:
        return meetings_page(site, case, who, posted, wrong, at=now)
    return RedirectResponse(f"/console/cases/{case.reference}/meetings", status_code=303)


@router.post("/{meeting_id}/check-in")
def check_in(reference: str, meeting_id: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """All are well, or nobody went. For the two who went, and whoever has the case."""
    how = fields.one_of(posted, "how", How)
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=goes_or_keeps)
        meeting = _meeting(session, case, meeting_id) if case else None
        if case and meeting is None:
            sight.refuse(session, reference, who, at=now)
        elif case and meeting and how and meeting.check_in is None:
            places.check_in(session, Subject.of(case), meeting, how, by=who.person(session), at=now)
    if case is None or meeting is None:
        raise sight.no_such_case()
    return RedirectResponse(f"/console/cases/{case.reference}/meetings", status_code=303)


def meetings_page(site: Site, case: Case, who: SignedIn, typed: Posted, wrong: Mistakes, *, at: datetime) -> Response:
    """The page, with what is wrong on it and everything that was typed."""
    with site.db.reading() as session:
        whole = session.get_one(Case, case.id)
        cases, sees = ids_of_whole(session, whole), sight.sees(whole, who)
        booked = places.meetings_of(session, cases)
        paper, shut = paper_for(session, site, who, at=at), incidents.shut_places(session)
        return page(
            paper,
            "dossier/meetings",
            whole,
            status=422 if wrong else 200,
            typed=typed,
            mistakes=wrong,
            meetings=[one for one in reversed(booked) if sees or goes_to(one, who)],
            everywhere=places.register(session),
            shut=shut,
            kinds=incident_kinds(session, who.language, at=at),
            when=paper.times.typed(at),
            may_tell=goes_or_keeps(whole, who),
            sees=sees,
            colleagues=[each.alias for each in everyone(session) if each.roles],
            minutes=_MINUTES,
            tags=len(collisions.tags_on(session, cases)),
            overrides=[*reversed(collisions.overrides_in(session, cases))],
            same_handler=colliding.same_handler(session, whole),
            keeps=sight.keeps(whole, who),
            oversees=who.may(*OVERSEERS),
            owns=colliding.owns(whole, who),
            hows=[each.value for each in How],
        )


def _book(session: Session, case: Case, who: SignedIn, posted: Posted, *, at: datetime) -> Mistakes:
    place = session.get(MeetingPlace, posted.get("place", ""))
    first, second = by_alias(session, posted.get("first", "")), by_alias(session, posted.get("second", ""))
    starts, minutes = moment(posted.get("starts", ""), session), posted.get("minutes", "")
    if place is None or place.closed:
        return {"place": "mistake.place"}
    if incidents.shut_by(session, place):
        return {"place": "mistake.place_shut"}
    if first is None or second is None or first.id == second.id:
        return {"second": "mistake.two"}
    if starts is None or not at <= starts <= at + places.FURTHEST or minutes not in {str(each) for each in _MINUTES}:
        return {"starts": "mistake.starts"}
    if wrong := _stands_in_the_way(session, case, who, place, starts, at=at):
        return wrong
    until, two = starts + timedelta(minutes=int(minutes)), (first, second)
    by, source, subject = who.person(session), fields.source(posted), Subject.of(case)
    places.book(session, subject, place, starts=starts, check_in_by=until, two=two, by=by, at=at, source=source)
    return {}


def _stands_in_the_way(
    session: Session, case: Case, who: SignedIn, place: MeetingPlace, starts: datetime, *, at: datetime
) -> Mistakes:
    if colliding.collides(session, case, What.PLACE, place.id, by=who.alias, at=at):
        return {"collision": "mistake.collision"}
    if places.rests_until(session, place, ids_of_whole(session, case), starts=starts):
        return {"place": "mistake.place_rests"}
    return {}


def moment(text: str, session: Session) -> datetime | None:
    """A wall time as browsers write it, `2026-01-05T14:00`, where the line is."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=current(session).zone)
    except ValueError:
        return None


def incident_kinds(session: Session, language: str, *, at: datetime) -> Mapping[str, str]:
    """What may have happened, by the city's code list that day, in words."""
    programme = current(session)
    standing = Standing(programme.knowledge, at.astimezone(programme.zone).date())
    return kinds.choices(standing.incidents(), language)


def _meeting(session: Session, case: Case, meeting_id: str) -> Meeting | None:
    return next((one for one in places.meetings_of(session, ids_of_whole(session, case)) if one.id == meeting_id), None)
