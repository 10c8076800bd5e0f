"""A colleague is put off the staff tonight, before the programme file is changed.

The file stays the truth: as long as it names them, bringing it in does not let them back, and `dygnet check` says so.
Once it was brought in without them, the matter is settled, and naming them again is a new beginning.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import new_id
from app.errors import BadInput
from app.staff import people
from app.staff.models import Person
from app.staff.trouble_models import WHY_CUT_OFF, CutOff


@dataclass(frozen=True)
class Barred:
    """Somebody who was cut off and whom the file still names."""

    alias: str
    by: str
    at: datetime
    because: str


def cut_off(session: Session, person: Person, *, by: str, because: str, at: datetime) -> None:
    """From this moment nothing they had opens anything, and nobody rings or pages them. BadInput for oneself, and
    without a reason."""
    if person.alias == by or because not in WHY_CUT_OFF:
        raise BadInput("Nobody cuts themselves off, and a reason is needed.")
    session.add(CutOff(id=new_id(), person_id=person.id, by=by, at=at, because=because))
    record(session, at=at, by=by, action="staff.cut_off", about=f"person:{person.alias}", because=because)
    people.leave(session, person, at=at, by=by)


def standing(session: Session) -> Sequence[Barred]:
    """Whom the programme file still names, by alias."""
    found = select(Person.alias, CutOff.by, CutOff.at, CutOff.because).join(CutOff, CutOff.person_id == Person.id)
    rows = session.execute(found.where(CutOff.settled_at.is_(None)).order_by(Person.alias))
    return [Barred(alias, by, at, because) for alias, by, at, because in rows]


def settle(session: Session, named: Collection[str], *, at: datetime) -> None:
    """The file in force names these aliases: for everybody else it says by now what was done."""
    unsettled = select(CutOff).join(Person, Person.id == CutOff.person_id).where(CutOff.settled_at.is_(None))
    for row in session.scalars(unsettled.where(Person.alias.not_in(named))):
        row.settled_at = at
