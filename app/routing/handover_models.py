"""Sealed packages as rows: what was sent and what came, what became of each, and what is still on its way.

Clear, because it is chased and proved without a key: that there was a package, to or from which house, its digest, and
the answer. What was in it is sealed: at the sender it is the disclosure's paper, at the receiver a paper of the case.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, Id, Ref
from app.routing.models import NoReason, one_of
from app.routing.papers import Paper
from app.routing.sealed_letters import TABLE
from app.staff.models import Person
from app.vault.sealed import Sealed, SealedBox


class PackageSent(Base):
    """A package for a receiver. The case stays ours, and its clock here, until they have accepted it."""

    __tablename__ = "handover_sent"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    disclosure_id: Mapped[Ref] = mapped_column(ForeignKey("routing_disclosures.id"))
    receiver: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime | None]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    answer: Mapped[ReceiptHad | None] = relationship()


class ReceiptHad(Base):
    """What the receiver said, by a receipt that they signed. `at` is when we heard of it."""

    __tablename__ = "handover_receipts"
    __table_args__ = (
        CheckConstraint(one_of("because", NoReason), name="because"),
        CheckConstraint("accepted = (because IS NULL)", name="declined_with_a_reason"),
    )

    package_id: Mapped[Ref] = mapped_column(ForeignKey("handover_sent.id"), primary_key=True)
    accepted: Mapped[bool]
    because: Mapped[str | None] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    answered_at: Mapped[datetime]
    at: Mapped[datetime]


class PackageCame(Base):
    """A package from another house, and the case it became here."""

    __tablename__ = "handover_came"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    sender: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    box: Mapped[PackageBox | None] = relationship()
    answer: Mapped[AnswerGiven | None] = relationship()


class PackageBox(Base):
    """What is in a package that waits for an answer, as it came: sealed to the house's own key."""

    __tablename__ = TABLE

    id: Mapped[Ref] = mapped_column(ForeignKey("handover_came.id"), primary_key=True)
    box: Mapped[Sealed] = mapped_column(SealedBox)


class TakenOver(Paper):
    """What was in a package that was accepted (`packages.Contents`), sealed to the case it became."""

    __tablename__ = "handover_taken_over"


class AnswerGiven(Base):
    """What somebody here answered. The receipt that says so is on its way, or fetched as a file."""

    __tablename__ = "handover_answers"
    __table_args__ = (
        CheckConstraint(one_of("because", NoReason), name="because"),
        CheckConstraint("accepted = (because IS NULL)", name="declined_with_a_reason"),
    )

    package_id: Mapped[Ref] = mapped_column(ForeignKey("handover_came.id"), primary_key=True)
    accepted: Mapped[bool]
    because: Mapped[str | None] = mapped_column(String(16))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Parcel(Base):
    """A package or a receipt on its way to another house. `next_at`: when it is tried; None for one that is carried as
    a file, that arrived, or that they refused."""

    __tablename__ = "handover_parcels"
    __table_args__ = (CheckConstraint("what IN ('package', 'receipt')", name="what"),)

    package_id: Mapped[Ref] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    receiver: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    tries: Mapped[int]
    arrived_at: Mapped[datetime | None]
    refused: Mapped[bool]
