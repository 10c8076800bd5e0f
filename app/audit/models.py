"""The log's tables. Only the queue and the tiles of the present year ever change; triggers refuse anything else.

An entry is written once, in the deed's own transaction, and never updated: its place in the tree
stands in another row, written later by the sequencer. Each calendar year has a tree of its own (`trees.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

BIGGEST_ENTRY = 65_535
"""Bytes; tlog-tiles gives an entry's length two bytes."""

THE_FIRST: Final = text("1")
"""The number of the tree that the log had before there was one for each year: it keeps its origin, the line's name."""

_BIG = BigInteger().with_variant(Integer, "sqlite")


class AuditEntry(Base):
    """One deed, as RFC 8785 canonical JSON in `body`; those very bytes are what the tree is made of."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint(f"length(body) <= {BIGGEST_ENTRY}", name="body_fits_a_bundle"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)

    queued: Mapped[AuditUnsequenced | None] = relationship(uselist=False)


class AuditUnsequenced(Base):
    """The queue: an entry that has no leaf yet.

    Ids are handed out before they are committed, so entry 41 may appear after entry 42 has its leaf; a
    high-water mark would lose it, and a search for entries without leaves slows as the log grows. A row
    here appears with its entry and goes when the leaf is made: late ones are seen, and the queue stays short.
    """

    __tablename__ = "audit_unsequenced"

    entry_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_entries.id"), primary_key=True, autoincrement=False)


class AuditTree(Base):
    """A tree of the log: the first it had, and one for each year that began since. The highest number is the present.

    Never changed: that a tree is closed follows from there being a next one, which names its final checkpoint.
    """

    __tablename__ = "audit_trees"
    __table_args__ = (CheckConstraint("(number = 1) = (before_id IS NULL)", name="only_the_first_has_none_before"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(unique=True)
    """The calendar year in UTC whose end closes it; from the second on also part of its origin."""

    first: Mapped[int] = mapped_column(_BIG, unique=True)
    """The place of its first leaf."""

    before_id: Mapped[int | None] = mapped_column(_BIG, ForeignKey("audit_checkpoints.id"), unique=True)
    """The final checkpoint of the tree before."""

    at: Mapped[datetime]


class AuditLeaf(Base):
    """An entry's place in the log: `leaf_hash` = SHA-256(0x00 || body).

    Places count on from tree to tree, so that whoever remembers one knows what came after it. A leaf's number in its
    own tree, by which outsiders know it, is its place less that of the tree's first leaf (`trees.py`).
    """

    __tablename__ = "audit_leaves"
    __table_args__ = (CheckConstraint("length(leaf_hash) = 32", name="leaf_hash_is_sha256"),)

    leaf_index: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    """Its place."""

    entry_id: Mapped[int] = mapped_column(_BIG, ForeignKey("audit_entries.id"), unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    sequenced_at: Mapped[datetime]


class AuditTile(Base):
    """A tlog-tiles tile: up to 256 hashes of one level. The rightmost of each level grows until it is full.

    Those of a closed tree change no more.
    """

    __tablename__ = "audit_tiles"
    __table_args__ = (CheckConstraint("width BETWEEN 1 AND 256", name="width_is_1_to_256"),)

    tree: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1, server_default=THE_FIRST)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    idx: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    width: Mapped[int]
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    """A signed statement of a tree's size and root, under the tree's origin. Every one is kept, for ever."""

    __tablename__ = "audit_checkpoints"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=True)
    size: Mapped[int] = mapped_column(_BIG, index=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    tree: Mapped[int] = mapped_column(default=1, server_default=THE_FIRST)


# whoever fills an empty database does it in the order of what refers to what: a tree that there is closes those before
AuditTree.__table__.add_is_dependent_on(AuditTile.__table__)  # type: ignore[attr-defined]


class AuditHandover(Base):
    """A new key took over the log's signature: what both keys signed (`handovers.py`). The entry in the log holds its
    digest, so that one taken away or put in is noticed."""

    __tablename__ = "audit_handovers"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    generation: Mapped[int] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
