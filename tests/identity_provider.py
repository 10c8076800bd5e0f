"""A city's identity provider that does what it is told: it signs people in, and lies in every way that one can."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.testclient import TestClient

from app.staff.provider import RETURNS_TO, Provider
from app.staff.provider_tokens import Client
from tests.hotline import hidden_fields
from tests.serving import served

CLIENT, SECRET = "dygnet", "the-secret-of-the-client"


def signed_by(key: ECKey, claims: Mapping[str, Any], *, kid: str | None = None, typ: str = "JWT") -> str:
    """As an honest provider signs."""
    return jwt.encode({"alg": "ES256", "kid": kid or key.kid, "typ": typ}, dict(claims), key)


@dataclass
class IdentityProvider:
    """One provider. What a test changes of it goes with `reset`."""

    now: Callable[[], datetime]
    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True))
    claims: dict[str, Any] = field(default_factory=dict)
    """Said in every ID token, over what it would say; None leaves one out."""

    sign: Callable[[Mapping[str, Any]], str] | None = None
    says_of_itself: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def reset(self, now: Callable[[], datetime]) -> None:
        """Honest again, for another test's clock."""
        self.now, self.claims, self.sign, self.says_of_itself = now, {}, None, {}
        self.codes.clear()
        self.asked.clear()

    def client(self, public_url: str, **wishes: Any) -> Provider:
        """The product's side of it."""
        return Provider(Client(self.issuer, CLIENT, SECRET, returns_to=public_url + RETURNS_TO, **wishes))

    def agree(self, there: str, subject: str) -> dict[str, str]:
        """Somebody signs in on the provider's page: what it sends the browser back with."""
        asked = dict(parse_qsl(urlsplit(there).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked | {"sub": subject}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def id_token(self, asked: Mapping[str, str]) -> str:
        """What it says about whoever it signed in."""
        at = int(self.now().timestamp())
        claims = {"iss": self.issuer, "sub": asked["sub"], "aud": CLIENT, "iat": at, "exp": at + 300}
        claims |= {"nonce": asked["nonce"], "auth_time": at} | self.claims
        said = {name: value for name, value in claims.items() if value is not None}
        return self.sign(said) if self.sign else signed_by(self.key, said)

    def told(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.says_of_itself


def unsigned(claims: Mapping[str, Any]) -> str:
    """`alg: none`."""
    return _unsigned({"alg": "none"}, claims) + "."


def signed_with_what_everybody_knows(key: ECKey) -> Callable[[Mapping[str, Any]], str]:
    """HMAC under the public key's PEM, which a careless verifier takes for the key it wants."""

    def sign(claims: Mapping[str, Any]) -> str:
        said = _unsigned({"alg": "HS256", "kid": key.kid}, claims)
        return f"{said}.{_in_letters(hmac.digest(key.as_pem(private=False), said.encode(), 'sha256'))}"

    return sign


def _unsigned(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    return ".".join(_in_letters(json.dumps(part).encode()) for part in (header, dict(claims)))


def _in_letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def app_of(provider: IdentityProvider) -> FastAPI:
    """Its doors."""
    app = FastAPI(openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        provider.asked.append("discovery")
        return JSONResponse(provider.told())

    @app.get("/keys")
    def keys() -> Response:
        return JSONResponse(KeySet([provider.key]).as_dict(private=False))

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        back = provider.agree(str(request.url), "the-subject")
        page = '<!doctype html><title>Staden</title><form action="/agree"><button>Logga in</button>{}</form>'
        fields = back | {"to": request.query_params["redirect_uri"]}
        hidden = "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in fields.items())
        return HTMLResponse(page.format(hidden))

    @app.get("/agree")
    def agree(request: Request) -> Response:
        fields = dict(request.query_params)
        return RedirectResponse(f"{fields.pop('to')}?{urlencode(fields)}", status_code=303)

    @app.post("/token")
    async def token(request: Request) -> Response:
        provider.asked.append("token")
        shown = dict(parse_qsl((await request.body()).decode()))
        asked = provider.codes.pop(shown.get("code", ""), None)
        digest = hashlib.sha256(shown.get("code_verifier", "").encode()).digest()
        challenge = _in_letters(digest)
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        is_right = asked and challenge == asked["code_challenge"] and shown["redirect_uri"] == asked["redirect_uri"]
        if not is_right or request.headers["authorization"] != f"Basic {login}":
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse(
            {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": provider.id_token(asked)}
        )

    return app


@contextmanager
def open_provider(now: Callable[[], datetime]) -> Iterator[IdentityProvider]:
    """At this machine's loopback."""
    provider = IdentityProvider(now)
    with served(app_of(provider)) as origin:
        provider.issuer = origin.replace("127.0.0.1", "localhost")
        yield provider


def way_there(page: str) -> str:
    """Where the product's page on the way out leads."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def brought_back(browser: TestClient, brought: Mapping[str, str]) -> Any:
    """Back from the provider: the page that passes on, and what its form leads to."""
    page = browser.get(RETURNS_TO, params=dict(brought))
    assert page.status_code == 200
    return browser.post(RETURNS_TO, data=hidden_fields(page.text))


def come_back(browser: TestClient, provider: IdentityProvider, page: str, subject: str = "the-subject") -> Any:
    """Out by this page, signed in there, and back."""
    return brought_back(browser, provider.agree(way_there(page), subject))
