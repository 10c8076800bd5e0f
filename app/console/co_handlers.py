"""Colleagues who work on a case besides its holder: brought in by whoever has it or by a coordinator, for a reason and
until a day, one by one or as a team of the programme. Nobody brings in themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.co_handling import LONGEST, REASONS
from app.cases.models import Case
from app.console import sight
from app.console.alongside import eligible, is_somebodys, may_add
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier import fields
from app.console.forms import Chosen
from app.console.site import ASite
from app.escalation import beside
from app.escalation.other_side import on_the_other_side
from app.programme.apply import current
from app.staff.models import Person
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/co-handlers", dependencies=[Depends(from_our_pages)])

TEAM: Final = "team:"
"""How a team's name begins in the form, so that it is no alias."""


@router.post("")
def add(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Bring somebody in, or everybody of a team who may be."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=may_add)
        wrong = _add(session, case, who, posted, at=now) if case else {}
    if case is None:
        raise sight.no_such_case()
    if wrong:
        typed = {name: posted.get(name, "") for name in ("beside", "why", "until")}
        return page_again(site, case, who, Chosen(asked=typed, mistakes=wrong), at=now)
    return RedirectResponse(f"{address(case)}#co-handlers", status_code=303)


@router.post("/{co_handling_id}/end")
def end(reference: str, co_handling_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """It is enough: by whoever decides on it, or by the co-handler."""
    with site.db.transaction() as session:
        case = kept_case(
            session, reference, who, at=now, may=lambda one, him: may_add(one, him) or sight.keeps(one, him)
        )
        found = next((one for one in case.co_handlings if one.id == co_handling_id), None) if case else None
        theirs = case is not None and found is not None and (may_add(case, who) or found.person_id == who.person_id)
        if case and found and theirs:
            case.let_go(found.person_id, by=who.alias, at=now, because="word")
        elif case:
            sight.refuse(session, reference, who, at=now)
        still = case is not None and sight.sees(case, who)
    if case is None or not theirs:
        raise sight.no_such_case()
    return RedirectResponse(f"{address(case)}#co-handlers" if still else "/console/", status_code=303)


def _add(session: Session, case: Case, who: SignedIn, posted: Mapping[str, str], *, at: datetime) -> dict[str, str]:
    if not is_somebodys(case):
        return {"beside": "mistake.beside_nobodys"}
    people, team = _meant(session, case, who, posted.get("beside", ""))
    until, because = _end_of(fields.day(posted.get("until", "")), session), posted.get("why", "")
    if not people:
        _note_a_collision(session, case, who, posted.get("beside", ""), at=at)
        return {"beside": "mistake.beside"}
    if because not in REASONS:
        return {"why": "mistake.beside_why"}
    if until is None or not at < until <= at + LONGEST:
        return {"until": "mistake.beside_until"}
    by = who.person(session)
    for person in people:
        beside.bring_in(session, case, person, by=by, at=at, until=until, because=because, team=team)
    return {}


def _meant(session: Session, case: Case, who: SignedIn, named: str) -> tuple[Sequence[Person], str | None]:
    """Who is meant, of those who may be brought in; and by which team."""
    found = eligible(session, case, who)
    if not named.startswith(TEAM):
        return [person for person in found if person.alias == named], None
    name = named.removeprefix(TEAM)
    members = {alias for team in current(session).team if team.name == name for alias in team.members}
    return [person for person in found if person.alias in members], name


def _note_a_collision(session: Session, case: Case, who: SignedIn, named: str, *, at: datetime) -> None:
    others = on_the_other_side(session, case)
    if others and any(session.get_one(Person, id_).alias == named for id_ in others):
        case.log("collision.warned", by=who.alias, at=at, what="co_handler")


def _end_of(day: date | None, session: Session) -> datetime | None:
    """The moment at which a local day is over."""
    if day is None or day == date.max:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, current(session).zone)
