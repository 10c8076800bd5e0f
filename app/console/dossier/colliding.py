"""A possible collision: whoever meets one is told to ask the collision owner, and of whom it is with, nothing.

Tags are put on by whoever has the case and by coordinators, who own collisions; going on in spite of one takes a reason
and a second person. Nothing opens here.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import SignedIn, from_our_pages
from app.console.dossier import fields
from app.console.site import ASite
from app.errors import BadInput
from app.escalation.other_side import on_the_other_side, still_open
from app.routing import collisions
from app.routing.collision_models import CollisionOverride, What
from app.routing.collisions import Because, Tagged
from app.routing.places import APART
from app.routing.subject import Subject
from app.staff.roles import Role
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/collisions", dependencies=[Depends(from_our_pages)])


def owns(case: Case, who: SignedIn) -> bool:
    """Whether they put tags on this case, and speak on its overrides: whoever has it, and coordinators."""
    return (sight.keeps(case, who) or who.may(Role.COORDINATOR)) and not case.excludes(who.person_id)


@router.post("")
def tag(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Put a tag on a case: a code and a side, and what it is about, which is sealed at once."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=owns)
        try:
            said = Tagged(code=posted.get("code", ""), side=posted.get("side", ""), note=fields.words(posted, "note"))
        except ValidationError:
            said = None
        if case and said:
            key, source, by = site.keyring.index_key, fields.source(posted), who.person(session)
            collisions.tag(session, Subject.of(case), said, key, by=by, at=now, source=source)
    return _back(case, "tag" if said is None else "")


@router.post("/overrides")
def override(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Ask a second person to go on in spite of a warning."""
    what, because = fields.one_of(posted, "what", What), fields.words(posted, "because")
    is_whole = what is not None and 0 < len(because) <= collisions.LONGEST
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        if case and what and is_whole:
            words, about, by = Because(because=because), posted.get("about", "")[:64], who.person(session)
            source = fields.source(posted)
            collisions.override(session, Subject.of(case), what, about, words, by=by, at=now, source=source)
    return _back(case, "" if is_whole else "because")


@router.post("/overrides/{override_id}/second")
def second(reference: str, override_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """They agree, or they do not; whoever asked cannot."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=owns)
        asked = _asked(session, case, override_id, who) if case else None
        if case and asked is None:
            sight.refuse(session, reference, who, at=now)
        elif case and asked and posted.get("agreed") in ("yes", "no"):
            agreed, by = posted["agreed"] == "yes", who.person(session)
            collisions.second(session, Subject.of(case), asked, agreed=agreed, by=by, at=now)
    return _back(case if asked else None)


def collides(session: Session, case: Case, what: What, about: str, *, by: str, at: datetime) -> bool:
    """Whether two who must not meet could, and nobody agreed to that. Leaves an entry when so."""
    cases = ids_of_whole(session, case)
    others = still_open(session, cases)
    if not collisions.meets(session, others, what, about, since=at - APART):
        return False
    if collisions.is_overridden(session, cases, what, about):
        return False
    case.log("collision.warned", by=by, at=at, what=what.value)
    return True


def same_handler(session: Session, case: Case) -> bool:
    """Whether whoever works on this case works on one that it must not meet: said, and never in the way of help."""
    return bool(case.handler_ids & on_the_other_side(session, case))


def _asked(session: Session, case: Case, override_id: str, who: SignedIn) -> CollisionOverride | None:
    waiting = (one for one in collisions.overrides_in(session, ids_of_whole(session, case)) if one.second is None)
    return next((one for one in waiting if one.id == override_id and one.by_id != who.person_id), None)


def _back(case: Case | None, wrong: str = "") -> Response:
    if case is None:
        raise sight.no_such_case()
    if wrong:
        raise BadInput(f"The form was not whole: {wrong}.")
    return RedirectResponse(f"/console/cases/{case.reference}/meetings", status_code=303)
