"""The city's identity provider, spoken with: what it says of itself, where we send people, what a code is worth.

Authorisation code with PKCE. Each question has a time limit and an end to what is read, no redirect is followed, and
few are asked at once: a provider that hangs does not take the doors along. Never inside a transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.integrations.requests_client import OAuth2Session, OAuthError
from requests import RequestException

from app.settings import Settings
from app.staff.provider_metadata import Metadata, Unavailable, asked
from app.staff.provider_tokens import Client, Refused, Shown, UnknownKey, shown
from app.staff.provider_visits import Words

PATIENCE: Final = 5.0
"""Seconds for the connection, and again for each part of an answer."""

KNOWN_FOR: Final = timedelta(hours=1)
NOT_AGAIN_FOR: Final = timedelta(minutes=1)
"""How soon an unknown key makes us ask for the provider's keys once more."""

RETURNS_TO: Final = "/console/sign-in/provider/return"
"""What the city registers at its provider, behind PUBLIC_URL."""

_AT_ONCE, _IN_LINE = 2, 2.0
_SCOPE: Final = "openid"
_NO: Final = "access_denied"


@dataclass
class Provider:
    """One provider. What it says of itself is kept for an hour, in memory."""

    client: Client
    _known: Metadata | None = field(default=None, repr=False)
    _turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_AT_ONCE), repr=False)

    def way_there(self, words: Words, *, at: datetime, anew: bool) -> str:
        """The address to send a browser to. `anew`: they are to show who they are, signed in there or not.

        Unavailable when the provider does not say where.
        """
        there = self.metadata(at=at)
        more = {"prompt": "login", "max_age": "0"} if anew else {}
        if self.client.acr:
            more["acr_values"] = " ".join(self.client.acr)
        url, _ = self._session(there).create_authorization_url(
            there.authorization, state=words.state, nonce=words.nonce, code_verifier=words.verifier, **more
        )
        return str(url)

    def shown(self, answer: Mapping[str, str], words: Words, *, at: datetime, since: datetime | None = None) -> Shown:
        """Whom the answer that a browser brought back names. Refused, or Unavailable."""
        there = self.metadata(at=at)
        _refuse_mixed_up(answer, there)
        with self._turn():
            said = self._exchanged(there, answer["code"], words)
        token, access = str(said.get("id_token") or ""), str(said.get("access_token") or "")
        how: dict[str, Any] = {"nonce": words.nonce, "access_token": access, "at": at, "since": since}
        try:
            return shown(token, there.keys, self.client, **how)
        except UnknownKey:
            if at - there.at < NOT_AGAIN_FOR:
                raise
            return shown(token, self.metadata(at=at, younger_than=NOT_AGAIN_FOR).keys, self.client, **how)

    def metadata(self, *, at: datetime, younger_than: timedelta = KNOWN_FOR) -> Metadata:
        """What the provider says of itself, asked for again when it is older than that."""
        known = self._known
        if known is None or at - known.at >= younger_than or at < known.at:
            with self._turn():
                known = self._known = asked(self.client.issuer, at=at, patience=PATIENCE)
        return known

    def _exchanged(self, there: Metadata, code: str, words: Words) -> Mapping[str, Any]:
        with self._session(there) as session:
            try:
                said: Mapping[str, Any] = session.fetch_token(
                    there.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=words.verifier,
                    timeout=(PATIENCE, PATIENCE),
                    allow_redirects=False,
                )
            except OAuthError:
                raise Refused("code") from None
            except (RequestException, OSError, ValueError):
                raise Unavailable from None
        return said

    def _session(self, there: Metadata) -> Any:
        return OAuth2Session(
            self.client.id,
            self.client.secret,
            scope=_SCOPE,
            redirect_uri=self.client.returns_to,
            code_challenge_method="S256",
            token_endpoint_auth_method=there.client_auth,
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_IN_LINE):
            raise Unavailable
        try:
            yield
        finally:
            self._turns.release()


def provider_of(settings: Settings) -> Provider | None:
    """The city's provider, if it has one."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        returns_to=settings.public_url + RETURNS_TO,
        claim=settings.oidc_claim,
        acr=settings.oidc_acr,
        amr=settings.oidc_amr,
    )
    return Provider(client)


def _refuse_mixed_up(answer: Mapping[str, str], there: Metadata) -> None:
    """Another provider's answer (RFC 9207), a no, or nothing at all."""
    issuer = answer.get("iss", "")
    if (issuer or there.names_itself) and issuer != there.issuer:
        raise Refused("issuer")
    if answer.get("error"):
        raise Refused("denied" if answer["error"] == _NO else "answer")
    if not answer.get("code"):
        raise Refused("answer")
