"""Who comes in: nobody, unless a route names the roles it is for.

A page a person asks for is `only(...)`, what a page fetches by itself `quietly(...)`, and what changes
something `deed(...)`, which also wants the word that this session's forms carry.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Depends, HTTPException, Request
from sqlalchemy.orm import Session

from app.audit.log import record
from app.console.site import ASite, Site
from app.console.wording import spoken_by
from app.errors import NotSignedIn
from app.staff import sessions
from app.staff.credentials import StaffSession
from app.staff.keys_session import Hand
from app.staff.models import Person
from app.staff.roles import CASE_ROLES as CASE_ROLES
from app.staff.roles import Role
from app.web import Now, Posted

ROSTER_ROLES: Final = (*CASE_ROLES, Role.ADMIN)
LOG_ROLES: Final = (Role.AUDITOR,)
STATISTICS_ROLES: Final = (Role.STATISTICIAN, Role.COORDINATOR, Role.MANAGER)
LOAD_ROLES: Final = (Role.COORDINATOR, Role.MANAGER)

_OURS: Final = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class SignedIn:
    """Who is asking, as this request knows them."""

    person_id: str
    alias: str
    roles: frozenset[str]
    language: str
    csrf: str = field(repr=False)
    hand: Hand
    """What opens a staff key, where staff hold the key to cases."""

    def may(self, *roles: Role) -> bool:
        """Whether they have one of these roles."""
        return not self.roles.isdisjoint(roles)

    def person(self, session: Session) -> Person:
        """Their row, in this session."""
        return session.get_one(Person, self.person_id)

    def in_role(self, *roles: Role) -> str:
        """The first of these roles that they have: the one they act in."""
        return next((role.value for role in roles if role in self.roles), "")


def from_our_pages(request: Request) -> None:
    """Refuse a form that another site sent. Old browsers do not say where it is from; the word in the form stays."""
    if request.method == "POST" and request.headers.get("sec-fetch-site", "none") not in _OURS:
        raise HTTPException(403)


def only(*roles: Role) -> Any:
    """For a page that people with one of these roles ask for; no roles named: anyone signed in."""
    return Depends(_door(roles, by_itself=False))


def quietly(*roles: Role) -> Any:
    """The same for what a page fetches without being asked: it keeps nobody signed in."""
    return Depends(_door(roles, by_itself=True))


def deed(*roles: Role) -> Any:
    """For a form that changes something."""
    door = _door(roles, by_itself=False)

    def with_the_word(
        request: Request,
        site: ASite,
        now: Now,
        *,
        who: SignedIn = Depends(door),  # noqa: B008 - a closure cannot stand in a postponed annotation
        posted: Posted,
    ) -> SignedIn:
        if not hmac.compare_digest(posted.get("csrf", "").encode(), who.csrf.encode()):
            _refuse(request, site, who, now, because="foreign_form")
        return who

    return Depends(with_the_word)


def visitor(request: Request, site: Site) -> SignedIn | None:
    """Whoever is signed in on this browser, or None."""
    with site.db.reading() as session:
        found = sessions.signed_in(session, site.cookie.read(request), at=site.at_the_door())
        return _as_signed_in(found, site.lock.read(request) or "") if found else None


def _door(roles: tuple[Role, ...], *, by_itself: bool) -> Callable[..., SignedIn]:
    def door(request: Request, site: ASite, now: Now) -> SignedIn:
        who = visitor(request, site)
        if who is None:
            raise NotSignedIn("Nobody is signed in, or the session is over.")
        request.state.who = who
        if roles and not who.may(*roles):
            _refuse(request, site, who, now, because="role")
        if not (by_itself or request.query_params.get("by") == "itself"):
            _note_life(request, site)
        return who

    return door


def _note_life(request: Request, site: Site) -> None:
    token = site.cookie.read(request) or ""
    with site.db.transaction() as session:
        sessions.seen(session, token, at=site.at_the_door())


def _refuse(request: Request, site: Site, who: SignedIn, now: Now, *, because: str) -> None:
    route = getattr(request.scope.get("route"), "path", "")
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, action="access.refused", outcome="refused", because=because, page=route)
    raise HTTPException(403)


def _as_signed_in(found: StaffSession, secret: str) -> SignedIn:
    person = found.person
    return SignedIn(
        person_id=person.id,
        alias=person.alias,
        roles=frozenset(person.roles),
        language=spoken_by(person.languages),
        csrf=found.csrf,
        hand=Hand(person.id, found.id, secret),
    )
