"""The mailbox: who holds a receipt sees how things stand, and leaves no more than that they looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import mailboxes_at
from app.cases.returning import Mailbox
from app.db import Database
from app.intake.reception import Desk
from app.vault.receipts import Door, Receipt, Verifier, knock, locator


@dataclass(frozen=True)
class Letter:
    """What the person may know: when we received them, and whether somebody has taken it in hand."""

    received_at: datetime
    taken: bool
    reached: bool


def look(db: Database, desk: Desk, receipt: Receipt, *, at: datetime) -> Letter | None:
    """How things stand for the holder of this receipt, or None. A miss takes as long as a hit.

    The slow comparison is done outside any transaction; what was found is noted in the log before it is told.
    """
    with db.reading() as session:
        found = mailboxes_at(session, locator(desk.index_key, receipt))
    opened = knock(receipt, [Door(Verifier(box.verifier), box.salt) for box in found])
    with db.transaction() as session:
        if opened is None:
            record(session, at=at, by="caller", action="mailbox.failed", outcome="refused")
            return None
        case = session.get_one(Case, found[opened[0]].case_id)
        case.log("mailbox.read", by="caller", at=at)
        return _letter(found[opened[0]], case)


def _letter(mailbox: Mailbox, case: Case) -> Letter:
    return Letter(
        received_at=mailbox.made_at,
        taken=case.hold is not None,
        reached=case.first_contact is not None,
    )
