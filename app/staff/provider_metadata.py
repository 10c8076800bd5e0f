"""What an identity provider says of itself (OpenID Connect Discovery 1.0), and the keys it signs with (RFC 7517)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from urllib3.exceptions import HTTPError

from app.settings_kinds import LOOPBACK
from app.staff.provider_tokens import Refused

WELL_KNOWN: Final = "/.well-known/openid-configuration"
LONGEST: Final = 256 * 1024
"""Bytes of an answer that are read."""


_OURS_ALONE: Final = frozenset({"RSA", "EC", "OKP"})
"""Kinds of keys with a public half; a symmetric one in a public list is nobody's proof."""


class Unavailable(Refused):
    """The provider does not answer, or not as one: nobody is signed in by it now. `lack` says what, for operators."""

    status = 503

    def __init__(self, lack: str = "it does not answer") -> None:
        super().__init__("down")
        self.lack = lack


@dataclass(frozen=True)
class Metadata:
    """The part of it that we use, as it was `at` this moment."""

    issuer: str
    authorization: str
    token: str
    keys: KeySet
    names_itself: bool
    """Its answers say whose they are (RFC 9207)."""

    client_auth: str
    at: datetime


def asked(issuer: str, *, at: datetime, patience: float) -> Metadata:
    """Ask the provider at `issuer`. Unavailable, with what is wrong."""
    told = _fetched(issuer.rstrip("/") + WELL_KNOWN, patience)
    if told.get("issuer") != issuer:
        raise Unavailable("it calls itself something else than OIDC_ISSUER")
    methods = told.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        raise Unavailable("it does not know PKCE with S256")
    return Metadata(
        issuer,
        authorization=_address(told, "authorization_endpoint", issuer),
        token=_address(told, "token_endpoint", issuer),
        keys=_keys(_fetched(_address(told, "jwks_uri", issuer), patience)),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        client_auth=_client_auth(told),
        at=at,
    )


def is_safe(url: str, issuer: str) -> bool:
    """https; or this very machine, where the provider itself is there."""
    there, here = urlsplit(url), urlsplit(issuer)
    both_here = {there.hostname, here.hostname} <= LOOPBACK
    return bool(there.hostname) and (there.scheme == "https" or (there.scheme == "http" and both_here))


def _fetched(url: str, patience: float) -> Mapping[str, Any]:
    """A JSON object. No redirect is followed."""
    headers = {"Accept": "application/json"}
    try:
        with requests.get(
            url, headers=headers, timeout=(patience, patience), allow_redirects=False, stream=True
        ) as answer:
            body = answer.raw.read(LONGEST + 1, decode_content=True)
            told = json.loads(body) if len(body) <= LONGEST and answer.ok else None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise Unavailable from None
    if not isinstance(told, dict):
        raise Unavailable(f"{urlsplit(url).path} is no JSON object")
    return told


def _address(told: Mapping[str, Any], name: str, issuer: str) -> str:
    url = told.get(name)
    if not isinstance(url, str) or not is_safe(url, issuer):
        raise Unavailable(f"its {name} is no https address")
    return url


def _keys(told: Mapping[str, Any]) -> KeySet:
    listed = told.get("keys")
    usable = [key for key in listed if _is_ours(key)] if isinstance(listed, list) else []
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise Unavailable("it lists no key that signs") from None


def _is_ours(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") in _OURS_ALONE and key.get("use", "sig") == "sig"


def _client_auth(told: Mapping[str, Any]) -> str:
    """In the header (RFC 6749 section 2.3.1) unless the provider takes it in the body alone."""
    known = told.get("token_endpoint_auth_methods_supported")
    return "client_secret_post" if known == ["client_secret_post"] else "client_secret_basic"
