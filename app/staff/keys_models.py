"""What is kept of the keys that people hold. Nothing here opens without a passphrase or a browser's cookie."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Ref
from app.vault.envelope import PublicKey
from app.vault.sealed import Sealed, SealedBox
from app.vault.staff_keys import Wrapped


class StaffKey(Base):
    """A person's key pair: the public half, and the private one wrapped under their passphrase.

    `made_at`: when the pair was made; `wrapped_at`: when the passphrase was set that it is wrapped under.
    """

    __tablename__ = "staff_keys"

    person_id: Mapped[str] = mapped_column(String(32), ForeignKey("staff_people.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    terms: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    wrapped_at: Mapped[datetime]

    @property
    def public(self) -> PublicKey:
        """The half that grants are sealed to."""
        return PublicKey.from_bytes(self.key_id, self.public_key)

    @property
    def wrapped(self) -> Wrapped:
        """The half that only the passphrase unwraps."""
        return Wrapped(self.key_id, self.terms, self.salt, self.box)


class RotaGrant(Base):
    """One generation of the rota key, sealed to one person's staff key; by whom they were let in."""

    __tablename__ = "staff_rota_grants"

    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), primary_key=True)
    rota_key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    box: Mapped[Sealed] = mapped_column(SealedBox)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class FormerHolder(Base):
    """Somebody who could open a generation of the rota key and may no more: they may have kept a copy."""

    __tablename__ = "staff_former_holders"

    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), primary_key=True)
    rota_key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


class SessionKey(Base):
    """A staff key while its owner is signed in, locked under a secret that only their browser has."""

    __tablename__ = "staff_session_keys"

    session_id: Mapped[str] = mapped_column(String(64), ForeignKey("staff_sessions.id"), primary_key=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
