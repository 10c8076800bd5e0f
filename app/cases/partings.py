"""Two cases joined by mistake go apart again. That they were together stays as a fact, and each has its own as before.

Whoever is recognised by the one was recognised as the other's while they were together; so that this can be taken back,
it is noted where each tag came from.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, delete, insert, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import rows
from app.cases.facts import ContactAttempt, Join
from app.cases.returning import RepeatTag
from app.db import Base, Id, Ref

if TYPE_CHECKING:
    from app.cases.models import Case


class Parting(Base):
    """The case had been joined into another, by whom and when, and no longer is."""

    __tablename__ = "case_partings"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    into_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    joined_at: Mapped[datetime]
    joined_by: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class MovedTag(Base):
    """A tag that went with a case into another."""

    __tablename__ = "case_moved_tags"

    tag_id: Mapped[Ref] = mapped_column(ForeignKey("case_repeat_tags.id"), primary_key=True)
    from_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)


def move_tags(session: Session, case: Case, into: Case) -> None:
    """Who is recognised by the one is from now on recognised as the other's."""
    theirs = select(RepeatTag.id, literal(case.id)).where(RepeatTag.case_id == case.id)
    session.execute(insert(MovedTag).from_select(["tag_id", "from_id"], theirs))
    session.execute(update(RepeatTag).where(RepeatTag.case_id == case.id).values(case_id=into.id))


def may_part(session: Session, join: Join) -> bool:
    """Whether they can still go apart: not when somebody was in contact with the person since, as with one, nor out of
    the middle of three, whose contacts stand in the first."""
    if session.get(Join, join.into_id):
        return False
    reached = select(ContactAttempt.id).where(ContactAttempt.outcome == "reached", ContactAttempt.at >= join.at)
    return session.scalar(reached.where(ContactAttempt.case_id == join.into_id).limit(1)) is None


def part(session: Session, case: Case, join: Join, *, by: str, at: datetime) -> None:
    """The case goes on by itself. Who was kept from the one meanwhile stays kept from both."""
    when = {"joined_at": join.at, "joined_by": join.by}
    rows.write_unseen(session, Parting, case_id=case.id, into_id=join.into_id, at=at, by=by, **when)
    mine = select(MovedTag.tag_id).where(MovedTag.from_id == case.id)
    session.execute(update(RepeatTag).where(RepeatTag.id.in_(mine)).values(case_id=case.id))
    session.execute(delete(MovedTag).where(MovedTag.from_id == case.id))
    session.delete(join)
    session.flush()
    session.expire(case, ["join"])
