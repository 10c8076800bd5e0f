"""Requests and incidents as rows: what was said of each is a word, and the words are only ever added to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.db import Base, Id, Ref
from app.staff.models import Person

REQUEST_KINDS = ("own_data", "rectification", "contact_details")
"""GDPR art. 15, art. 16, and lag (2025:170) 4 §."""

ASKED_BY = ("person", "guardian", "police", "security_police", "prosecutor", "customs", "tax_agency", "coast_guard")
AGAINST = ("secrecy_informant", "secrecy_protected", "special_reasons")
ASSESSMENTS = ("no_secrecy", "secrecy_gives_way", *AGAINST, "nothing")
"""What somebody found: nothing is secret towards whoever asks; the law opens it (2025:170 4 §); another has told it
(OSL 26 kap. 5 §); it would endanger somebody (OSL 21 kap. 3 §, 26 kap. 1 §); there are *synnerliga skäl* for secrecy;
there is nothing about them, which is answered like all the others."""

DECISIONS = ("granted", "granted_in_part", "refused")
INCIDENT_KINDS = ("outage", "intrusion", "lost_device", "wrong_recipient", "data_loss", "supplier", "other")
INCIDENT_WORDS = (
    *("early_notice", "report", "final_report", "authority"),
    *("not_cyber", "not_gdpr", "persons_told", "closed"),
)


class Request(Base):
    """Somebody asked for something that the law gives them an answer to."""

    __tablename__ = "demand_requests"
    __table_args__ = (
        CheckConstraint(one_of("kind", REQUEST_KINDS), name="kind"),
        CheckConstraint(one_of("asked_by", ASKED_BY), name="asked_by"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    asked_by: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    assessment: Mapped[Assessment | None] = relationship()
    decision: Mapped[RequestDecision | None] = relationship()


class Assessment(Base):
    """What somebody found when they looked whether secrecy speaks against it."""

    __tablename__ = "demand_assessments"
    __table_args__ = (CheckConstraint(one_of("found", ASSESSMENTS), name="found"),)

    request_id: Mapped[Ref] = mapped_column(ForeignKey("demand_requests.id"), primary_key=True)
    found: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class RequestDecision(Base):
    """What a manager decided."""

    __tablename__ = "demand_decisions"
    __table_args__ = (CheckConstraint(one_of("decided", DECISIONS), name="decided"),)

    request_id: Mapped[Ref] = mapped_column(ForeignKey("demand_requests.id"), primary_key=True)
    decided: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()


class Incident(Base):
    """Something happened to the house, and since when somebody here knew."""

    __tablename__ = "demand_incidents"
    __table_args__ = (CheckConstraint(one_of("kind", INCIDENT_KINDS), name="kind"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    known_at: Mapped[datetime]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
    words: Mapped[list[IncidentWord]] = relationship(order_by="IncidentWord.at")


class IncidentWord(Base):
    """Something was reported, or decided, or told. The first word of each kind stands."""

    __tablename__ = "demand_incident_words"
    __table_args__ = (CheckConstraint(one_of("word", INCIDENT_WORDS), name="word"),)

    incident_id: Mapped[Ref] = mapped_column(ForeignKey("demand_incidents.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(16), primary_key=True)
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]

    by: Mapped[Person] = relationship()
