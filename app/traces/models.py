"""A record at the carrier that is to disappear, and how far back the carrier's own list has been looked through."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id


class Trace(Base):
    """One call or text the carrier keeps a record of. Nothing but its reference there stands here.

    `at`: when the call or text was. `next_at`: when its deletion is tried next; null once `gone_at` says that the
    carrier was asked for it and had it no more. `blanked_at`: when its words were emptied, as it could not be deleted.
    """

    __tablename__ = "carrier_traces"
    __table_args__ = (
        CheckConstraint("kind IN ('call', 'text')", name="kind"),
        CheckConstraint("(gone_at IS NULL) = (next_at IS NOT NULL)", name="tried_until_gone"),
        Index(
            "ix_carrier_traces_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(4))
    at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    code: Mapped[int | None]
    blanked_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class Look(Base):
    """How far the carrier's list of what came in has been compared with ours: one row."""

    __tablename__ = "carrier_looks"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime]
