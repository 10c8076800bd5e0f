"""On the way to the identity provider and back: one browser, a few minutes, once.

The browser keeps a token of 256 random bits; state, nonce and the verifier of PKCE (RFC 7636) follow from it, each by
itself, and stand nowhere. The database has the token's hash.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url

from app.staff import sessions
from app.staff.provider_models import ProviderVisit

LASTS: Final = timedelta(minutes=10)
SIGN_IN, BIND, PROVE = "sign_in", "bind", "prove"


@dataclass(frozen=True)
class Words:
    """What goes with a visit and comes back with it. All follow from the browser's `token`."""

    token: str = field(repr=False)

    @property
    def state(self) -> str:
        """Comes back in the address: the answer belongs to this browser's question."""
        return self._follows("state")

    @property
    def nonce(self) -> str:
        """Comes back in the ID token: it was made for this visit."""
        return self._follows("nonce")

    @property
    def verifier(self) -> str:
        """Is shown with the code, whose question had only its digest (PKCE, S256)."""
        return self._follows("verifier")

    def _follows(self, word: str) -> str:
        return bytes_to_base64url(hmac.digest(self.token.encode(), word.encode(), "sha256"))


@dataclass(frozen=True)
class Visit:
    """What somebody came back from."""

    purpose: str
    link_id: str | None
    session_id: str | None
    begun_at: datetime


def begin(
    session: Session, purpose: str, *, at: datetime, link_id: str | None = None, session_id: str | None = None
) -> Words:
    """Somebody sets out. Visits that are over are forgotten."""
    session.execute(delete(ProviderVisit).where(ProviderVisit.expires_at <= at))
    token = secrets.token_urlsafe(32)
    where = {"link_id": link_id, "session_id": session_id}
    row = ProviderVisit(id=sessions.hashed(token), purpose=purpose, begun_at=at, expires_at=at + LASTS, **where)
    session.add(row)
    return Words(token)


def come_back(session: Session, words: Words, state: str, *, at: datetime) -> Visit | None:
    """The visit this browser began, if the answer is to its question. Of two answers one is listened to."""
    if not words.token or not hmac.compare_digest(words.state.encode(), state.encode()):
        return None
    mine = ProviderVisit.id == sessions.hashed(words.token), ProviderVisit.used_at.is_(None)
    won: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(ProviderVisit).where(*mine, ProviderVisit.expires_at > at).values(used_at=at)
    )
    if won.rowcount != 1:
        return None
    row = session.get_one(ProviderVisit, sessions.hashed(words.token))
    return Visit(row.purpose, row.link_id, row.session_id, row.begun_at)
