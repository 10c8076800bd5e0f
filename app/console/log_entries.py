"""What the auditor's page says of the log: entries in words, and whether the stored tree is what was signed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import sequencer, tree, trees
from app.audit.lateness import Moments, late, moments
from app.audit.models import AuditCheckpoint, AuditEntry, AuditLeaf, AuditUnsequenced
from app.audit.note import BadNote, Checkpoint, VerifierKey, open_note
from app.audit.selection import Selection
from app.audit.trees import Leaf
from app.console.wording import meaning
from app.vault.keyring import Keyring

ON_A_PAGE: Final = 50


@dataclass(frozen=True)
class Entry:
    """One entry as the auditor reads it."""

    id: int
    leaf: Leaf | None
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
    """How the log stands: its size, what waits for a place in it, whether the last signature holds, what is late."""

    size: int
    waiting: int
    checkpoint: AuditCheckpoint | None
    holds: bool
    moments: Moments
    late: list[str]


def entries(session: Session, language: str, selection: Selection, *, before: int | None) -> list[Entry]:
    """A page of those that are asked for, the latest first, before the entry of this id."""
    found = select(AuditEntry, AuditLeaf.leaf_index).outerjoin(AuditLeaf, AuditLeaf.entry_id == AuditEntry.id)
    found = selection.narrow(found, session).order_by(AuditEntry.id.desc())
    if before is not None:
        found = found.where(AuditEntry.id < before)
    page, years = list[Entry](), trees.every(session)
    with session.execute(found.execution_options(yield_per=ON_A_PAGE)) as rows:
        for entry, place in rows:
            if selection.fits(entry.body):
                page.append(_entry(entry, None if place is None else trees.leaf_at(years, place), language))
            if len(page) == ON_A_PAGE:
                break
    return page


def _entry(entry: AuditEntry, leaf: Leaf | None, language: str) -> Entry:
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


def older(page: list[Entry]) -> int | None:
    """The entry to go on before, when there may be more."""
    return page[-1].id if len(page) == ON_A_PAGE else None


def how_it_stands(session: Session, keyring: Keyring, *, at: datetime, speed: float) -> Tree:
    """The box at the top of the page."""
    latest = sequencer.latest_checkpoint(session)
    return Tree(
        size=sequencer.tree_size(session),
        waiting=session.scalar(select(func.count()).select_from(AuditUnsequenced)) or 0,
        checkpoint=latest,
        holds=latest is not None and _holds(session, latest, keyring),
        moments=moments(session),
        late=late(session, at=at, speed=speed),
    )


def verifier_keys(latest: AuditCheckpoint, keyring: Keyring, *, given: bool = False) -> list[VerifierKey]:
    """Our public keys, under the origin of the tree that was signed; as they are given to auditors, under the line's
    name, with `given`."""
    name = Checkpoint.parse(latest.note.partition("\n\n")[0] + "\n").origin
    if given and latest.tree > 1:
        name = name.rpartition("/")[0]  # behind it stands the year
    return [VerifierKey(name, public.public_bytes_raw()) for public in keyring.log_publics]


def _holds(session: Session, latest: AuditCheckpoint, keyring: Keyring) -> bool:
    """Whether our key signed the checkpoint and the stored tree still begins with what it says.

    A glance, not a verification: that is made offline, on an export, by somebody who need not trust this page.
    """
    try:
        signed = Checkpoint.parse(open_note(latest.note, verifier_keys(latest, keyring)))
        return tree.range_root(sequencer.stored_subtrees(session, latest.tree), 0, signed.size) == signed.root
    except (BadNote, sequencer.LogDamaged):
        return False
