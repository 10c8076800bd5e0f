"""A row as a line of JSON that any database of ours reads back, whichever it came from."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from app.db import Base
from app.errors import Misconfigured
from app.vault.sealed import Sealed

APART: Final = (
    *("case_grants", "staff_keys", "staff_rota_grants", "staff_former_holders"),
    *("recovery_keys", "recovery_copies", "recovery_drills"),
    *("key_generations", "key_replacements", "key_retirements"),
)
"""Tables whose rows open something, or say which key does: only their newest state is kept."""

NEVER: Final = frozenset(
    {
        *("edition", "engine_pulse", "staff_session_keys", "staff_session_proofs", "staff_half_sign_ins"),
        "staff_provider_visits",
        *("staff_challenges", "staff_duress_news", "staff_sessions", "case_mailbox_tickets", "staff_links"),
    }
)
"""Tables that mean something only to a running house: sessions, tickets, links, pulses."""

_BATCH: Final = 500


def tables(*, apart: bool) -> list[Table]:
    """Those of one file, each after what it refers to."""
    return [
        table for table in Base.metadata.sorted_tables if table.name not in NEVER and (table.name in APART) == apart
    ]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row, the oldest cases first, so that each is there before one that goes on from it."""
    first = [table.c.opened_at] if table.name == "cases" else []
    found = connection.execution_options(yield_per=_BATCH).execute(select(table).order_by(*first, *table.primary_key))
    for row in found:
        yield json.dumps([table.name, dict(zip(table.c.keys(), map(_plain, row), strict=True))]).encode()


def row_in(line: bytes) -> tuple[Table, dict[str, Any]]:
    """The row. Misconfigured for a table that this version does not know."""
    name, values = json.loads(line)
    if name not in Base.metadata.tables:
        raise Misconfigured(f"The backup holds a table that this version does not know: {name}")
    return Base.metadata.tables[name], {column: _meant(value) for column, value in values.items()}


def _plain(value: Any) -> Any:
    match value:
        case Sealed():
            return {"sealed": base64.b64encode(value.box).decode()}
        case bytes():
            return {"bytes": base64.b64encode(value).decode()}
        case datetime():
            return {"at": value.isoformat()}
        case list() | dict():
            return {"json": value}
        case _:
            return value


def _meant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "sealed":
        return Sealed(base64.b64decode(inner))
    if kind == "bytes":
        return base64.b64decode(inner)
    return datetime.fromisoformat(inner) if kind == "at" else inner


def names(found: Sequence[Table]) -> list[str]:
    """What they are called."""
    return [table.name for table in found]
