"""Two cases of one person become one, by the handler's tap: the older goes on, and its clock counts.

Only somebody who may read both can say so; anything else looks like a case that is not. Nothing is thrown together:
each keeps its own key and history, and until somebody was in contact they can go apart again (decision 0043).
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import apart, partings, queries
from app.cases.models import Case
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.site import ASite
from app.escalation import conflicts
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

LONGEST = 16
"""Signs of a reference that is kept to be typed again."""

WORDS = ("person", "handler")
"""By whose word they are one: the person said so, or the handler recognised them."""


@router.post("/join")
def join(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Say that another case is the same person's. The one that is due first goes on."""
    typed, word = posted.get("same", "").strip()[:LONGEST], posted.get("word", "")
    with site.db.transaction() as session:
        queries.lock_in_one_order(session, reference, typed)
        case = kept_case(session, reference, who, at=now, may=sight.answers_for)
        other = _theirs_too(session, case, typed, who, at=now) if case else None
        wrong = _wrong(session, case, other, word) if case else {}
        goes_on = _join(session, case, other, word, who, at=now) if case and other and not wrong else case
    if case is None or goes_on is None:
        raise sight.no_such_case()
    if wrong:
        return page_again(site, case, who, Chosen(same=typed, word=word, mistakes=wrong), at=now)
    return RedirectResponse(f"{address(goes_on)}#same", status_code=303)


@router.post("/parting")
def part(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """They were two people after all: the younger goes on by itself, its clock as it was."""
    named = posted.get("other", "")
    with site.db.transaction() as session:
        queries.lock_in_one_order(session, reference, named)
        case = kept_case(session, reference, who, at=now, may=sight.answers_for)
        other = queries.by_reference(session, named) if case else None
        join = queries.locked(session, other.id).join if other else None
        may = bool(case and join and join.into_id == case.id and partings.may_part(session, join))
        if other and may:
            conflicts.part(session, other, by=who.alias, at=now)
    if case is None:
        raise sight.no_such_case()
    if not may:
        return page_again(site, case, who, Chosen(mistakes={"same": "mistake.part"}), at=now)
    return RedirectResponse(f"{address(case)}#same", status_code=303)


def _theirs_too(session: Session, case: Case, typed: str, who: SignedIn, *, at: datetime) -> Case | None:
    """The other case, locked, if they may read it as well; otherwise a refusal in the log."""
    other = queries.by_reference(session, typed)
    if other and other.id != case.id and sight.answers_for(queries.locked(session, other.id), who):
        return other
    sight.refuse(session, typed, who, at=at)
    return None


def _wrong(session: Session, case: Case, other: Case | None, word: str) -> dict[str, str]:
    """What keeps them apart: a field and the key of a sentence."""
    if other is None:
        return {"same": "mistake.same"}
    if word not in WORDS:
        return {"word": "mistake.word_of"}
    if any(one.closure or one.join or one.is_canary for one in (case, other)):
        return {"same": "mistake.closed"}
    if not _clock_goes_on(*_in_order(case, other)):
        return {"same": "mistake.same_clock"}
    return {"same": "mistake.two_people"} if _are_two(session, case, other) else {}


def _clock_goes_on(older: Case, younger: Case) -> bool:
    """Whether nobody waits unheard of: what runs in the younger must run in the older too."""
    return older.opened_at <= younger.opened_at and (older.awaits_contact or not younger.awaits_contact)


def _are_two(session: Session, one: Case, other: Case) -> bool:
    """Whether they are two people's by their own words: a relative's record is kept from whom it is about."""
    said = apart.roles_in(session, other.id)
    return other.id in apart.apart_from(session, one) or any(
        apart.clash(role, said) for role in apart.roles_in(session, one.id)
    )


def _join(session: Session, case: Case, other: Case, word: str, who: SignedIn, *, at: datetime) -> Case:
    older, younger = _in_order(case, other)
    conflicts.join(session, younger, older, by=who.alias, because=word, at=at)
    return older


def _in_order(case: Case, other: Case) -> tuple[Case, Case]:
    """The one that is due first, and the other."""
    first, second = sorted((case, other), key=lambda one: (one.due_at, one.opened_at, one.id))
    return first, second
