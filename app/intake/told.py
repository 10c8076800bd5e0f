"""What a caller tells us after the first words: who they are, a language, a number, when it is safe; or a code.

Each is kept at once. Telling the same thing twice changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import calls, contents, queries
from app.cases.facts import Approach, Content
from app.cases.permissions import Hours
from app.cases.returning import ReturnCode
from app.escalation import conflicts
from app.escalation.danger import raise_alarm
from app.intake.reception import Desk

CODE_DIGITS = 8
WAYS = ("call", "sms", "voicemail")
_LAST_WORDS = {"call": "callback", "none": "no_callback"}


def tell_role(session: Session, approach_id: str, role: str, *, at: datetime) -> None:
    """The caller says who they are."""
    row = session.get_one(Approach, approach_id)
    if row.role != role:
        row.role = role
        queries.locked(session, row.case_id).log("approach.told", by="caller", at=at, what="role")


def tell_language(session: Session, approach_id: str, language: str, *, at: datetime) -> None:
    """The caller chooses a language."""
    row = session.get_one(Approach, approach_id)
    if row.language != language:
        row.language = language
        queries.locked(session, row.case_id).log("approach.told", by="caller", at=at, what="language")


def tell_number(session: Session, approach_id: str, number: str, *, nth: int, at: datetime) -> None:
    """The caller keys a number to be called on. Kept at once, confirmed or not; no permission follows from it yet.

    `nth` counts how often this call was asked for one: what it answered then is kept once.
    """
    row = session.get_one(Approach, approach_id)
    case = queries.locked(session, row.case_id)
    content_id = hashlib.sha256(f"dygnet keyed number v1|{row.id}|{nth}".encode()).hexdigest()[:32]
    if session.get(Content, content_id) is None:
        contents.keep(session, case, row, kind="callback_number", text=number, at=at, row=content_id)
        case.log("approach.told", by="caller", at=at, what="number")


def tell_danger(session: Session, approach_id: str, *, at: datetime) -> None:
    """The caller says that a life is in danger now: the shorter ladder begins."""
    row = session.get_one(Approach, approach_id)
    raise_alarm(session, queries.going_on(session, row.case_id), by="caller", at=at)


def tell_channel(
    session: Session, approach_id: str, channel: str, *, allowed: bool, hours: Hours, kind: str, at: datetime
) -> None:
    """Whether one way of contact is safe: `call`, `sms` or `voicemail`. In a call the first answer counts, and a no."""
    is_first = calls.note(session, approach_id, channel, at=at)
    row = session.get_one(Approach, approach_id)
    case = queries.going_on(session, row.case_id)
    if is_first or (not allowed and case.allows(channel)):
        about = contents.latest(session, row, kind)
        case.permit(channel, allowed=allowed, hours=hours, by="caller", at=at, content_id=about.id if about else None)


def has_refused(session: Session, approach_id: str, channel: str, *, before: str) -> bool:
    """Whether the caller said no to one way of contact, or nothing, before it came to something else in this call."""
    case = queries.going_on(session, session.get_one(Approach, approach_id).case_id)
    return calls.came_first(session, approach_id, channel, before=before) and not case.allows(channel)


def tell_callback(
    session: Session, desk: Desk, approach_id: str, *, wish: str, hours: Hours, kind: str | None, at: datetime
) -> str:
    """The caller's last word: a call, at these hours on the number of this `kind`; or `none`, a no to every way.

    Returns the code with which they can come back, eight digits. A call has one last word: told again, it changes
    nothing, whatever has been said since, and gets the same code.
    """
    row = session.get_one(Approach, approach_id)
    if calls.came_to(session, approach_id, *_LAST_WORDS.values()):
        return _code_told(session, desk, row)
    calls.note(session, approach_id, _LAST_WORDS[wish], at=at)
    case = queries.going_on(session, row.case_id)
    tag = _code_tag(desk.index_key, code_of(desk, row))
    if session.get(ReturnCode, tag) is None:
        session.add(ReturnCode(tag=tag, case_id=case.id, at=at))
    about = contents.latest(session, row, kind) if kind else None
    for channel in ("call",) if wish == "call" else WAYS:
        case.permit(
            channel, allowed=wish == "call", hours=hours, by="caller", at=at, content_id=about.id if about else None
        )
    return code_of(desk, row)


def code_of(desk: Desk, row: Approach) -> str:
    """The code with which the one who made this call can come back; it holds once they have had their last word."""
    return _code(desk.index_key, row)


def come_back(session: Session, desk: Desk, approach_id: str, code: str, *, at: datetime) -> bool:
    """A caller keys a code from an earlier call: this case goes on as part of that one. False for an unknown code.

    An older case that is over is not woken: the new one, with its own clock, continues it. Who was kept from the old
    one is kept from the new.
    """
    row = session.get_one(Approach, approach_id)
    case = queries.locked(session, row.case_id)
    found = queries.with_return_code(session, *(_code_tag(key, code) for key in desk.index_keys))
    if found is None or case.join:
        return found is not None
    older = queries.going_on(session, found.id)
    if older.id == case.id:
        return True
    if older.awaits_contact and older.opened_at <= case.opened_at:
        conflicts.join(session, case, older, by="caller", at=at)
    elif case.continues_id is None:
        case.continues_id = older.id
        for exclusion in older.exclusions:
            conflicts.exclude(session, case.id, exclusion.person, by="engine", at=at)
        case.log("case.reopened", by="caller", at=at, continues=older.pseudonym)
    return True


def _code(index_key: bytes, row: Approach) -> str:
    digest = hmac.digest(index_key, f"dygnet return code v1|{row.source}".encode(), "sha256")
    return f"{int.from_bytes(digest, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def _code_told(session: Session, desk: Desk, row: Approach) -> str:
    """The code that was told before: with the key of then, if another took over in the middle of the call."""
    codes = [(key, _code(key, row)) for key in desk.index_keys]
    return next((code for key, code in codes if session.get(ReturnCode, _code_tag(key, code))), codes[0][1])


def _code_tag(index_key: bytes, code: str) -> str:
    return hmac.digest(index_key, f"dygnet return code tag v1|{code}".encode(), "sha256").hex()[:32]
