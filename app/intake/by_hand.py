"""What a colleague enters that came another way: the questions of the form, and besides when it came, how, and by whom.

The clock counts from when it truly came. What cannot be told from the paper in their hand stays unasked, and not asked
means no.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, cast, get_args
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases.breaches import BREACH_REASONS
from app.cases.entries import WAYS
from app.cases.queries import locked
from app.errors import BadInput
from app.escalation import replies
from app.intake import wording
from app.intake.answers import Answers, Contact, Mistake, Role
from app.intake.approach import Approach, Callback, Entered
from app.intake.reception import Desk, receive
from app.oncall.turns import instant
from app.programme.apply import current
from app.programme.schema import Programme
from app.staff.models import Person
from app.vault.receipts import mark_of

OLDEST: Final = timedelta(days=366)
"""Whatever came longer ago than this has most likely a wrong year."""

UNASKED: Final = "unasked"
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)


@dataclass(frozen=True, repr=False)
class ByHand(Answers):
    """One sheet as far as it is filled in. Shows nothing in repr."""

    came_on: str = ""
    came_at: str = ""
    """Day and time as they were typed, by the clock on the wall."""

    way: str = ""
    late: str = ""
    """Why it is only entered now, where the time is out already."""

    language: str = ""
    takes: str = ""
    """Whether whoever enters it takes the case."""

    def arrived(self, zone: ZoneInfo) -> datetime | None:
        """When it came, in UTC; None for what is no day and time.

        Of an hour that the wall showed twice the first counts, so that no clock is later than it should be.
        """
        typed = _CLOCK.fullmatch(self.came_at)
        try:
            day, clock = date.fromisoformat(self.came_on), time(int(typed[1]), int(typed[2])) if typed else None
            return instant(datetime.combine(day, clock), zone) if clock else None
        except (ValueError, OverflowError):
            return None

    def wrong(self, programme: Programme, *, at: datetime) -> list[Mistake]:
        """What has to be put right before it can be received, in the order of the page."""
        main, within = programme.programme, programme.routine.first_contact_within
        about_it = [*self._about_arrival(self.arrived(programme.zone), within, at), *self._about_who(main.languages)]
        return about_it + self.mistakes(nobodys={*main.switchboards, *main.numbers})

    def _about_arrival(self, came: datetime | None, within: timedelta, at: datetime) -> Iterator[Mistake]:
        if came is None:
            yield Mistake("came_on", "entering.error.when", {})
        elif came > at:
            yield Mistake("came_on", "entering.error.future", {})
        elif at - came > OLDEST:
            yield Mistake("came_on", "entering.error.year", {})
        elif at - came >= within and self.late not in BREACH_REASONS:
            yield Mistake("late", "entering.error.late", {})
        if self.way not in WAYS:
            yield Mistake("way", "entering.error.way", {})

    def _about_who(self, languages: Collection[str]) -> Iterator[Mistake]:
        if self.role not in get_args(Role):
            yield Mistake("role", "entering.error.role", {})
        if self.language not in languages:
            yield Mistake("language", "entering.error.language", {})

    def _about_contact(self, nobodys: Collection[str]) -> Iterator[Mistake]:
        if self.contact not in (*get_args(Contact), UNASKED):
            yield Mistake("contact", "entering.error.contact", {})
        if self.wants_contact and not self.number:
            yield Mistake("number", "entering.error.number_missing", {})
        elif self.number and self.reachable_number in {None, *nobodys}:
            yield Mistake("number", "form.error.number", {})

    def entered(self, zone: ZoneInfo, *, by: Person) -> Approach:
        """The same in the words of the reception. Only for a sheet without mistakes."""
        came_at = self.arrived(zone)
        if came_at is None:
            raise BadInput("This sheet does not say when it came.")
        return Approach(
            channel="by_hand",
            source=mark_of(self.token),
            role=cast(Role, self.role),
            language=self.language,
            message=self.message or None,
            profile=self.besides,
            danger=bool(self.danger),
            callback=self._callback(),
            entered=Entered(came_at=came_at, way=self.way, by_id=by.id, by=by.alias),
        )

    def _callback(self) -> Callback:
        if self.contact != UNASKED:
            return super()._callback()
        return Callback(wish="unasked", number=self.reachable_number)


class Entrance:
    """Where a colleague's sheet comes in, for the console: it draws the questions, and does not know this room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, language: str, key: str, **values: object) -> str:
        """A question or an answer in the words of the form."""
        return wording.say(language, key, **values)

    def empty(self) -> ByHand:
        """A sheet that nobody has touched. Sent twice it is one approach."""
        return ByHand(nonce=secrets.token_urlsafe(32), contact=UNASKED)

    def read(self, posted: Mapping[str, str]) -> ByHand:
        """What was posted, as it can be shown again."""
        return ByHand.read(posted)

    def wrong(self, session: Session, sheet: ByHand, *, at: datetime) -> list[Mistake]:
        """What has to be put right."""
        return sheet.wrong(current(session), at=at)

    def take_in(self, session: Session, sheet: ByHand, *, by: Person, at: datetime) -> str:
        """Receive it; the reference of its case. A promise whose time is out is broken from the first moment."""
        received = receive(session, self._desk, sheet.entered(current(session).zone, by=by), at=at)
        if received.is_new:
            case = locked(session, received.case_id)
            if case.is_overdue(at):
                case.record_breach(at=at)
                case.explain_breach(sheet.late, by=by, at=at)
            if sheet.takes and replies.may_answer(case, by.id, by.roles, paged=False):
                replies.take(session, case.id, by=by, via="console", at=at)
        return received.reference
