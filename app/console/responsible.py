"""Whose the data of a case are: the board of where the person belongs, as it is named on what is printed and given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.programme.apply import current
from app.programme.knowledge_on import Standing


def controller_of(session: Session, belongs: str | None, *, at: datetime) -> str:
    """The controller by name, of somebody who belongs to that district; None: unknown."""
    programme = current(session)
    standing = Standing(programme.knowledge, at.astimezone(programme.zone).date())
    return in_words(standing.controllers(belongs))


def in_words(boards: Sequence[str]) -> str:
    """One board, or several that are it jointly."""
    return "; ".join(boards)
