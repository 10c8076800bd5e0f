"""What a caller tells us after the first words: who they are, a language, a number, when it is safe; or a code.

Each is kept at once. Telling the same thing twice changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases import contents, queries
from app.cases.facts import Approach, Content
from app.cases.permissions import Hours
from app.cases.returning import ReturnCode
from app.intake.reception import Desk, permit

CODE_DIGITS = 8


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


def tell_callback(
    session: Session, desk: Desk, approach_id: str, *, wish: str, hours: Hours, kind: str | None, at: datetime
) -> str:
    """The caller's last word: whether, how and when contact is safe. `kind` names which number it is about.

    Returns the code with which they can come back, eight digits. A call has one last word: told again, it changes
    nothing, whatever has been said since, and gets the same code.
    """
    row = session.get_one(Approach, approach_id)
    case = queries.going_on(session, row.case_id)
    digest = hmac.digest(desk.index_key, f"dygnet return code v1|{row.source}".encode(), "sha256")
    code = f"{int.from_bytes(digest, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
    tag = _code_tag(desk, code)
    if session.get(ReturnCode, tag) is None:
        session.add(ReturnCode(tag=tag, case_id=case.id, at=at))
        about = contents.latest(session, row, kind) if kind else None
        permit(case, wish, hours, content_id=about.id if about else None, at=at)
    return code


def come_back(session: Session, desk: Desk, approach_id: str, code: str, *, at: datetime) -> bool:
    """A caller keys a code from an earlier call: this case goes on as part of that one. False for an unknown code.

    An older case that is over is not woken: the new one, with its own clock, continues it.
    """
    row = session.get_one(Approach, approach_id)
    case = queries.locked(session, row.case_id)
    found = queries.with_return_code(session, _code_tag(desk, code))
    if found is None or case.join:
        return found is not None
    older = queries.going_on(session, found.id)
    if older.id == case.id:
        return True
    if older.awaits_contact and older.opened_at <= case.opened_at:
        case.join_into(older, by="caller", at=at)
    elif case.continues_id is None:
        case.continues_id = older.id
        case.log("case.reopened", by="caller", at=at, continues=older.pseudonym)
    return True


def _code_tag(desk: Desk, code: str) -> str:
    return hmac.digest(desk.index_key, f"dygnet return code tag v1|{code}".encode(), "sha256").hex()[:32]
