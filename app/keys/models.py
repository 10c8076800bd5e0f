"""Facts about keys: which were made and retired, where the copies for recovery are, whether the shares were tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id
from app.vault.kinds import KINDS


class KeyGeneration(Base):
    """A key was made: its kind, which generation it is, since when it is used. The age of a file says nothing: a copy
    or a restore changes it."""

    __tablename__ = "key_generations"
    __table_args__ = (CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_is_known"),)

    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    generation: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class KeyRetirement(Base):
    """A key is used no more; its private half is destroyed as soon as this is known."""

    __tablename__ = "key_retirements"

    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class KeyReplacement(Base):
    """Where staff hold the key to cases: one generation is followed by another. A row for each key that is followed, so
    that of two people who replace it at once one is first."""

    __tablename__ = "key_replacements"

    old_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    new_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class RecoveryKey(Base):
    """A set of shares: how many there are, how many are needed, and something to try them on."""

    __tablename__ = "recovery_keys"

    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    shares: Mapped[int]
    needed: Mapped[int]
    set_id: Mapped[int]
    probe: Mapped[bytes] = mapped_column(LargeBinary)
    probe_digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))


class RecoveryCopy(Base):
    """Another key's private half, sealed to a recovery key. In the database and not beside the keys: what burns the one
    should leave the other, and a backup of the database is enough for whoever has the shares."""

    __tablename__ = "recovery_copies"

    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    recovery_id: Mapped[str] = mapped_column(ForeignKey("recovery_keys.key_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    generation: Mapped[int]
    box: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class RecoveryDrill(Base):
    """Somebody tried whether the shares open the recovery key. Nothing was opened with it but the probe."""

    __tablename__ = "recovery_drills"

    id: Mapped[Id]
    recovery_id: Mapped[str] = mapped_column(ForeignKey("recovery_keys.key_id"))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(32))
    worked: Mapped[bool]
