"""What signing in leaves in the database: links, passphrases, sessions, and tries. No token stands in clear."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person


class EnrolmentLink(Base):
    """A one-time link by which a person sets a passphrase. `token_hash` is SHA-256 in hex of 256 random bits."""

    __tablename__ = "staff_links"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Passphrase(Base):
    """A person's passphrase as an Argon2id PHC string."""

    __tablename__ = "staff_passphrases"

    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("staff_people.id"), primary_key=True)
    phc: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime]


class StaffSession(Base):
    """Somebody signed in on one browser. The id is SHA-256 in hex of the token that only the browser has.

    `csrf` is the word that the forms of this session carry. The row outlives the session: the next sign-in
    from the same browser is known by it (`app/staff/tries.py`).
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (CheckConstraint("last_seen_at >= started_at", name="seen_after_start"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    csrf: Mapped[str] = mapped_column(String(64))

    person: Mapped[Person] = relationship()


class Attempt(Base):
    """How many sign-ins were tried from one allowance since `since`; a success gives its try back."""

    __tablename__ = "staff_attempts"

    allowance: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    tries: Mapped[int]
