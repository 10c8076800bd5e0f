"""The programmes that were ever in force, and the sounds they bring along. The newest is in force."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id


class ProgrammeVersion(Base):
    """A programme as it was applied: `document` is JSON without anybody's phone or e-mail, `digest` its SHA-256 in hex.

    `number` counts from 1 and never repeats, so that two people applying at once do not both win.
    """

    __tablename__ = "programme_versions"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)
    applied_at: Mapped[datetime]
    applied_by: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)


class Recording(Base):
    """An audio file by its SHA-256 in hex. Which prompt it is stands in the programmes' documents."""

    __tablename__ = "programme_recordings"
    __table_args__ = (CheckConstraint("kind IN ('mp3', 'wav')", name="kind"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(3))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]
