"""Ten codes for the day the telephone is lost: shown once, kept as digests, each good once."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.audit.log import record
from app.staff.factor_models import RecoveryCode
from app.staff.models import Person

HOW_MANY: Final = 10
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing in it is read for something else. Twenty-four of them are 120 bits: a plain hash of them
is not guessed back."""

_READ_AS: Final = str.maketrans("oil", "011")
_GROUPS, _GROUP = 6, 4


def make(session: Session, person: Person, *, at: datetime) -> Sequence[str]:
    """Ten new codes, in groups of four; the earlier ones are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [_new() for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(id=_digest(person.id, code), person_id=person.id, made_at=at) for code in codes)
    record(session, at=at, by=person.alias, action="staff.codes_made", about=f"person:{person.alias}")
    return codes


def left(session: Session, person_id: str) -> int:
    """How many are unused."""
    unused = RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def uses(session: Session, person: Person, typed: str, *, at: datetime) -> bool:
    """Whether it is one that nobody used; from now on it was. Of two at once one is refused."""
    mine = RecoveryCode.id == _digest(person.id, typed), RecoveryCode.used_at.is_(None)
    used: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(RecoveryCode).where(*mine, RecoveryCode.person_id == person.id).values(used_at=at)
    )
    if used.rowcount != 1:
        return False
    record(session, at=at, by=person.alias, action="staff.code_used", about=f"person:{person.alias}")
    return True


def _new() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _digest(person_id: str, code: str) -> str:
    """However it is typed: capitals, blanks and hyphens do not matter, nor an O for a nought."""
    letters = re.sub(r"[^0-9a-z]", "", code.lower()).translate(_READ_AS)
    return hashlib.sha256(f"dygnet recovery code v1|{person_id}|{letters}".encode()).hexdigest()
