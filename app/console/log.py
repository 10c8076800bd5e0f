"""The log, for the auditor: the latest entries, whether the tree is what was signed, and how to take it away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.audit import sequencer, tree
from app.audit.log import record
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditUnsequenced
from app.audit.note import BadNote, Checkpoint, VerifierKey, open_note
from app.console.doors import LOG_ROLES, SignedIn, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite
from app.console.wording import meaning
from app.vault.keyring import Keyring
from app.web import Now

router = APIRouter(prefix="/console", dependencies=[Depends(from_our_pages)])

ON_A_PAGE: Final = 50
LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True)
class Entry:
    """One entry as the auditor reads it."""

    id: int
    leaf: int | None
    at: datetime
    actor: str
    role: str
    action: str
    meaning: str
    about: str
    because: str
    outcome: str
    details: list[str]


@dataclass(frozen=True)
class Tree:
    """How the log stands: its size, what waits for a place in it, and whether the last signature holds."""

    size: int
    waiting: int
    checkpoint: AuditCheckpoint | None
    holds: bool


@router.get("/log")
def show(
    site: ASite,
    now: Now,
    who: Annotated[SignedIn, only(*LOG_ROLES)],
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """The latest entries, or those before one."""
    with site.db.transaction() as session:
        record(session, at=now, by=who.alias, role=who.in_role(*LOG_ROLES), action="log.read")
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=now)
        entries = _entries(session, who.language, before=before)
        return paper.show("log", entries=entries, tree=_tree(session, site.keyring), older=_older(entries))


def _entries(session: Session, language: str, *, before: int | None) -> list[Entry]:
    found = select(AuditEntry, AuditLeaf.leaf_index).outerjoin(AuditLeaf, AuditLeaf.entry_id == AuditEntry.id)
    if before is not None:
        found = found.where(AuditEntry.id < before)
    rows = session.execute(found.order_by(AuditEntry.id.desc()).limit(ON_A_PAGE)).all()
    return [_entry(entry, leaf, language) for entry, leaf in rows]


def _entry(entry: AuditEntry, leaf: int | None, language: str) -> Entry:
    body = json.loads(entry.body)
    return Entry(
        id=entry.id,
        leaf=leaf,
        at=entry.at,
        actor=body["actor"],
        role=body["role"],
        action=body["action"],
        meaning=meaning(language, body["action"]),
        about=body["object"],
        because=body["purpose"],
        outcome=body["result"],
        details=[f"{name}={value}" for name, value in body["facts"].items()],
    )


def _older(entries: list[Entry]) -> int | None:
    """The entry to go on before, when there may be more."""
    return entries[-1].id if len(entries) == ON_A_PAGE else None


def _tree(session: Session, keyring: Keyring) -> Tree:
    latest = sequencer.latest_checkpoint(session)
    return Tree(
        size=sequencer.tree_size(session),
        waiting=session.scalar(select(func.count()).select_from(AuditUnsequenced)) or 0,
        checkpoint=latest,
        holds=latest is not None and _holds(session, latest, keyring),
    )


def _holds(session: Session, latest: AuditCheckpoint, keyring: Keyring) -> bool:
    """Whether our key signed the checkpoint and the stored tree still begins with what it says.

    A glance, not a verification: that is made offline, on an export, by somebody who need not trust this page.
    """
    try:
        origin = Checkpoint.parse(latest.note.partition("\n\n")[0] + "\n").origin
        keys = [VerifierKey(origin, public.public_bytes_raw()) for public in keyring.log_publics]
        signed = Checkpoint.parse(open_note(latest.note, keys))
        return tree.range_root(sequencer.stored_subtrees(session), 0, signed.size) == signed.root
    except (BadNote, sequencer.LogDamaged):
        return False
