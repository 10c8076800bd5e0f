"""The beginning of a case: one row, and a clock that runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import rows
from app.cases.first_contact import due_at
from app.cases.models import Case
from app.db import new_id


def open_case(
    session: Session,
    *,
    at: datetime,
    within: timedelta,
    key_id: str,
    public_key: bytes,
    reference: str,
    case_id: str = "",
    pseudonym: str = "",
) -> Case:
    """A new case whose clock starts `at`, the moment of the first approach; its key may be bound to its id, and what
    the log calls it may be chosen.

    The `reference` is one that nobody else has or is about to have (`references.py`).
    """
    case = rows.write(
        session,
        Case,
        id=case_id or new_id(),
        reference=reference,
        opened_at=at,
        due_at=due_at(at, within=within),
        key_id=key_id,
        public_key=public_key,
        **({"pseudonym": pseudonym} if pseudonym else {}),
    )
    set_committed_value(case, "danger", None)  # nobody has to look
    set_committed_value(case, "doubt", None)
    set_committed_value(case, "permissions", [])
    case.log("case.opened", by="engine" if case.is_canary else "caller", at=at, due_at=case.due_at.isoformat())
    return case
