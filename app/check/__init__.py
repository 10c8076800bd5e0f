"""The preflight: settings, keys, database, programme, roster and carrier looked over before anybody needs them.

`house` is what `dygnet check` looks at every time; `carrier` is the longer look at what is set at the carrier, with
the documents to keep there, of `dygnet check --carrier`; `report` puts it into words.
"""

from __future__ import annotations

from datetime import datetime

from app.check import carrier
from app.check.house import findings
from app.check.report import Report
from app.db import Database
from app.errors import DygnetError
from app.settings import Settings

__all__ = ["Report", "findings", "looked_over"]


def looked_over(settings: Settings, db: Database, *, at: datetime, also_carrier: bool) -> Report:
    """Everything that is wrong or missing. A look at the carrier needs the keys and a programme."""
    report = Report()
    report.add(findings(settings, db, at=at))
    if also_carrier:
        try:
            carrier.look(settings, db, report)
        except DygnetError:
            report.by_hand.append("Everything: without keys and a programme nothing can be compared.")
    return report
