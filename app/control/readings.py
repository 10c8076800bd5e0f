"""What of the log is a reading: somebody saw, or had in hand, what is secret about a case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import NOT_STAFF
from app.audit.models import AuditEntry, AuditLeaf
from app.control.models import ControlReading
from app.control.rules import READS, SEARCH, STAFF_NUMBER

WATCHED: Final = READS | {SEARCH, STAFF_NUMBER}

_FITS: Final = 64  # characters of the columns; what the log calls cases and purposes is shorter

_COMPARED: Final = ("check_repeat", "number")
"""A number that the server compared with another, and showed to nobody (`console/same.py`)."""


def entries(session: Session, first: int, most: int) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The next leaves of the log from a place on, each with its entry; leaves have no gaps and change no more."""
    found = select(AuditLeaf.leaf_index, AuditEntry.body).join(AuditEntry, AuditEntry.id == AuditLeaf.entry_id)
    rows = session.execute(found.where(AuditLeaf.leaf_index >= first).order_by(AuditLeaf.leaf_index).limit(most))
    return [(leaf, json.loads(body)) for leaf, body in rows]


def among(found: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterator[ControlReading]:
    """Those of them that are readings by staff."""
    for leaf, entry in found:
        if _is_reading(entry):
            yield ControlReading(
                leaf=leaf,
                at=datetime.fromisoformat(entry["at"]),
                by=entry["actor"],
                action=entry["action"],
                about=entry["object"][:_FITS],
                because=entry["purpose"][:_FITS],
            )


def _is_reading(entry: Mapping[str, Any]) -> bool:
    compared = (entry["purpose"], entry["facts"].get("what")) == _COMPARED
    return entry["action"] in WATCHED and entry["actor"] not in NOT_STAFF and not compared
