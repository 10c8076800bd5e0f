"""Whoever looks whether the promises hold: now and then at what is open, and in the end at everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.audit.export import export
from app.audit.verify import verify
from app.cases.facts import Closure, FirstContact, Join
from app.cases.models import Case
from app.escalation.models import Escalation, StepTaken
from app.staff.models import Person
from app.vault.keyring import Keyring
from bench.year.bad_days import Outage
from bench.year.house import House
from bench.year.promises import AT_THE_END, PUNCTUAL, called_without_leave

GOES_ON_WITHIN: Final = timedelta(hours=1)
"""By then the case of somebody who left the staff is the next one's: with the errand of that hour (of a minute, in
earnest)."""


class Broken(Exception):
    """A promise is broken: which, and the story of the case."""


class Watcher:
    """Looks now and then, and once at the end; what is broken stops the year."""

    def __init__(self, house: House, outages: Sequence[Outage]) -> None:
        self._house = house
        self._outages = outages
        self._due: dict[str, datetime] = {}
        self._looked_at = house.now
        self.looks = 0

    def look(self) -> None:
        """Everything that is open at this moment, and whoever was called since the last look."""
        self.looks += 1
        with self._house.db.reading() as session:
            for problem, case_id in called_without_leave(session, since=self._looked_at):
                raise Broken(f"{problem}\n{story(session, case_id)}")
            self._looked_at = self._house.now
            for case in (one for one in _open(session) if not one.is_canary):
                escalation = session.get(Escalation, case.id)
                for problem in self._of_open(case, escalation):
                    raise Broken(f"{problem}\n{story(session, case.id)}")

    def _of_open(self, case: Case, escalation: Escalation | None) -> Iterator[str]:
        now = self._house.now
        if case.due_at != self._due.setdefault(case.id, case.due_at):
            yield f"{case.reference} was due at {self._due[case.id]} and is now due at {case.due_at}"
        if case.responsible is None or self._was_left_alone_by(case.responsible.person, now):
            yield f"{case.reference} awaits contact, and nobody is responsible at {now}"
        if escalation is None or escalation.next_at is None:
            yield f"{case.reference} awaits contact, and nothing will happen"
        elif self._house.engine and escalation.next_at < now - PUNCTUAL:
            yield f"{case.reference} was to be looked at by {escalation.next_at}, and was not at {now}"
        elif self._house.engine and case.breach is None and escalation.next_at > case.due_at:
            yield f"{case.reference} is looked at only after it is due"

    def _was_left_alone_by(self, person: Person, now: datetime) -> bool:
        left = person.left_at
        if left is None or self._house.engine is None or now - left <= GOES_ON_WITHIN:
            return False
        return not any(outage.explains(left, now) for outage in self._outages)

    def look_at_everything(self) -> None:
        """When the year is over."""
        self.look()
        with self._house.db.reading() as session:
            for promise in AT_THE_END:
                for problem, case_id in promise(session, self._house, self._outages):
                    raise Broken(f"{problem}\n{story(session, case_id) if case_id else ''}")
        for finding in _the_log(self._house):
            raise Broken(f"the log: {finding}")


def _open(session: Session) -> Sequence[Case]:
    closed = select(Closure.case_id).where(Closure.case_id == Case.id).exists()
    joined = select(Join.case_id).where(Join.case_id == Case.id).exists()
    reached = select(FirstContact.case_id).where(FirstContact.case_id == Case.id).exists()
    loaded = selectinload(Case.assignments), selectinload(Case.breach)
    return session.scalars(select(Case).where(~closed, ~joined, ~reached).options(*loaded)).all()


def _the_log(house: House) -> Iterator[str]:
    keyring = Keyring.load(house.settings.keys_dir, private=("audit",))
    if house.engine:
        house.engine.sequence()
        house.engine.checkpoint()
    made = export(
        house.db, house.folder / "log", key=keyring.log_key, origin=keyring.log_name, at=house.now, by="operator"
    )
    yield from (str(damage) for damage in ([made.damage] if made.damage else []))
    yield from map(str, verify(made.folder, made.vkey).findings)


def story(session: Session, case_id: str) -> str:
    """What happened to a case, in order."""
    case = session.get_one(Case, case_id)
    told = [(case.opened_at, f"opened, due {case.due_at:%F %T}")]
    told += [(one.at, f"approach by {one.channel}") for one in case.approaches]
    told += [(one.at, f"{one.person.alias} is responsible: {one.because}") for one in case.assignments]
    for hold in case.holds:
        told.append((hold.at, f"{hold.person.alias} takes it by {hold.via}"))
        if hold.released_at:
            told.append((hold.released_at, f"{hold.person.alias} has it no more: {hold.released_because}"))
    told += [(one.at, f"{one.by.alias} tries: {one.outcome}") for one in case.attempts]
    told += [(case.first_contact.at, "first contact")] if case.first_contact else []
    told += [(case.breach.recorded_at, "the breach is written down")] if case.breach else []
    told += [(case.closure.at, f"closed: {case.closure.code}")] if case.closure else []
    told += [(case.join.at, "goes on as part of an older one")] if case.join else []
    steps = session.scalars(select(StepTaken).where(StepTaken.case_id == case_id))
    told += [(one.ran_at, f"step {one.step}, due {one.due_at:%F %T}") for one in steps]
    return "\n".join([case.reference, *(f"  {at:%F %T} {what}" for at, what in sorted(told))])
