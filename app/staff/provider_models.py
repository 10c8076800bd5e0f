"""What is kept of the city's identity provider: whose account is whose, and who is on their way there. No token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Ref


class ProviderAccount(Base):
    """A person's account at an identity provider, bound by themselves. `digest`: what the provider calls them, under a
    key (`app/vault/accounts.py`): the database tells nobody's name."""

    __tablename__ = "staff_provider_accounts"

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    key_id: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    bound_at: Mapped[datetime]


class ProviderVisit(Base):
    """Somebody went to the provider and may come back once, within minutes, in the same browser.

    The id is SHA-256 in hex of the browser's token, from which state, nonce and verifier follow. `link_id` binds by a
    one-time link; `session_id` binds, or proves, in the middle of a session.
    """

    __tablename__ = "staff_provider_visits"
    __table_args__ = (CheckConstraint("purpose IN ('sign_in', 'bind', 'prove')", name="purpose_is_known"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    link_id: Mapped[Ref | None] = mapped_column(ForeignKey("staff_links.id"))
    session_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("staff_sessions.id"))
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
