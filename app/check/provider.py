"""Whether the city's identity provider says of itself what signing in by it needs, and whom it would let in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.oncall.preflight import Finding
from app.settings import Settings
from app.staff.provider import RETURNS_TO, provider_of
from app.staff.provider_metadata import Unavailable


def findings(settings: Settings, *, at: datetime) -> Iterator[Finding]:
    """One question to its discovery document and one for its keys, with a time limit. Nothing without OIDC_ISSUER."""
    provider = provider_of(settings)
    if provider is None:
        return
    try:
        provider.metadata(at=at)
    except Unavailable as problem:
        do = "look at OIDC_ISSUER, and whether this machine reaches it; until then people sign in otherwise"
        if settings.oidc_only:
            do = "look at OIDC_ISSUER, and whether this machine reaches it; until then nobody signs in: OIDC_ONLY=no"
        yield Finding(serious=True, what=f"the identity provider cannot be used: {problem.lack}", do=do)
    if not settings.secure:
        what = "the identity provider sends people back without https"
        yield Finding(serious=True, what=what, do=f"set PUBLIC_URL to https, and register PUBLIC_URL{RETURNS_TO} there")
    if not (settings.oidc_acr or settings.oidc_amr):
        what = "a password alone at the identity provider lets somebody in, for all we know"
        yield Finding(serious=False, what=what, do="say by OIDC_ACR or OIDC_AMR what it must have asked for")
