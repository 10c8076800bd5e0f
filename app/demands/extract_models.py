"""What a person was given of what is kept about them, as rows: made, in part withheld, released, given. No words of it
stand here, and no number that follows from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.cases.models import Case
from app.db import Base, Id, Ref
from app.demands.models import Request
from app.staff.models import Person

IDENTITIES = ("receipt", "document", "code_word")
"""How whoever asks showed that they are the one: by the receipt of their mailbox, by a document shown in person, by the
word that they once agreed on with the line."""

WAYS = ("in_person", "mailbox")
"""How it is given. Nothing else: a letter, a text or a call could tell somebody else that they ever asked for help."""

GROUNDS = ("informant", "protected", "another")
"""Why a part is withheld from whom it is about, towards whom secrecy otherwise does not apply (OSL 12 kap. 1 §):
another has told it and may come to harm (26 kap. 5 §); where somebody who is threatened is found (21 kap. 3 §);
another person's circumstances (26 kap. 1 §)."""


class Extract(Base):
    """Somebody put together what is kept of a person up to a moment, `at`, for a request that was granted."""

    __tablename__ = "demand_extracts"
    __table_args__ = (
        CheckConstraint(one_of("identity", IDENTITIES), name="identity"),
        CheckConstraint(one_of("way", WAYS), name="way"),
    )

    id: Mapped[Id]
    request_id: Mapped[Ref] = mapped_column(ForeignKey("demand_requests.id"), index=True)
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    identity: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(16))
    parts: Mapped[int]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    request: Mapped[Request] = relationship()
    case: Mapped[Case] = relationship()
    by: Mapped[Person] = relationship()
    withheld: Mapped[list[Withheld]] = relationship(order_by="Withheld.mark")
    release: Mapped[Release | None] = relationship()
    given: Mapped[Given | None] = relationship()


class Withheld(Base):
    """A part that is not given, by its place among the parts, and why."""

    __tablename__ = "demand_withheld"
    __table_args__ = (CheckConstraint(one_of("ground", GROUNDS), name="ground"),)

    extract_id: Mapped[Ref] = mapped_column(ForeignKey("demand_extracts.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    ground: Mapped[str] = mapped_column(String(16))


class Release(Base):
    """A second person said that it may be given."""

    __tablename__ = "demand_releases"

    extract_id: Mapped[Ref] = mapped_column(ForeignKey("demand_extracts.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Given(Base):
    """It was given, in the way that was chosen."""

    __tablename__ = "demand_given"

    extract_id: Mapped[Ref] = mapped_column(ForeignKey("demand_extracts.id"), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
