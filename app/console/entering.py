"""Entering by hand what came another way, and the paper on which it is written while everything is down.

The sheet asks what the form asks, in the same words, and on paper as on the screen. Its clock counts from when the
person came, not from when somebody found the time to enter it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import profile
from app.cases.breaches import BREACH_REASONS
from app.cases.entries import WAYS
from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages, only
from app.console.entrance import Entrance, Mistake
from app.console.paper import Paper, paper_for
from app.console.site import ASite, Site
from app.console.wording import number_read, say
from app.errors import NoSuchPage
from app.programme.apply import current
from app.programme.schema import Programme
from app.staff.directory import by_alias
from app.staff.roles import Role
from app.web import Now, Posted

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

ENTERS: Final = (Role.HANDLER, Role.COORDINATOR)

_OWN_WORDS: Final = "entering."


@router.get("/entering")
def ask(site: ASite, now: Now, who: Annotated[SignedIn, only(*ENTERS)]) -> Response:
    """The empty sheet."""
    entrance = _entrance(site)
    with site.db.reading() as session:
        return _sheet(session, paper_for(session, site, who, at=now), entrance, entrance.empty())


@router.post("/entering")
def take_in(site: ASite, now: Now, who: Annotated[SignedIn, deed(*ENTERS)], posted: Posted) -> Response:
    """Receive the sheet and go to its case; or the sheet again, with everything that was typed."""
    entrance = _entrance(site)
    sheet = entrance.read(posted)
    with site.db.transaction() as session:
        wrong = entrance.wrong(session, sheet, at=now)
        reference = "" if wrong else entrance.take_in(session, sheet, by=who.person(session), at=now)
    if reference:
        return RedirectResponse(f"/console/cases/{reference}", status_code=303)
    with site.db.reading() as session:
        return _sheet(session, paper_for(session, site, who, at=now), entrance, sheet, wrong)


@router.get("/paper")
def show_paper(site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES, Role.ADMIN)]) -> Response:
    """The routine for when everything is down, and an empty sheet to print. Nobody's words or numbers are on it."""
    entrance = _entrance(site)
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        programme = current(session)
        return paper.show(
            "paper",
            status=200,
            **_questions(paper, entrance, entrance.empty(), programme),
            blank=True,
            chain=_roles_of_the_chain(session, programme),
            hours=programme.routine.first_contact_within // timedelta(hours=1),
        )


def _entrance(site: Site) -> Entrance:
    if site.entrance is None:
        raise NoSuchPage("Nothing can be entered in this console.")
    return site.entrance


def _sheet(session: Session, paper: Paper, entrance: Entrance, sheet: Any, wrong: Sequence[Mistake] = ()) -> Response:
    return paper.show(
        "entering",
        status=422 if wrong else 200,
        **_questions(paper, entrance, sheet, current(session), wrong),
        blank=False,
        may_take=paper.who.may(Role.HANDLER),
    )


def _questions(
    paper: Paper, entrance: Entrance, sheet: Any, programme: Programme, wrong: Sequence[Mistake] = ()
) -> dict[str, object]:
    """What the questions are drawn from, on the screen and on paper."""
    ask = partial(entrance.ask, paper.who.language)
    return {
        "ask": partial(ask, number=number_read(programme.programme.numbers[0])),
        "sheet": sheet,
        "wrong": {one.field: _sentence(paper.who.language, ask, one) for one in wrong},
        "chosen": profile.CHOSEN,
        "written": profile.WRITTEN,
        "ways": WAYS,
        "late_reasons": BREACH_REASONS,
        "languages": programme.programme.languages,
    }


def _sentence(language: str, ask: Any, mistake: Mistake) -> str:
    words = partial(say, language) if mistake.key.startswith(_OWN_WORDS) else ask
    return str(words(mistake.key, **mistake.values))


def _roles_of_the_chain(session: Session, programme: Programme) -> list[Sequence[str]]:
    """The roles of the standing chain, in its order: whom to ring, not at which number."""
    people = (by_alias(session, alias) for alias in programme.programme.standing_chain)
    return [sorted(person.roles) for person in people if person]
