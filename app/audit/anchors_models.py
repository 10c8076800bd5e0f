"""What the outside said about our checkpoints. Only ever added to; triggers refuse anything else."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

BEHIND: Final = "behind"
FORKED: Final = "forked"
INCONSISTENT: Final = "inconsistent"
CONTRADICTIONS: Final = (BEHIND, FORKED, INCONSISTENT)
"""The log is not the one that the witness saw: shorter, another of the same length, or not grown out of it."""

UNKNOWN_LOG: Final = "unknown_log"
UNKNOWN_KEY: Final = "unknown_key"
NO_ANSWER: Final = "no_answer"
BAD_ANSWER: Final = "bad_answer"
TROUBLES: Final = (UNKNOWN_LOG, UNKNOWN_KEY, NO_ANSWER, BAD_ANSWER)
"""The witness or the authority did not say yes, and that says nothing about the log."""

WITNESS: Final = "witness"
AUTHORITY: Final = "authority"

_BIG = BigInteger().with_variant(Integer, "sqlite")
_REASONS: Final = ", ".join(f"'{reason}'" for reason in (*CONTRADICTIONS, *TROUBLES))


class AuditCosignature(Base):
    """A witness signed a checkpoint: its `line` as it goes below the note, and the second that stands in it."""

    __tablename__ = "audit_cosignatures"

    checkpoint_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_checkpoints.id"), primary_key=True)
    witness: Mapped[str] = mapped_column(String(300), primary_key=True)
    """The witness's verifier key."""

    line: Mapped[str] = mapped_column(Text)
    cosigned_at: Mapped[datetime]
    at: Mapped[datetime]


class AuditVerification(Base):
    """Somebody verified an export of the log as it was at this checkpoint, somewhere that need not trust us, and said
    so: under which alias, and when."""

    __tablename__ = "audit_verifications"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    checkpoint_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_checkpoints.id"))
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class AuditTimeStamp(Base):
    """An authority put its time on a checkpoint's note: the whole RFC 3161 response, and the moment that it names."""

    __tablename__ = "audit_time_stamps"

    checkpoint_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_checkpoints.id"), primary_key=True)
    response: Mapped[bytes] = mapped_column(LargeBinary)
    stamped_at: Mapped[datetime]
    at: Mapped[datetime]


class AuditRefusal(Base):
    """A witness or an authority was asked about a checkpoint and did not say yes."""

    __tablename__ = "audit_refusals"
    __table_args__ = (
        CheckConstraint(f"asked IN ('{WITNESS}', '{AUTHORITY}')", name="asked_is_one_of_two"),
        CheckConstraint(f"because IN ({_REASONS})", name="because_is_known"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    checkpoint_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_checkpoints.id"))
    asked: Mapped[str] = mapped_column(String(12))
    because: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(index=True)
