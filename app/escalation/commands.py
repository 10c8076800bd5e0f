"""What staff can text to the line: take, pass on, ask what waits. Anything else is answered with help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.cases import queries
from app.cases.models import Case
from app.db import one_at_a_time
from app.escalation import replies
from app.escalation.models import StaffMessage
from app.escalation.replies import Answer
from app.notifications import outbox, proving, unusable, wording
from app.notifications.models import Notification, Priority
from app.staff.models import Person
from app.staff.roles import Role
from app.telephony.stop_words import OPTED_OUT, heeded_by_the_carrier

ANSWER_LASTS = timedelta(minutes=30)
HELPED_SOON: Final = 3
SOON: Final = timedelta(minutes=30)
"""So often within so long somebody is told how one answers."""

_TAKE: Final = frozenset({"1", "OK"})
_PASS_ON: Final = frozenset({"2"})
_WHAT_WAITS: Final = frozenset({"?"})
_COMMANDS: Final = _TAKE | _PASS_ON | _WHAT_WAITS
_OPTS_IN: Final = frozenset({"START", "YES", "UNSTOP"})
"""What the carrier takes for leave to text a telephone again after STOP (https://www.twilio.com/docs/api/errors/21610)."""

_MAY_ASK: Final = frozenset({Role.HANDLER, Role.COORDINATOR, Role.MANAGER})
_WORD = re.compile(r"[\w?]+")
_WORDING: Final = {
    Answer.TAKEN: "sms.taken",
    Answer.ALREADY_TAKEN: "sms.already_taken",
    Answer.OVER: "sms.already_taken",
    Answer.PASSED: "sms.passed",
    Answer.CANARY: "sms.tested",
}


def obey(
    session: Session, person: Person, body: str, *, source: str, at: datetime, written_at: datetime | None = None
) -> None:
    """Do what a member of staff texted, once for each `source` (the carrier's id of the text), and answer by text.

    Without a reference the command is about the case they had last been paged about when they wrote it (`written_at`,
    where that was long before now), and that still awaits contact. Whoever texts START can be texted again.
    """
    one_at_a_time(session, source)
    if session.get(StaffMessage, source):
        return
    session.add(StaffMessage(source=source, person_id=person.id, at=at))
    session.flush()
    if heeded_by_the_carrier(body):
        unusable.mark(session, person, "sms", code=OPTED_OUT, at=at)
        return
    command, *rest = [word.upper() for word in _WORD.findall(body)] or [""]
    if command in _OPTS_IN:
        unusable.mend(session, person, "sms", at=at)
    if command in _WHAT_WAITS and not _MAY_ASK.isdisjoint(person.roles):
        waiting = [
            case.reference
            for case in sorted(session.scalars(queries.awaiting().order_by(Case.due_at)), key=_is_canary)
            if not case.hold and not case.excludes(person.id)
        ]
        record(session, at=at, by=person.alias, action="case.listed", channel="sms")
        _answer_waiting(session, person, waiting, source=source, at=at)
        return
    case = _meant(session, person, rest, at=written_at or at) if command in _TAKE | _PASS_ON else None
    is_tested = command in _TAKE and not rest and proving.answer_by_text(session, person, at=at)
    if is_tested and (case is None or case.hold):  # what waits for somebody comes first
        _answer(session, person, "sms.tested", {}, source=source, at=at)
        return
    if case is None:
        if command in _COMMANDS or not _answers_by_itself(session, person, at=at):
            _answer(session, person, "sms.help", {}, source=source, at=at)
        return
    answer = (
        replies.take(session, case.id, by=person, via="sms", at=at)
        if command in _TAKE
        else replies.pass_on(session, case.id, by=person, at=at)
    )
    _answer(session, person, _WORDING[answer], {"reference": case.reference}, source=source, at=at)


def _meant(session: Session, person: Person, rest: Sequence[str], *, at: datetime) -> Case | None:
    paged = outbox.latest_page_to(session, person.id, until=at)
    if rest:
        case = queries.by_reference(session, rest[0])
        return case if case and replies.may_answer(case, person.id, person.roles, paged=case.id in paged) else None
    waiting = {case.id: case for case in session.scalars(queries.awaiting().where(Case.id.in_(paged)))}
    may = [waiting[case_id] for case_id in paged if case_id in waiting and not waiting[case_id].excludes(person.id)]
    return next(iter(sorted(may, key=_is_canary)), None)


def _answers_by_itself(session: Session, person: Person, *, at: datetime) -> bool:
    """Whether it seems a telephone that answers whatever is texted to it: helped each time, it would go on for ever."""
    helped = select(Notification.id).where(Notification.person_id == person.id, Notification.wording == "sms.help")
    lately = session.scalars(helped.where(Notification.queued_at > at - SOON).limit(HELPED_SOON)).all()
    return len(lately) == HELPED_SOON


def _is_canary(case: Case) -> bool:
    """Of what somebody may mean, a canary comes last: behind it nobody waits."""
    return case.is_canary


def _answer_waiting(session: Session, person: Person, waiting: list[str], *, source: str, at: datetime) -> None:
    if waiting:
        _answer(session, person, "sms.waiting", {"lines": wording.fitting(waiting)}, source=source, at=at)
    else:
        _answer(session, person, "sms.nothing_waits", {}, source=source, at=at)


def _answer(session: Session, person: Person, words: str, values: dict[str, str], *, source: str, at: datetime) -> None:
    outbox.queue(
        session,
        key=f"answer:{source}",
        person=person,
        channel="sms",
        wording=words,
        values=values,
        priority=Priority.ANSWER,
        due_at=at,
        at=at,
        valid_for=ANSWER_LASTS,
    )
    about = f"person:{person.alias}"
    record(session, at=at, by="engine", action="page.queued", about=about, because=words, channel="sms")
