"""What is kept of second factors. With none of these rows, and no passphrase, does anybody sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Ref

NEVER = -1
"""The counter of an authenticator app from which no code was taken yet."""


class CodeApp(Base):
    """An authenticator app (TOTP, RFC 6238): its seed under the index key with this id, and the last counter used.

    `confirmed_at` is None until a first code showed that the app has the seed; until then it is no factor.
    `sealed_at` moves when the seed is sealed anew to a younger index key.
    """

    __tablename__ = "staff_code_apps"

    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("staff_people.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32))
    box: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int] = mapped_column(default=NEVER)


class Passkey(Base):
    """A passkey (WebAuthn level 3). `credential_id` in base64url; the private half never leaves its authenticator.

    `box` is the person's staff key under what the authenticator's PRF makes of our question, where staff hold the key
    to cases; None where the passkey opens none.
    """

    __tablename__ = "staff_passkeys"

    id: Mapped[Id]
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    box: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten codes for when the telephone is lost. The id is SHA-256 in hex of person and code (120 bits)."""

    __tablename__ = "staff_recovery_codes"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Challenge(Base):
    """A question that a passkey is to sign, once and within minutes. The id is SHA-256 in hex of its 256 random bits.

    Asked of one person, except at the sign-in page, where nobody has said yet who they are.
    """

    __tablename__ = "staff_challenges"
    __table_args__ = (CheckConstraint("purpose IN ('sign_in', 'register', 'prove')", name="purpose_is_known"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[Ref | None] = mapped_column(ForeignKey("staff_people.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class HalfSignIn(Base):
    """A passphrase was right and the second factor is to follow. The id is SHA-256 in hex of the browser's token.

    `box`: the staff key meanwhile, locked under a secret that only that browser has. `duress`: it was the other
    passphrase.
    """

    __tablename__ = "staff_half_sign_ins"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    duress: Mapped[bool]
    box: Mapped[bytes | None] = mapped_column(LargeBinary)


class DuressPassphrase(Base):
    """A person's other passphrase, as an Argon2id PHC string. It opens a harmless view, and raises an alarm."""

    __tablename__ = "staff_duress_passphrases"

    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("staff_people.id"), primary_key=True)
    phc: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime]


class SessionProof(Base):
    """By what the person of a session last showed who they are, and when. `duress`: the session is a decoy."""

    __tablename__ = "staff_session_proofs"
    __table_args__ = (
        CheckConstraint("kind IN ('link', 'passphrase', 'passkey', 'provider', 'duress')", name="kind_is_known"),
    )

    session_id: Mapped[str] = mapped_column(String(64), ForeignKey("staff_sessions.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True, index=True)
    at: Mapped[datetime]


class DuressNews(Base):
    """Coordinators and managers were told that a session is a decoy."""

    __tablename__ = "staff_duress_news"

    session_id: Mapped[str] = mapped_column(String(64), ForeignKey("staff_sessions.id"), primary_key=True)
    at: Mapped[datetime]
