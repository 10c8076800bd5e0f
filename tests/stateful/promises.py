"""The promises of PRODUCT.md section 2, as far as they can be seen from outside and in the rows, at any moment.

Each takes the night as it is and names what is broken. None changes anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.export import export
from app.audit.verify import verify
from app.cases.facts import Approach, Connection
from app.cases.models import Case
from app.cases.permissions import may_contact
from app.cases.queries import going_on
from app.escalation.models import Escalation, StepTaken
from app.notifications.models import Notification
from app.simulator.behaviours import GREETING
from app.simulator.documents import APOLOGY
from app.staff.models import Person
from app.vault.keyring import Keyring
from tests.documents import heard_by, wrong_in
from tests.evidence import given_away
from tests.hotline import Hotline
from tests.people import NUMBERS

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
A_DAY: Final = timedelta(hours=24)
A_MOMENT: Final = timedelta(seconds=1)
_RECEIPT: Final = re.compile(r"/receipts/([0-9a-f]{32})")
OK: Final = 200


@dataclass(frozen=True)
class Asked:
    """One request to the telephone company to call or to text somebody."""

    kind: str
    to: str
    page: str
    """The notification it is about, or nothing."""

    at: datetime


@dataclass
class Night:
    """What a watcher remembers, to hold the rows against later."""

    line: Hotline
    asked: list[Asked] = field(default_factory=list)
    """What the telephone company did for us: what it refused is not here."""

    forms: int = 0
    answers_lost: int = 0
    """How often the telephone company did something and could not say so: as often may somebody be told twice."""

    webhooks_failed: bool = False
    """Whether we were ever unable to answer: a caller may then have heard the telephone company's own words."""

    due: dict[str, datetime] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    brought: set[str] = field(default_factory=set)
    _looked_at: int = 0

    def look(self) -> None:
        """Take in what went over the wire since the last look."""
        posts = list(self.line.exchange.debugger.requests)
        for post in posts[self._looked_at :]:
            source = _approach_in(post.url, post.params)
            self.brought |= {source} - {""}
            if post.answer.status == OK:
                self.answered |= {source} - {""}
        self._looked_at = len(posts)

    @property
    def is_settled(self) -> bool:
        """Whether an engine lives and has done what was due."""
        return self.line.engine is not None


def broken(night: Night) -> list[str]:
    """Every promise that does not hold now."""
    night.look()
    with night.line.db.reading() as session:
        return [broken for promise in AT_ANY_MOMENT for broken in promise(night, session)]


def broken_in_the_end(night: Night) -> list[str]:
    """What is looked at once, when the night is over: all that was said, all that was kept, the log."""
    said = heard_by(night.line.exchange.debugger.requests)
    found = [f"given away: {secret}" for secret in given_away(night.line)]
    found += [f"a document: {fault}" for fault in wrong_in(night.line, said)]
    return [*broken(night), *found, *_the_log(night.line)]


def _approach_in(url: str, told: object) -> str:
    """The carrier's id of the call or text of somebody outside that this webhook is about, or nothing."""
    fields: dict[str, str] = dict(told)  # type: ignore[call-overload]
    sender = fields.get("From", "")
    if urlsplit(url).path == "/carrier/sms":
        return fields["MessageSid"] if sender not in NUMBERS.values() else ""
    is_theirs = fields.get("Direction") == "inbound" and "ParentCallSid" not in fields
    return fields.get("CallSid", "") if is_theirs else ""


def _every_approach_counts_once(night: Night, session: Session) -> Iterator[str]:
    found = Counter(session.scalars(select(Approach.source).where(Approach.channel.in_(("phone", "sms")))))
    yield from (f"{source} was answered and is no approach" for source in night.answered - set(found))
    yield from (f"nobody brought {source}" for source in set(found) - night.brought)
    yield from (f"{source} is there {times} times" for source, times in found.items() if times > 1)
    forms = session.scalars(select(Approach.id).where(Approach.channel == "form")).all()
    if len(forms) != night.forms:
        yield f"{night.forms} forms were received and {len(forms)} are there"


def _the_clock_starts_with_the_first_approach(night: Night, session: Session) -> Iterator[str]:
    for case in session.scalars(select(Case)):
        first = min(approach.at for approach in case.approaches)
        if case.due_at != first + A_DAY or case.opened_at != first:
            yield f"{case.reference} came at {first} and is due at {case.due_at}"
        if case.due_at > night.due.setdefault(case.id, case.due_at):
            yield f"{case.reference} was due at {night.due[case.id]} and is now due at {case.due_at}"
        if case.join and going_on(session, case.id).due_at > case.due_at:
            yield f"{case.reference} joined a case that is due later"


def _only_two_way_contact_stops_it(_night: Night, session: Session) -> Iterator[str]:
    for case in session.scalars(select(Case)):
        contact = case.first_contact
        spoken = [attempt for attempt in case.attempts if attempt.outcome == "reached"]
        if contact and not [one for one in spoken if (one.at, one.by_id) == (contact.at, contact.by_id)]:
            yield f"{case.reference} counts as reached, and nobody said so"
        if spoken and contact is None:
            yield f"somebody spoke about {case.reference}, and its clock runs on"


def _a_breach_is_a_fact_at_its_moment_and_only_then(night: Night, session: Session) -> Iterator[str]:
    for case in session.scalars(select(Case)):
        made = case.first_contact.at if case.first_contact else None
        if case.breach and (case.breach.at != case.due_at or case.breach.recorded_at < case.due_at):
            yield f"{case.reference} was broken at {case.breach.at}, recorded at {case.breach.recorded_at}"
        if case.breach and made and made < case.due_at:
            yield f"{case.reference} was reached in time, and a breach is recorded"
        is_past = night.line.now > case.due_at + A_MOMENT and (made is None or made > case.due_at + A_MOMENT)
        if is_past and night.is_settled and not case.breach and not case.join:
            yield f"{case.reference} was due at {case.due_at}, and no breach is recorded"


def _somebody_is_always_next(night: Night, session: Session) -> Iterator[str]:
    escalations = {row.case_id: row for row in session.scalars(select(Escalation))}
    for case in session.scalars(select(Case)):
        if not case.awaits_contact:
            continue
        moment = escalations[case.id].next_at if case.id in escalations else None
        if case.responsible is None or not case.responsible.person.is_active:
            yield f"{case.reference} awaits contact, and nobody is responsible"
        if moment is None:
            yield f"{case.reference} awaits contact, and nothing will happen"
        elif case.breach is None and moment > case.due_at:
            yield f"{case.reference} is looked at only after it is due"
        elif night.is_settled and moment <= night.line.now:
            yield f"{case.reference} was to be looked at by {moment}, and was not"


def _late_means_measured(_night: Night, session: Session) -> Iterator[str]:
    for step in session.scalars(select(StepTaken)):
        late = int((step.ran_at - step.due_at).total_seconds() * 1000)
        if late < 0 or abs(step.late_ms - late) > 1:
            yield f"{step.step} was due at {step.due_at}, ran at {step.ran_at} and says {step.late_ms} ms"


def _silence_is_the_default(night: Night, session: Session) -> Iterator[str]:
    for asked in night.asked:
        if asked.to in NUMBERS.values():
            continue
        way = "call" if asked.kind == "Calls" else "sms"
        cases = session.scalars(select(Case)).all()
        if not [case for case in cases if may_contact(case.wishes, way, local=asked.at.astimezone(STOCKHOLM))]:
            yield f"somebody outside was reached by {way}, and nobody had allowed it"
    if "outbound-reply" in {text.direction for text in night.line.exchange.messages.kept.values()}:
        yield "somebody who texted was answered"


def _nobody_is_told_twice(night: Night, session: Session) -> Iterator[str]:
    sent = Counter(asked.page for asked in night.asked if asked.page)
    again = sum(times - 1 for times in sent.values())
    if again > night.answers_lost:
        yield f"{again} pages were sent again, and only {night.answers_lost} answers were lost"
    rows = session.execute(
        select(Notification.step_id, Notification.person_id, Notification.channel).where(Notification.step_id != "")
    )
    yield from (f"the same step twice: {row}" for row, times in Counter(map(tuple, rows)).items() if times > 1)


def _one_handler_for_each_caller(night: Night, session: Session) -> Iterator[str]:
    given = {
        source: NUMBERS[alias]
        for source, alias in session.execute(
            select(Approach.source, Person.alias)
            .join(Connection, Connection.approach_id == Approach.id)
            .join(Person, Person.id == Connection.person_id)
        )
    }
    for leg in list(night.line.exchange.legs.values()):
        if leg.direction != "inbound":
            continue
        others = [peer.phone.number for peer in leg.peers if peer.phone]
        if len(others) > 1:
            yield "two people have one caller on the line"
        if others and given.get(leg.sid) not in others:
            yield "somebody has a caller on the line who was not given them"
        if GREETING in [heard.text for heard in leg.heard]:
            yield "a caller was given to a voicemail"
        if APOLOGY in [heard.text for heard in leg.heard] and not night.webhooks_failed:
            yield "a caller heard that something is broken, though every answer was there"


def _nothing_is_wrong_with_our_answers(night: Night, _session: Session) -> Iterator[str]:
    if not night.webhooks_failed:
        alerts = night.line.exchange.debugger.alerts
        yield from (f"the telephone company complains: {alert.code} {alert.text} {alert.url}" for alert in alerts)


def _the_log(line: Hotline) -> Iterator[str]:
    keyring = Keyring.load(line.settings.keys_dir, private=("audit",))
    made = export(
        line.db, line.folder / "log", key=keyring.log_key, origin=keyring.log_name, at=line.now, by="operator"
    )
    if made.damage:
        yield f"the log is damaged: {made.damage}"
    yield from verify(made.folder, made.vkey).findings


def page_in(url: str) -> str:
    """The notification whose receipts go to this address, or nothing."""
    found = _RECEIPT.search(url)
    return found[1] if found else ""


Promise = Callable[[Night, Session], Iterator[str]]
AT_ANY_MOMENT: Final[tuple[Promise, ...]] = (
    _every_approach_counts_once,
    _the_clock_starts_with_the_first_approach,
    _only_two_way_contact_stops_it,
    _a_breach_is_a_fact_at_its_moment_and_only_then,
    _somebody_is_always_next,
    _late_means_measured,
    _silence_is_the_default,
    _nobody_is_told_twice,
    _one_handler_for_each_caller,
    _nothing_is_wrong_with_our_answers,
)
