"""From an old key to the new one: what was sealed to the one is sealed to the other, a batch at a time.

A batch is read, opened and sealed again with no transaction open, and written in one. A row is written only if it is
still as it was read: what was forgotten meanwhile stays forgotten, and two who do this at once do no harm. Nothing but
the batch is in memory, and whoever stops in the middle has lost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Table, bindparam, func, select, type_coerce, update
from sqlalchemy.orm import Session

from app.db import Database
from app.vault.envelope import Binding, CannotOpen, PrivateKey, PublicKey, open_box, seal
from app.vault.grants import regrant
from app.vault.sealed import Sealed
from app.vault.wiping import wipe

BATCH: Final = 250
"""Rows in one transaction: writers of the line wait for one at most some milliseconds."""

_HEADER: Final = 2  # of a box: version, and the length of the key's id that follows


@dataclass(frozen=True)
class Row:
    """A sealed row: its id, and its box."""

    id: str
    box: bytes


Reseal = Callable[[Row, PrivateKey, PublicKey], bytes]
Carry = Callable[[Session, Row, bytes], None]


@dataclass(frozen=True)
class Boxes:
    """A table with boxes in it. `reader` is the column that names the key, where there is one; else the box does.

    `carry` brings along what hangs on the box's very bytes, in the same transaction.
    """

    table: Table
    id: Column[str]
    box: Column[Sealed]
    reseal: Reseal
    reader: Column[str] | None = None
    carry: Carry | None = None

    def sealed_to(self, key_id: str) -> Any:
        """The condition that a row is sealed to this key."""
        if self.reader is not None:
            return self.reader == key_id
        name = key_id.encode()
        return func.substr(type_coerce(self.box, LargeBinary), _HEADER + 1, len(name)) == name


@dataclass(frozen=True)
class Batch:
    """What became of some rows: how many were sealed anew, how many do not open, and where to go on."""

    done: int
    damaged: int
    last: str | None


def boxed(table: Table, *, carry: Carry | None = None) -> Boxes:
    """A table whose boxes are bound to its name, the column `box` and the row's id, and belong to no case."""

    def reseal(row: Row, old: PrivateKey, new: PublicKey) -> bytes:
        place = Binding(table=table.name, column="box", row=row.id, case="")
        opened = open_box(row.box, old, binding=place)
        try:
            return seal(opened, new, binding=place)
        finally:
            wipe(opened)

    return Boxes(table, table.c.id, table.c.box, reseal, carry=carry)


def granted(table: Table) -> Boxes:
    """A table of grants: of each case, its key, sealed to a reader."""

    def reseal(row: Row, old: PrivateKey, new: PublicKey) -> bytes:
        return regrant(row.box, old, new, case=row.id)

    return Boxes(table, table.c.case_id, table.c.box, reseal, reader=table.c.reader)


def left(session: Session, boxes: Boxes, key_id: str) -> int:
    """How many rows are sealed to this key."""
    return session.scalar(select(func.count()).select_from(boxes.table).where(boxes.sealed_to(key_id))) or 0


def sealed_ids(session: Session, boxes: Boxes, key_ids: Sequence[str]) -> list[str]:
    """The ids of the rows that are sealed to one of these keys."""
    return [row.id for key_id in key_ids for row in _next(session, boxes, key_id, None, None)]


def damaged(session: Session, boxes: Boxes, old: PrivateKey) -> list[str]:
    """The ids of the rows that are sealed to this key and do not open with it. Nothing is written."""
    rows = _next(session, boxes, old.key_id, None, None)
    return [row.id for row in rows if _resealed(boxes, row, old, old.public) is None]


def reseal_some(
    db: Database, boxes: Boxes, old: PrivateKey, new: PublicKey, *, after: str | None = None, most: int = BATCH
) -> Batch:
    """Seal the next rows anew, those whose id comes `after` another. Nothing is left when `last` is None.

    A row that does not open is left as it is, and counted.
    """
    with db.reading() as session:
        rows = _next(session, boxes, old.key_id, after, most)
    fresh = [(row, box) for row in rows if (box := _resealed(boxes, row, old, new))]
    if fresh:
        with db.transaction() as session:
            _write(session, boxes, fresh, new)
    return Batch(len(fresh), len(rows) - len(fresh), rows[-1].id if len(rows) == most else None)


def reseal_all(db: Database, boxes: Boxes, old: PrivateKey, new: PublicKey) -> Iterator[Batch]:
    """Batch after batch, until nothing is left that opens."""
    after: str | None = None
    while True:
        batch = reseal_some(db, boxes, old, new, after=after)
        yield batch
        if batch.last is None:
            return
        after = batch.last


def _next(session: Session, boxes: Boxes, old: str, after: str | None, most: int | None) -> list[Row]:
    wanted = select(boxes.id, type_coerce(boxes.box, LargeBinary)).where(boxes.sealed_to(old))
    if after is not None:
        wanted = wanted.where(boxes.id > after)
    return [Row(row_id, bytes(box)) for row_id, box in session.execute(wanted.order_by(boxes.id).limit(most))]


def _resealed(boxes: Boxes, row: Row, old: PrivateKey, new: PublicKey) -> bytes | None:
    try:
        return boxes.reseal(row, old, new)
    except CannotOpen:
        return None


def _write(session: Session, boxes: Boxes, fresh: list[tuple[Row, bytes]], new: PublicKey) -> None:
    as_it_was = type_coerce(boxes.box, LargeBinary) == bindparam("was", type_=LargeBinary)
    values: dict[str, Any] = {boxes.box.name: bindparam("is_now", type_=LargeBinary)}
    if boxes.reader is not None:
        values[boxes.reader.name] = new.key_id
    write = update(boxes.table).where(boxes.id == bindparam("row"), as_it_was).values(values)
    connection: Connection = session.connection()
    connection.execute(write, [{"row": row.id, "was": row.box, "is_now": box} for row, box in fresh])
    if boxes.carry:
        for row, box in fresh:
            boxes.carry(session, row, box)
