"""What is kept when something is wrong with somebody's ways in: everything lost, cut off tonight, codes guessed at."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Id, Ref

WHY_RESET: Final = ("lost", "stolen", "broken")
WHY_CUT_OFF: Final = ("left", "doubt")


def _one_of(words: tuple[str, ...]) -> str:
    return f"because IN ({', '.join(map(repr, words))})"


class Reset(Base):
    """Somebody asked for all of a colleague's ways in to be taken away, so that a link alone lets them begin anew.

    It waits for another's word until `expires_at`.
    """

    __tablename__ = "staff_resets"
    __table_args__ = (CheckConstraint(_one_of(WHY_RESET), name="because_is_known"),)

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(32))
    asked_at: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(8))
    expires_at: Mapped[datetime]


class ResetAnswer(Base):
    """The second one's word, which is the last."""

    __tablename__ = "staff_reset_answers"

    reset_id: Mapped[Ref] = mapped_column(ForeignKey("staff_resets.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    agreed: Mapped[bool]


class CutOff(Base):
    """A colleague was put off the staff before the programme file says so. `settled_at`: since when it does."""

    __tablename__ = "staff_cut_offs"
    __table_args__ = (CheckConstraint(_one_of(WHY_CUT_OFF), name="because_is_known"),)

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"), index=True)
    by: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    because: Mapped[str] = mapped_column(String(8))
    settled_at: Mapped[datetime | None]


class SecondStepMiss(Base):
    """A passphrase was right, and what was shown after it was not. Kept for a day."""

    __tablename__ = "staff_second_step_misses"

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime] = mapped_column(index=True)


class GuessNews(Base):
    """The colleague, and who coordinates, were told of misses; this one made it too many."""

    __tablename__ = "staff_guess_news"

    miss_id: Mapped[Ref] = mapped_column(ForeignKey("staff_second_step_misses.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))
    at: Mapped[datetime]
