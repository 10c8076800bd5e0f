"""What hangs on a key: rows that only it opens, finds or reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.facts import Grant
from app.cases.mailboxes import DuressReceipt, HandedReceipt
from app.cases.returning import Mailbox, ReturnCode
from app.keys.ages import SETTLES
from app.keys.generations import Generation
from app.keys.models import KeyRetirement
from app.notifications.proven import digest_of_box
from app.routing.handover_models import PackageBox
from app.staff.factor_models import CodeApp
from app.staff.models import Channel, Endpoint, EndpointKind
from app.staff.probes import Probe
from app.vault.envelope import PrivateKey
from app.vault.rotation import Boxes, Row, boxed, damaged, granted, left, sealed_ids


def _carry_proof(session: Session, row: Row, box: bytes) -> None:
    """A channel is known to be proved by the digest of its box: the same number in a new box stays proved."""
    before, now = digest_of_box(row.box), digest_of_box(box)
    session.execute(update(Probe).where(Probe.tag == before).values(tag=now))


BOXES: Final[Mapping[str, tuple[Boxes, ...]]] = {
    "rota": (granted(cast("Table", Grant.__table__)), boxed(cast("Table", PackageBox.__table__))),
    "duty": (
        boxed(cast("Table", Channel.__table__), carry=_carry_proof),
        boxed(cast("Table", Endpoint.__table__)),
        boxed(cast("Table", Probe.__table__)),
    ),
}
"""What is sealed to the keys of these kinds, and can be sealed anew."""

_KEYED: Final[tuple[tuple[type[Any], InstrumentedAttribute[datetime]], ...]] = (
    (Mailbox, Mailbox.made_at),
    (HandedReceipt, HandedReceipt.made_at),
    (DuressReceipt, DuressReceipt.made_at),
    (ReturnCode, ReturnCode.at),
    (CodeApp, CodeApp.sealed_at),
)
"""What is found by a tag that the index key makes from digits nobody here knows: it cannot be made anew. A row's moment
says which generation that was."""


def hanging_on(session: Session, key: Generation, *, until: datetime | None) -> Mapping[str, int]:
    """How many rows of each table hang on a key that was the current one `until` a moment; None: it still is."""
    if key.kind in BOXES:
        found = {boxes.table.name: left(session, boxes, key.key_id) for boxes in BOXES[key.kind]}
    elif key.kind == "index":
        found = {
            cast("Table", row.__table__).name: _count(session, row, *_between(moment, key.since, until))
            for row, moment in _KEYED
        }
    elif key.kind == "push":
        theirs = Endpoint.kind == EndpointKind.PUSH, Endpoint.over_at.is_(None)
        found = {"staff_endpoints": _count(session, Endpoint, *theirs, *_between(Endpoint.since, key.since, until))}
    else:
        found = {}
    return {table: count for table, count in found.items() if count}


def damaged_on(session: Session, key: PrivateKey, kind: str) -> Mapping[str, list[str]]:
    """The rows of each table that are sealed to a key and do not open with it: lost, whether it stays or not."""
    found = {boxes.table.name: damaged(session, boxes, key) for boxes in BOXES.get(kind, ())}
    return {table: ids for table, ids in found.items() if ids}


def left_behind(session: Session) -> Mapping[str, list[str]]:
    """The rows of each table that are sealed to a key which was destroyed: they did not open any more when it was."""
    over = session.scalars(select(KeyRetirement.key_id)).all()
    found = {boxes.table.name: sealed_ids(session, boxes, over) for kind in BOXES.values() for boxes in kind}
    return {table: ids for table, ids in found.items() if ids}


def _between(
    moment: InstrumentedAttribute[datetime], since: datetime, until: datetime | None
) -> list[ColumnElement[bool]]:
    """Of the first generation there may be rows that are older than what is known of the key."""
    return [moment <= until + SETTLES] if until else [moment > since]


def _count(session: Session, row: type[Any], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(row).where(*conditions)) or 0
