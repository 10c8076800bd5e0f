"""The units that a colleague answers for, by the programme file: whose questions are theirs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.console.doors import SignedIn
from app.programme.apply import current


def units_of(session: Session, who: SignedIn) -> Sequence[str]:
    """The units that somebody answers for, by their ids."""
    staff = next((one for one in current(session).staff if one.alias == who.alias), None)
    return staff.units if staff else ()
