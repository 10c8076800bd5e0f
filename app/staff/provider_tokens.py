"""What an ID token must say before it is believed (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.errors import DygnetError

ALGORITHMS: Final = tuple("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split())
"""Signatures that only the provider can make. No `none`, and no HMAC, whose key would be one that everybody knows."""

LEEWAY: Final = 60
"""Seconds by which two clocks may differ."""

_LONGEST: Final = 255
_UNREADABLE: Final = (JoseError, ValueError, TypeError, KeyError)


class Refused(DygnetError):
    """The provider's answer lets nobody in. `why` is a code for the log and for the page's sentence."""

    status = 401

    def __init__(self, why: str) -> None:
        super().__init__("The identity provider's answer was refused.")
        self.why = why


class UnknownKey(Refused):
    """It is signed with a key that the provider did not have when we last asked."""

    def __init__(self) -> None:
        super().__init__("key")


@dataclass(frozen=True)
class Client:
    """What the city registered at its provider for this line, and what it wants to be shown about a sign-in."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    returns_to: str
    claim: str = "sub"
    """Which claim names a colleague. It must never be given to another person."""

    acr: Sequence[str] = ()
    """One of these classes must have been reached."""

    amr: Sequence[str] = ()
    """Every one of these means must have been used."""


@dataclass(frozen=True)
class Shown:
    """Who the provider says it is."""

    issuer: str
    claim: str
    subject: str = field(repr=False)


def shown(
    token: str, keys: KeySet, client: Client, *, nonce: str, access_token: str, at: datetime, since: datetime | None
) -> Shown:
    """Whom a signed ID token names. UnknownKey, or Refused with the first thing that is wrong with it.

    `since`: they must have shown the provider who they are after this moment.
    """
    said = _read(token, keys)
    _refuse_other_kinds(said.header)
    wanted = {"iss": {"essential": True, "value": client.issuer}, "aud": {"essential": True, "value": client.id}}
    told = {"nonce": nonce, "client_id": client.id, "access_token": access_token}
    try:
        CodeIDToken(said.claims, said.header, wanted, told).validate(now=int(at.timestamp()), leeway=LEEWAY)
    except _UNREADABLE:
        raise Refused("claims") from None
    _refuse_weak(said.claims, client)
    if since and not _is_after(said.claims.get("auth_time"), since):
        raise Refused("stale")
    return Shown(client.issuer, client.claim, _subject(said.claims, client.claim))


def _read(token: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except InvalidKeyIdError:
        raise UnknownKey from None
    except _UNREADABLE:
        raise Refused("signature") from None


def _refuse_other_kinds(header: Mapping[str, Any]) -> None:
    """An access token or a logout token of the same provider, with the same keys, is no ID token."""
    if str(header.get("typ") or "JWT").upper() != "JWT":
        raise Refused("claims")


def _refuse_weak(claims: Mapping[str, Any], client: Client) -> None:
    means = claims.get("amr")
    used = means if isinstance(means, list) else []
    if (client.acr and claims.get("acr") not in client.acr) or any(wanted not in used for wanted in client.amr):
        raise Refused("strength")


def _is_after(auth_time: object, since: datetime) -> bool:
    is_number = isinstance(auth_time, int | float) and not isinstance(auth_time, bool)
    return is_number and float(str(auth_time)) >= since.timestamp() - LEEWAY


def _subject(claims: Mapping[str, Any], claim: str) -> str:
    subject = claims.get(claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise Refused("claims")
    return subject
