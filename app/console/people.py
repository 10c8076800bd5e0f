"""Colleagues and their ways in: who has which, what is missing, and the four things that can be done about it here.

Who is on the staff, with which roles and numbers, stands in the programme file and nowhere else: no door here gives
anybody a role. Whatever is done to somebody's ways in wants a fresh proof, and the colleague is told of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import PEOPLE_ROLES, SignedIn, from_our_pages, grave, only
from app.console.people_page import page
from app.console.people_rows import opens_alone
from app.console.site import ASite, Site
from app.db import new_id
from app.errors import AlreadyTaken, BadInput, DygnetError, NoSuchPage
from app.escalation import shifts
from app.notifications import alarms, personal
from app.notifications.reach import Reach
from app.staff import cut_offs, people, resets, second_factors, signin
from app.staff.credentials import Passphrase
from app.staff.directory import by_alias, everyone
from app.staff.models import Person
from app.staff.roles import Role
from app.staff.trouble_models import Reset
from app.web import Now, Posted

router = APIRouter(prefix="/console/people", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/people"
BY: Final = ("sms", "push")
_KEEPERS: Final = frozenset(PEOPLE_ROLES)

AnAdmin = Annotated[SignedIn, grave(Role.ADMIN)]
AKeeper = Annotated[SignedIn, grave(*PEOPLE_ROLES)]


class NotLikeThis(DygnetError):
    """What was asked for cannot be done, or not by one alone: `why` is the end of a sentence's key."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@router.get("")
def show(site: ASite, now: Now, who: Annotated[SignedIn, only(*PEOPLE_ROLES)]) -> Response:
    """Everybody on the staff, and what is to be done next. Looking is in the log."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*PEOPLE_ROLES), action="staff.listed")
    return page(site, who, at=now)


@router.post("/{alias}/link")
def give_link(alias: str, site: ASite, now: Now, who: AnAdmin) -> Response:
    """A one-time link, shown this once, to hand over in person."""

    def make(session: Session, person: Person) -> str:
        _insist_that_others_open(session, site, person)
        if session.get(Passphrase, person.id) and not second_factors.has_one(session, person.id, issuer=site.issuer):
            raise NotLikeThis("two")
        personal.tell(session, person, "alarm.linked", key=f"linked:{new_id()}", at=now)
        return signin.make_link(session, person, at=site.at_the_door(), by=who.alias)

    return _done(site, who, alias, make, at=now)


@router.post("/{alias}/sessions/end")
def put_out(alias: str, site: ASite, now: Now, who: AKeeper) -> Response:
    """They are signed out everywhere, at once: one person's word is enough in the night."""

    def end(session: Session, person: Person) -> None:
        people.put_out(session, person, at=site.at_the_door(), by=who.alias)
        personal.tell(session, person, "alarm.put_out", key=f"put_out:{new_id()}", at=now)

    return _done(site, who, alias, end, at=now)


@router.post("/{alias}/cut-off")
def cut_off(alias: str, site: ASite, now: Now, who: AnAdmin, posted: Posted) -> Response:
    """Off the staff tonight; what they held goes on to the next."""

    def off(session: Session, person: Person) -> None:
        _insist_that_others_open(session, site, person)
        cut_offs.cut_off(session, person, by=who.alias, because=posted.get("because", ""), at=now)
        people.end_every_door(session, person, at=site.at_the_door())
        session.flush()
        shifts.wake(session, at=now)
        _tell(session, alarms.hearers(session), "alarm.cut_off", but=who.alias, at=now)

    return _done(site, who, alias, off, at=now)


@router.post("/{alias}/reset")
def ask_reset(alias: str, site: ASite, now: Now, who: AKeeper, posted: Posted) -> Response:
    """Ask for everything to be taken away that the colleague lost. Another says yes or no."""

    def ask(session: Session, person: Person) -> None:
        _insist_that_others_open(session, site, person)
        asked = resets.ask(session, person, by=who.alias, because=posted.get("because", ""), at=now)
        personal.tell(session, person, "alarm.reset_asked", key=f"reset:{asked.id}", at=now)
        seconds = [one for one in everyone(session) if one.id != person.id and not _KEEPERS.isdisjoint(one.roles)]
        _tell(session, seconds, "alarm.reset_second", but=who.alias, at=now)

    return _done(site, who, alias, ask, at=now)


@router.post("/resets/{reset_id}/answer")
def answer_reset(reset_id: str, site: ASite, now: Now, who: AKeeper, posted: Posted) -> Response:
    """The second one's yes takes everything away and shows the new link; a no leaves all as it was."""
    agreed, link, alias, mistake = posted.get("answer") == "yes", "", "", ""
    try:
        with site.db.transaction() as session:
            person = _answer(session, site, who, reset_id, agreed=agreed, at=now)
            alias = person.alias
            link = signin.make_link(session, person, at=site.at_the_door(), by=who.alias) if agreed else ""
    except NotLikeThis as problem:
        mistake = problem.why
    except (AlreadyTaken, NoSuchPage):
        mistake = "answered"
    return _answered(site, who, alias, link, mistake, at=now)


def _answer(session: Session, site: Site, who: SignedIn, reset_id: str, *, agreed: bool, at: datetime) -> Person:
    asked = session.get(Reset, reset_id) if reset_id.isalnum() else None
    if asked and agreed:
        _insist_that_others_open(session, site, session.get_one(Person, asked.person_id))
    person = resets.answer(session, asked.id if asked else "", by=who.alias, agreed=agreed, at=at)
    if agreed:
        personal.tell(session, person, "alarm.reset_done", key=f"reset_done:{reset_id}", at=at)
    return person


def _done(
    site: Site, who: SignedIn, alias: str, do: Callable[[Session, Person], str | None], *, at: datetime
) -> Response:
    """Do it to the colleague they mean. Nobody does any of this to themselves, and unknown is answered like it."""
    link, mistake = None, ""
    try:
        with site.db.transaction() as session:
            link = do(session, _meant(session, alias, who))
    except NotLikeThis as problem:
        mistake = problem.why
    except BadInput:
        mistake = "because"
    except AlreadyTaken:
        mistake = "asked"
    return _answered(site, who, alias, link or "", mistake, at=at)


def _meant(session: Session, alias: str, who: SignedIn) -> Person:
    person = by_alias(session, alias)
    if person is None or person.id == who.person_id:
        raise NotLikeThis("self")
    return person


def _answered(site: Site, who: SignedIn, alias: str, link: str, mistake: str, *, at: datetime) -> Response:
    if mistake:
        with site.db.transaction() as session:
            record(
                session, at=at, by=who.alias, action="access.refused", outcome="refused", because=f"people_{mistake}"
            )
    if link or mistake:
        return page(site, who, at=at, mistake=mistake, about=alias, link=link)
    return RedirectResponse(f"{HERE}#{alias}", status_code=303)


def _insist_that_others_open(session: Session, site: Site, person: Person) -> None:
    """A new link, and leaving, is the end of their key: if it is the only one, nobody opens a case afterwards."""
    if opens_alone(session, site, person):
        raise NotLikeThis("alone")


def _tell(session: Session, hearers: list[Person], wording: str, *, but: str, at: datetime) -> None:
    reach, key = Reach(session), f"{wording}:{new_id()}"
    for person in hearers:
        for channel in reach.channels(person, BY) if person.alias != but else ():
            alarms.send(session, person, wording, key=key, channel=channel, at=at)
