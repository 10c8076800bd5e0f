"""What people change on the roster: offer and take a turn, be away, let somebody stand in. Each is one transaction,
and whoever's turns are others afterwards is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.console.doors import CASE_ROLES, SignedIn, deed, from_our_pages
from app.console.roster_changes import OVERRIDERS
from app.console.roster_forms import Wish, wish
from app.console.roster_page import page
from app.console.site import ASite, Site
from app.db import Base
from app.escalation.roster_news import telling
from app.oncall import changes, swaps
from app.oncall.changes import NotPossible
from app.oncall.models import Leave, Offer, Override
from app.programme.apply import current
from app.staff.directory import by_alias
from app.staff.models import Person
from app.web import Now, Posted

router = APIRouter(prefix="/console/roster", dependencies=[Depends(from_our_pages)])

Row = TypeVar("Row", bound=Base)

HERE: Final = "/console/roster"

AHand = Annotated[SignedIn, deed(*CASE_ROLES)]
ACoordinator = Annotated[SignedIn, deed(*OVERRIDERS)]


@router.post("/offers")
def offer(site: ASite, who: AHand, posted: Posted, now: Now) -> Response:
    """Offer colleagues one's turn, or a part of it. It stays one's own until somebody takes it."""
    wanted = wish("offer", posted)

    def make(session: Session) -> None:
        starts, ends = wanted.span(current(session).zone)
        swaps.offer(session, wanted.wanted_tier, who.person(session), starts=starts, ends=ends, at=now)

    return _change(site, who, wanted, make, at=now)


@router.post("/offers/{offer_id}/taking")
def take(offer_id: str, site: ASite, who: AHand, now: Now) -> Response:
    """Take a colleague's turn. Both are told."""

    def make(session: Session) -> None:
        with telling(session, at=now):
            swaps.take(session, _found(session, Offer, offer_id), by=who.person(session), at=now)

    return _change(site, who, Wish(form="taking"), make, at=now)


@router.post("/offers/{offer_id}/withdrawal")
def withdraw(offer_id: str, site: ASite, who: AHand, now: Now) -> Response:
    """Keep the turn after all."""

    def make(session: Session) -> None:
        offered = _found(session, Offer, offer_id)
        _own(who, offered.person_id)
        swaps.withdraw(session, offered, by=who.person(session), at=now)

    return _change(site, who, Wish(form="withdrawal"), make, at=now)


@router.post("/leaves")
def go_away(site: ASite, who: AHand, posted: Posted, now: Now) -> Response:
    """Say that one is away, or a coordinator of somebody else. Whoever stands next is told."""
    wanted = wish("leave", posted)

    def make(session: Session) -> None:
        starts, ends = wanted.span(current(session).zone)
        whom = _meant(session, wanted.alias or who.alias)
        _own(who, whom.id)
        with telling(session, but_not=who.alias, at=now):
            changes.go_away(session, whom, starts=starts, ends=ends, by=who.person(session), at=now)

    return _change(site, who, wanted, make, at=now)


@router.post("/leaves/{leave_id}/return")
def come_back(leave_id: str, site: ASite, who: AHand, now: Now) -> Response:
    """They are here after all."""

    def make(session: Session) -> None:
        leave = _found(session, Leave, leave_id)
        _own(who, leave.person_id)
        with telling(session, but_not=who.alias, at=now):
            changes.come_back(session, leave, by=who.person(session), at=now)

    return _change(site, who, Wish(form="return"), make, at=now)


@router.post("/overrides")
def stand_in(site: ASite, who: ACoordinator, posted: Posted, now: Now) -> Response:
    """Let somebody hold a tier for a while, with a reason. They and whoever is relieved are told."""
    wanted = wish("override", posted)

    def make(session: Session) -> None:
        starts, ends = wanted.span(current(session).zone)
        tier, person, by = wanted.wanted_tier, _meant(session, wanted.alias), who.person(session)
        with telling(session, but_not=who.alias, at=now):
            changes.stand_in(session, tier, person, starts=starts, ends=ends, because=wanted.because, by=by, at=now)

    return _change(site, who, wanted, make, at=now)


@router.post("/overrides/{override_id}/lifting")
def lift(override_id: str, site: ASite, who: ACoordinator, now: Now) -> Response:
    """The rotations count again."""

    def make(session: Session) -> None:
        with telling(session, but_not=who.alias, at=now):
            changes.lift(session, _found(session, Override, override_id), by=who.person(session), at=now)

    return _change(site, who, Wish(form="lifting"), make, at=now)


def _change(site: Site, who: SignedIn, wanted: Wish, make: Callable[[Session], None], *, at: datetime) -> Response:
    """Make the change and go back to the roster; what cannot be made changes nothing, and the page says why."""
    try:
        with site.db.transaction() as session:
            make(session)
    except NotPossible as problem:
        with site.db.reading() as session:
            return page(session, site, who, at=at, wish=wanted.refused(problem.why))
    return RedirectResponse(HERE, status_code=303)


def _found(session: Session, kind: type[Row], row_id: str) -> Row:
    row = session.get(kind, row_id) if row_id.isprintable() else None
    if row is None:
        raise NotPossible("gone")
    return row


def _meant(session: Session, alias: str) -> Person:
    person = by_alias(session, alias)
    if person is None:
        raise NotPossible("who")
    return person


def _own(who: SignedIn, person_id: str) -> None:
    """It is their own, or they may do it for others."""
    if person_id != who.person_id and not who.may(*OVERRIDERS):
        raise NotPossible("not_theirs")
