"""What a visit to the identity provider was for: a session, an account that is bound, a fresh proof."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from app.audit.log import record
from app.console.account_factors import done, first_codes
from app.console.doors import SignedIn, visitor
from app.console.session import HOME, go_on, show_plain
from app.console.site import Site
from app.staff import freshness, half_sign_ins, provider_accounts, provider_visits, second_factors, sessions, signin
from app.staff.credentials import EnrolmentLink
from app.staff.provider_tokens import Refused, Shown
from app.staff.provider_visits import Visit
from app.staff.signin import LinkSpent


def end(request: Request, site: Site, visit: Visit, shown: Shown, *, onward: str) -> Response:
    """Do it. Refused when the account is nobody's, somebody else's, or the visit began in another session."""
    if visit.purpose == provider_visits.SIGN_IN:
        return go_on(request, site, _signed_in(request, site, shown), onward, None)
    if visit.link_id:
        return go_on(request, site, _bound_by_link(site, visit.link_id, shown), HOME, None)
    who = _the_same(request, site, visit)
    return _bound(site, who, shown) if visit.purpose == provider_visits.BIND else _proved(request, site, who, shown)


def _signed_in(request: Request, site: Site, shown: Shown) -> str:
    """A session, or the second step of one. Where staff hold the key there is no first step without a passphrase."""
    at, token = site.at_the_door(), site.half.read(request) or ""
    with site.db.transaction() as session:
        person = provider_accounts.owner(session, shown, site.keyring)
        if person is None:
            raise Refused("unknown")
        opened = None
        if half_sign_ins.standing(session, token, at=at):
            opened = half_sign_ins.finish(session, token, person, at=at)
        elif not site.rota.terms:
            opened = sessions.begin(session, person, at=at, proof=freshness.PROVIDER)
        if opened is None:
            raise Refused("other")
    return opened


def _bound_by_link(site: Site, link_id: str, shown: Shown) -> str:
    """The link is used up, and its person signed in. Never beside a factor that they have: a link replaces none."""
    at = site.at_the_door()
    with site.db.transaction() as session:
        try:
            person = signin.spend(session, session.get(EnrolmentLink, link_id), at=at).person
        except LinkSpent:
            raise Refused("link") from None
        if second_factors.has_one(session, person.id, issuer=site.issuer):
            raise Refused("has_one")
        if not provider_accounts.bind(session, person, shown, site.keyring, at=at):
            raise Refused("taken")
        about = f"person:{person.alias}"
        record(session, at=at, by=person.alias, action="staff.enrolled", about=about, what=provider_accounts.WHAT)
        return sessions.begin(session, person, at=at, proof=freshness.LINK)


def _the_same(request: Request, site: Site, visit: Visit) -> SignedIn:
    """Whoever set out from this very session, if it goes on."""
    who = visitor(request, site)
    if who is None or who.hand.session_id != visit.session_id:
        raise Refused("state")
    return who


def _bound(site: Site, who: SignedIn, shown: Shown) -> Response:
    at = site.at_the_door()
    with site.db.transaction() as session:
        if not provider_accounts.bind(session, who.person(session), shown, site.keyring, at=at):
            raise Refused("taken")
        codes = first_codes(session, who, at=at)
    return done(site, who, codes, at=site.clock.now())


def _proved(request: Request, site: Site, who: SignedIn, shown: Shown) -> Response:
    with site.db.transaction() as session:
        person = provider_accounts.owner(session, shown, site.keyring)
        if person is None or person.id != who.person_id:
            raise Refused("other")
        freshness.shown_again(session, who.hand.session_id, freshness.PROVIDER, at=site.at_the_door())
    return show_plain(request, site, "provider_proved")
