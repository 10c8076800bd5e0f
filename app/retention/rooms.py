"""Every room whose tables belong to a case, brought in, so that what is forgotten is forgotten in all of them.

A process that has not heard of a table would leave a forgotten person's rows in it. So the list is held against the
database itself before anything is destroyed.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import inspect
from sqlalchemy.orm import Session

import app.cases.apart
import app.cases.bridges
import app.cases.doubts
import app.cases.entries
import app.cases.exclusions
import app.cases.letters
import app.cases.links
import app.cases.mailboxes
import app.cases.notes
import app.cases.partings
import app.cases.texts
import app.escalation.models
import app.notifications.models
import app.routing.advice
import app.routing.children
import app.routing.consents
import app.routing.disclosures
import app.routing.follow_up
import app.routing.handover_models
import app.routing.incident_models
import app.routing.to_dos  # noqa: F401 - all of these for their tables
from app.db import Base
from app.errors import Misconfigured

_CASES: Final = "cases"


def insist_on_all(session: Session) -> None:
    """Misconfigured when a table of the database hangs on a case, and this process does not know it."""
    looked = inspect(session.connection())
    known = Base.metadata.tables.keys()
    refers = {
        name: {key["referred_table"] for key in looked.get_foreign_keys(name)}
        for name in set(looked.get_table_names()) - known
    }
    ours = _hanging()
    hang = {name for name, parents in refers.items() if parents & ours}
    if hang:
        raise Misconfigured(f"Nothing is forgotten: this process does not know the tables {', '.join(sorted(hang))}")


def _hanging() -> set[str]:
    """The tables that we know of and that hang on a case, however far away."""
    found = {_CASES}
    for table in Base.metadata.sorted_tables:
        if any(key.column.table.name in found for key in table.foreign_keys):
            found.add(table.name)
    return found
