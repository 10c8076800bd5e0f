"""A canary: an approach of our own, sent through everything to see whether somebody at the other end answers.

It is a case like others, so that what it proves is true of others; only that nobody called. Its reference says so
wherever it is shown or read out, and no figure of the promise counts it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, Ref

MARK: Final = "TEST"
"""How a canary's reference begins. No other does: they have no vowels."""

ANSWERED: Final = "canary"
"""The code with which a canary is closed, by whoever answered it."""


class Canary(Base):
    """This case is a canary: when it was sent, and until when somebody has to have answered."""

    __tablename__ = "case_canaries"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime]
    answer_by: Mapped[datetime]


def latest(session: Session) -> Canary | None:
    """The canary that was sent last, if ever one was."""
    return session.scalar(select(Canary).order_by(Canary.at.desc()).limit(1))
