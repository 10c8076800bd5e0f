"""References: how a case is called by people, aloud and in writing. One case each, for ever."""

from __future__ import annotations

import secrets
from typing import Final

from sqlalchemy.orm import Session

from app.cases.queries import whose_reference
from app.journeys import ask

_LETTERS: Final = "23456789BCDFGHJKMNPQRSTVWXZ"
"""No vowels, so that no word appears; nothing that looks or sounds like something else."""

_LENGTHS: Final = (4, 4, 4, 5, 5, 6, 7)


def one() -> str:
    """A reference that can be said aloud and typed with cold fingers, such as `K7Q2`. Another case may have it."""
    return _of_length(_LENGTHS[0])


def free(session: Session, *, mark: str = "") -> str:
    """A reference that no case has, and that nobody else is given before this transaction ends; longer when the short
    ones run out. It begins with the `mark`."""
    for length in _LENGTHS:
        reference = mark + _of_length(length)
        (taken,) = ask(session, whose_reference(reference), alone=[place(reference)])
        if not taken:
            return reference
    raise RuntimeError("no free reference found")


def place(reference: str) -> str:
    """Where nobody else is while a reference is given to a case."""
    return f"reference {reference}"


def _of_length(length: int) -> str:
    drawn, letters = secrets.randbelow(len(_LETTERS) ** length), ""
    for _ in range(length):
        drawn, place = divmod(drawn, len(_LETTERS))
        letters += _LETTERS[place]
    return letters
