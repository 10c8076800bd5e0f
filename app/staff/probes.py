"""Whether a channel of somebody's arrives: what was sent to it to find out, and what showed that it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.staff.models import Person
from app.vault.sealed import Sealed, SealedBox

PROVED_BY = ("typed", "text", "key", "opened", "vouched")
"""How it was shown: the code was typed back, a test page was answered by text, by key or at its address; or somebody
vouched for it, as the demo does for people who do not exist."""


class Probe(Base):
    """Something sent to one channel of a person's to see whether it arrives, by whom, and until when it counts.

    `tag` is a digest of the sealed number or address, so that another one is not taken for proved; it says nothing
    about either. A code is kept as a slow hash in `digest`, and in `box`, sealed to the duty key, until it is used:
    who sends it opens it, nobody else can. `misses`: how often something else was typed.
    """

    __tablename__ = "staff_probes"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'call', 'push', 'email')", name="channel_is_known"),
        CheckConstraint("kind IN ('code', 'test', 'vouched')", name="kind_is_known"),
        CheckConstraint("(kind = 'code') = (digest IS NOT NULL)", name="code_has_digest"),
        Index("ix_staff_probes_of_one_channel", "person_id", "channel", "sent_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    channel: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    tag: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    sent_by: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime]
    digest: Mapped[str | None] = mapped_column(String(64))
    box: Mapped[Sealed | None] = mapped_column(SealedBox)
    misses: Mapped[int] = mapped_column(default=0)

    person: Mapped[Person] = relationship()
    proof: Mapped[Proof | None] = relationship()


class Proof(Base):
    """It arrived: since when that is known, and by what."""

    __tablename__ = "staff_proofs"
    __table_args__ = (CheckConstraint(f"how IN ({', '.join(map(repr, PROVED_BY))})", name="how_is_known"),)

    probe_id: Mapped[Ref] = mapped_column(ForeignKey("staff_probes.id"), primary_key=True)
    at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(8))
