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
    came_at: datetime | None = None,
    by: str = "",
) -> Case:
    """A new case whose clock starts `at`, the moment of the first approach; its key may be bound to its id, and what
    the log calls it may be chosen.

    What came earlier and is only entered now counts from when it came; the log has the moment of entering.

    The `reference` is one that nobody else has or is about to have (`references.py`).
    """
    began = came_at or at
    case = rows.write(
        session,
        Case,
        id=case_id or new_id(),
        reference=reference,
        opened_at=began,
        due_at=due_at(began, within=within),
        key_id=key_id,
        public_key=public_key,
        **({"pseudonym": pseudonym} if pseudonym else {}),
    )
    set_committed_value(case, "danger", None)  # nobody has to look
    set_committed_value(case, "doubt", None)
    set_committed_value(case, "permissions", [])
    by = by or ("engine" if case.is_canary else "caller")
    case.log("case.opened", by=by, at=at, due_at=case.due_at.isoformat())
    return case
