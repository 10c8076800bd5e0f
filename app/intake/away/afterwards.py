"""The database is back: whoever called meanwhile is taken in, with the moment they called and whoever answered them.

It goes through the same doors as everything else, and each of them can be passed twice: the carrier's own list, a late
webhook and this may all bring the same call, and it becomes one approach.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import calls
from app.cases.facts import Approach
from app.db import Database
from app.intake import screen
from app.intake.away.meanwhile import Call, Meanwhile
from app.intake.away.route import cannot_be_used
from app.intake.incoming import call as taken_in
from app.intake.line import Line
from app.logs import Log
from app.staff.models import Person

_log = Log("intake")


def write_down(db: Database, line: Line, meanwhile: Meanwhile, *, at: datetime) -> None:
    """Everything that can be written down now; the database's own problems are raised, and nothing is lost then."""
    for call in meanwhile.unwritten():
        try:
            with db.transaction() as session:
                found = write(session, line, call, at=at)
        except Exception as problem:
            if cannot_be_used(problem):
                raise
            _log.error("a call could not be taken in afterwards; the carrier's list has it", problem=problem)
            meanwhile.give_up(call)
        else:
            if found:
                meanwhile.written(call)
    meanwhile.forget_old(at=at)


def write(session: Session, line: Line, call: Call, *, at: datetime) -> bool:
    """Write down what is known of a call, as often as one likes. False while nobody knows the call itself: it came to
    another process, which has not yet said so."""
    if call.form is not None and call.came_at is not None:
        approach_id = taken_in(session, line, call.form, at=call.came_at).id
    else:
        found = session.scalar(select(Approach.id).where(Approach.source == call.source))
        if found is None:
            return False
        approach_id = found
    if call.accepted:
        person = session.get(Person, call.accepted.person_id)
        if person and person.is_active:
            accepted = call.accepted
            screen.connect(session, approach_id, person, ref=accepted.ref, at=accepted.at, told_late=True)
    if call.parted_at or calls.came_to(session, approach_id, "over"):
        calls.part(session, approach_id, spoke=call.spoke, at=call.parted_at or at)
    if call.over_at:
        calls.hang_up(session, approach_id, at=call.over_at)
    return True
