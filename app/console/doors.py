"""Who comes in: nobody, unless a route names the roles it is for.

A page a person asks for is `only(...)`, what a page fetches by itself `quietly(...)`, and what changes
something `deed(...)`, which also wants the word that this session's forms carry.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fastapi import Depends, HTTPException, Request
from sqlalchemy.orm import Session

from app.audit.log import record
from app.console.site import ASite, Site
from app.console.wording import spoken_by
from app.errors import DygnetError, NotSignedIn
from app.staff import duress, freshness, passkeys, second_factors, sessions, signin
from app.staff.credentials import StaffSession
from app.staff.keys_session import Hand
from app.staff.models import Person
from app.staff.roles import CASE_ROLES as CASE_ROLES
from app.staff.roles import Role
from app.web import Now, Posted

ROSTER_ROLES: Final = (*CASE_ROLES, Role.ADMIN)
LOG_ROLES: Final = (Role.AUDITOR,)
STATISTICS_ROLES: Final = (Role.STATISTICIAN, Role.COORDINATOR, Role.MANAGER)
OVERSEERS: Final = (Role.COORDINATOR, Role.MANAGER)
DEMAND_WRITERS: Final = (Role.COORDINATOR, Role.MANAGER, Role.ADMIN)
DEMAND_ROLES: Final = (*DEMAND_WRITERS, Role.AUDITOR)
RETENTION_ROLES: Final = (Role.COORDINATOR, Role.MANAGER, Role.ADMIN)
PEOPLE_ROLES: Final = (Role.ADMIN, Role.COORDINATOR, Role.MANAGER)
CONTROL_ROLES: Final = (*LOG_ROLES, *OVERSEERS)
LOAD_ROLES: Final = (Role.COORDINATOR, Role.MANAGER)

SIGN_OUT: Final = "/console/sign-out"
PROOF: Final = "proof"
SIGNED: Final = "proof_signed"
"""The fields in which somebody shows once more who they are: a passphrase, or what their passkey signed."""

AS_MUCH: Final = 64
"""Signs of an address that the log takes; the longest ones are still told apart."""

_OURS: Final = frozenset({"same-origin", "none"})


class ProofWanted(DygnetError):
    """A grave deed needs a fresh proof. What was `posted` is done when it comes."""

    status = 403

    def __init__(self, posted: Mapping[str, str], *, wrong: bool = False) -> None:
        super().__init__("Show once more who you are.")
        self.wrong = wrong
        self.fields = {name: text for name, text in posted.items() if name not in ("csrf", PROOF, SIGNED)}


class FactorWanted(DygnetError):
    """Nothing opens before a second factor is set up."""

    status = 403


@dataclass(frozen=True)
class SignedIn:
    """Who is asking, as this request knows them."""

    person_id: str
    alias: str
    roles: frozenset[str]
    language: str
    csrf: str = field(repr=False)
    ends_at: datetime
    """When their session is over unless they do something more, by the clock at the door."""

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


def only(*roles: Role, before_a_factor: bool = False) -> Any:
    """For a page that people with one of these roles ask for; no roles named: anyone signed in.

    `before_a_factor`: also for whoever has no second factor yet and needs one.
    """
    return Depends(_door(roles, by_itself=False, before_a_factor=before_a_factor))


def quietly(*roles: Role) -> Any:
    """The same for what a page fetches without being asked: it keeps nobody signed in."""
    return Depends(_door(roles, by_itself=True, before_a_factor=False))


def deed(*roles: Role, before_a_factor: bool = False) -> Any:
    """For a form that changes something."""
    return Depends(_with_the_word(roles, before_a_factor=before_a_factor))


def grave(*roles: Role, before_a_factor: bool = False) -> Any:
    """For a form that changes what is grave: who they are must have been shown within five minutes, or with it.

    ProofWanted otherwise, which asks for it and loses nothing that was posted.
    """
    door = _with_the_word(roles, before_a_factor=before_a_factor)

    def with_a_fresh_proof(
        request: Request,
        site: ASite,
        *,
        who: SignedIn = Depends(door),  # noqa: B008 - a closure cannot stand in a postponed annotation
        posted: Posted,
    ) -> SignedIn:
        if not _is_fresh(site, who):
            if not (posted.get(PROOF) or posted.get(SIGNED)):
                raise ProofWanted(posted)
            if not _shows_again(request, site, who, posted):
                raise ProofWanted(posted, wrong=True)
        return who

    return Depends(with_a_fresh_proof)


def _with_the_word(roles: tuple[Role, ...], *, before_a_factor: bool) -> Callable[..., SignedIn]:
    door = _door(roles, by_itself=False, before_a_factor=before_a_factor)

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

    return with_the_word


def _is_fresh(site: Site, who: SignedIn) -> bool:
    with site.db.reading() as session:
        return freshness.is_fresh(session, who.hand.session_id, at=site.at_the_door())


def _shows_again(request: Request, site: Site, who: SignedIn, posted: Mapping[str, str]) -> bool:
    """By passphrase or passkey. The one for duress raises Decoyed."""
    at, cookie, kind = site.at_the_door(), site.cookie.read(request), freshness.PASSKEY
    if posted.get(PROOF):
        kind = freshness.PASSPHRASE
        if not signin.proves(site.db, who.alias, posted[PROOF], at=at, cookie=cookie, terms=site.rota.terms):
            return False
    with site.db.transaction() as session:
        signed = posted.get(SIGNED, "")
        if kind == freshness.PASSKEY and not passkeys.used(
            session, signed, "prove", site.here, at=at, person_id=who.person_id
        ):
            return False
        freshness.shown_again(session, who.hand.session_id, kind, at=at)
    return True


def visitor(request: Request, site: Site) -> SignedIn | None:
    """Whoever is signed in on this browser, or None."""
    with site.db.reading() as session:
        at = site.at_the_door()
        found = sessions.signed_in(session, site.cookie.read(request), at=at)
        return _as_signed_in(found, site.lock.read(request) or "", at=at) if found else None


def _door(roles: tuple[Role, ...], *, by_itself: bool, before_a_factor: bool) -> Callable[..., SignedIn]:
    def door(request: Request, site: ASite, now: Now) -> SignedIn:
        who = visitor(request, site)
        if who is None:
            raise NotSignedIn("Nobody is signed in, or the session is over.")
        request.state.who = who
        _stay_out(request, site, who, before_a_factor=before_a_factor)
        if roles and not who.may(*roles):
            _refuse(request, site, who, now, because="role")
        if not (by_itself or request.query_params.get("by") == "itself"):
            _note_life(request, site)
        return who

    return door


def _stay_out(request: Request, site: Site, who: SignedIn, *, before_a_factor: bool) -> None:
    """Decoyed for a session under duress; FactorWanted for somebody who has no second factor and needs one."""
    with site.db.reading() as session:
        if site.decoys and request.scope["path"] != SIGN_OUT and duress.is_decoy(session, who.hand.session_id):
            _note_life(request, site)
            raise duress.Decoyed
        wanted = site.second_factor_is_required or site.provider_only
        needs_one = wanted and not before_a_factor and request.scope["path"] != SIGN_OUT
        if needs_one and not second_factors.has_one(session, who.person_id, issuer=site.issuer):
            raise FactorWanted


def _note_life(request: Request, site: Site) -> None:
    token = site.cookie.read(request) or ""
    with site.db.transaction() as session:
        sessions.seen(session, token, at=site.at_the_door())


def _refuse(request: Request, site: Site, who: SignedIn, now: Now, *, because: str) -> None:
    route = getattr(request.scope.get("route"), "path", "")
    with site.db.transaction() as session:
        record(
            session,
            at=now,
            by=who.alias,
            action="access.refused",
            outcome="refused",
            because=because,
            page=route[:AS_MUCH],
        )
    raise HTTPException(403)


def _as_signed_in(found: StaffSession, secret: str, *, at: datetime) -> SignedIn:
    person = found.person
    return SignedIn(
        person_id=person.id,
        alias=person.alias,
        roles=frozenset(person.roles),
        language=spoken_by(person.languages),
        csrf=found.csrf,
        ends_at=sessions.will_end_at(found, at=at),
        hand=Hand(person.id, found.id, secret),
    )
