"""Codes guessed at by whoever has the passphrase already: noted, so that somebody is told. Nobody is locked out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.staff.trouble_models import GuessNews, SecondStepMiss

TOO_MANY: Final = 5
WITHIN: Final = timedelta(hours=1)
"""So many misses in so long are told of, and then no more for as long."""

KEPT_FOR: Final = timedelta(hours=24)


def note(session: Session, person_id: str, *, at: datetime) -> None:
    """The second step failed after the right passphrase. What is older than a day goes."""
    old = select(SecondStepMiss.id).where(SecondStepMiss.at <= at - KEPT_FOR)
    session.execute(delete(GuessNews).where(GuessNews.miss_id.in_(old)))
    session.execute(delete(SecondStepMiss).where(SecondStepMiss.at <= at - KEPT_FOR))
    session.add(SecondStepMiss(person_id=person_id, at=at))


def untold(session: Session, *, at: datetime) -> Sequence[str]:
    """Whose codes are guessed at and who was not told within the hour: their ids."""
    told = select(GuessNews.person_id).where(GuessNews.at > at - WITHIN)
    lately = SecondStepMiss.at > at - WITHIN, SecondStepMiss.person_id.not_in(told)
    counted = select(SecondStepMiss.person_id).where(*lately).group_by(SecondStepMiss.person_id)
    return session.scalars(counted.having(func.count() >= TOO_MANY)).all()


def say_told(session: Session, person_id: str, *, at: datetime) -> None:
    """They are told now. Of two engines that say so, the later finds it said: an error of the database's."""
    theirs = select(SecondStepMiss.id).where(SecondStepMiss.person_id == person_id)
    newest = session.scalars(theirs.order_by(SecondStepMiss.at.desc(), SecondStepMiss.id).limit(1)).one()
    session.add(GuessNews(miss_id=newest, person_id=person_id, at=at))
    session.flush()


def lately(session: Session, *, at: datetime) -> frozenset[str]:
    """The ids of those who were told within the last day."""
    return frozenset(session.scalars(select(GuessNews.person_id).where(GuessNews.at > at - KEPT_FOR)))
