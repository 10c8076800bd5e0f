"""Calls and texts that reached the carrier and not us: found in its own list, and taken in as if they had.

Our servers were down, or a webhook was lost and its retry too. The clock of such a case starts when they called or
wrote. The list is looked through again and again with an overlap; what is known already changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.cases import calls
from app.cases.facts import Approach
from app.db import Database
from app.escalation import commands
from app.escalation.models import StaffMessage
from app.intake import sms
from app.intake.incoming import call, who_calls
from app.intake.line import Line
from app.logs import Log
from app.notifications import faults
from app.notifications.models import FIRST_CARRIER
from app.programme.apply import current
from app.programme.models import ProgrammeVersion
from app.telephony.records import Kind, Record, Records
from app.telephony.signature import Form
from app.traces.models import Look

OVERLAP: Final = timedelta(minutes=15)
"""Looked at twice, for what appears late in the carrier's list."""

ON_ITS_WAY: Final = timedelta(minutes=1)
"""What is younger may still be on its way to us by itself."""

AT_ONCE: Final = 500
"""References looked for at a time; a list may be months long."""

HELD_BACK: Final = timedelta(days=1)
"""How long something that cannot be taken in keeps the look from moving on."""

_log = Log("intake")


@dataclass
class Found:
    """What one look found."""

    calls: int = 0
    texts: int = 0
    commands: int = 0
    put_aside: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.calls or self.texts or self.commands)


def look_back(db: Database, records: Records, line: Line, *, at: datetime, speed: float = 1.0) -> Found:
    """Compare the carrier's list with ours since the last look. CarrierError when it cannot be had.

    `speed`: the clock's; the margins are real time.
    """
    with db.reading() as session:
        since, numbers = _since(session), set(current(session).programme.numbers)
    if since is None:
        return Found()
    until = at - ON_ITS_WAY * speed
    listed = [each for kind in Kind for each in records.came_in(kind, since=since - OVERLAP * speed)]
    missed = _unknown(db, [each for each in listed if each.at <= until and each.to in numbers])
    found = Found()
    for each in missed:
        if not _take_in(db, line, each, found, at=at):
            until = min(until, max(each.at, at - HELD_BACK))
    _note(db, found, since=since, until=max(since, until), at=at)
    return found


def _since(session: Session) -> datetime | None:
    """Where the last look ended; before the first one, when the line's first programme was brought in."""
    looked = session.scalar(select(Look.until).where(Look.id == 1))
    return looked or session.scalar(select(func.min(ProgrammeVersion.applied_at)))


def _unknown(db: Database, listed: list[Record]) -> list[Record]:
    """Those that no webhook brought in, the oldest first, so that the first of a caller's calls opens the case."""
    refs = [each.ref for each in listed]
    with db.reading() as session:
        known = {
            ref for start in range(0, len(refs), AT_ONCE) for ref in _known(session, refs[start : start + AT_ONCE])
        }
    return sorted((each for each in listed if each.ref not in known), key=lambda each: (each.at, each.ref))


def _known(session: Session, refs: list[str]) -> Iterator[str]:
    yield from session.scalars(select(Approach.source).where(Approach.source.in_(refs)))
    yield from session.scalars(select(StaffMessage.source).where(StaffMessage.source.in_(refs)))


def _take_in(db: Database, line: Line, each: Record, found: Found, *, at: datetime) -> bool:
    """Through the same door as everybody; one that cannot be taken in stops nobody else. False for such a one."""
    try:
        with db.transaction() as session:
            if each.kind is Kind.CALL:
                _call(session, line, each, at=at)
                found.calls += 1
            elif _text(session, line, each, at=at):
                found.commands += 1
            else:
                found.texts += 1
    except Exception as problem:  # noqa: BLE001 - whatever is wrong with this one, the next one may be somebody in need
        _log.error("a missed call or text could not be taken in; put aside", problem=problem, kind=each.kind.value)
        found.put_aside += 1
        return False
    return True


def _call(session: Session, line: Line, each: Record, *, at: datetime) -> None:
    row = call(session, line, _told(each, "CallSid"), at=each.at)
    if each.is_over:
        calls.hang_up(session, row.id, at=at)


def _text(session: Session, line: Line, each: Record, *, at: datetime) -> bool:
    """Whether it was a command: obeyed now, about the page that had been sent when it was written."""
    number = who_calls(session, _told(each, "MessageSid"))
    person = line.directory.person_with_number(session, number) if number else None
    if person:
        commands.obey(session, person, each.body, source=each.ref, at=at, written_at=each.at)
    else:
        sms.take_in(session, line, number, each.body, source=each.ref, at=each.at)
    return person is not None


def _told(each: Record, name: str) -> Form:
    """The record in the words of the webhook that did not come."""
    fields = {name: each.ref, "From": each.sender, "To": each.to, "ForwardedFrom": each.forwarded_from}
    return Form((name, value) for name, value in fields.items() if value)


def _note(db: Database, found: Found, *, since: datetime, until: datetime, at: datetime) -> None:
    with db.transaction() as session:
        look = session.get(Look, 1, with_for_update=True)
        if look is None:
            session.add(Look(id=1, until=until))
        else:
            look.until = max(look.until, until)
        faults.answers_again(session, carrier=FIRST_CARRIER, at=at)
        if found.anything:
            record(
                session,
                at=at,
                by="engine",
                action="carrier.reconciled",
                calls=found.calls,
                texts=found.texts,
                commands=found.commands,
                since=since.isoformat(),
            )
    if found.anything:
        _log.warning("calls or texts had not reached us; taken in now", count=found.calls + found.texts)
