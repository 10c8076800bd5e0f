"""Which trees the log has: the one it began with, and one for each calendar year (UTC) that began since.

The first tree's origin is the line's own name, which its auditors and witnesses know; each later one's is that name and
its year. All are signed with the line's one key, under the tree's origin, as C2SP tlog-checkpoint asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditCheckpoint, AuditLeaf, AuditTree


class Tree(NamedTuple):
    """A tree, and where its leaves are among all of the log's."""

    number: int
    year: int | None
    """None for one that has no leaf yet, or none that a sequencer of this version has seen."""

    first: int
    """The place of its first leaf."""

    size: int | None = None
    """Its leaves; None for the present tree, which grows."""

    final_id: int | None = None
    """Its final checkpoint; None for the present tree."""

    def origin(self, line: str) -> str:
        """Its origin, on the line of that name."""
        return line if self.number == 1 else f"{line}/{self.year}"


class Leaf(NamedTuple):
    """A leaf as outsiders know it: its number in the tree of a year. `2026/5` where it is named."""

    year: int | None
    number: int

    def __str__(self) -> str:
        return f"{self.year}/{self.number}"


BEFORE_ANY = Tree(1, None, 0)
"""The present tree of a log in which nothing has been sequenced."""


def year_of(moment: datetime) -> int:
    """The calendar year in UTC."""
    return moment.astimezone(UTC).year


def present(session: Session) -> Tree:
    """The tree that grows."""
    columns = select(AuditTree.number, AuditTree.year, AuditTree.first)
    found = session.execute(columns.order_by(AuditTree.number.desc()).limit(1)).first()
    return Tree(*found) if found else BEFORE_ANY


def every(session: Session) -> Sequence[Tree]:
    """All of them, the oldest first."""
    rows = session.scalars(select(AuditTree).order_by(AuditTree.number)).all()
    closed = [
        Tree(row.number, row.year, row.first, later.first - row.first, later.before_id) for row, later in pairwise(rows)
    ]
    return [*closed, Tree(rows[-1].number, rows[-1].year, rows[-1].first)] if rows else [BEFORE_ANY]


def signed(session: Session) -> tuple[Sequence[Tree], AuditCheckpoint | None]:
    """The trees as they were when the latest checkpoint was signed, which is over the last of them, and that one.

    A year may turn between one look and the next: what began since is left out.
    """
    head = session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))
    found = every(session)
    if head is None or head.tree >= found[-1].number:
        return found, head
    *before, last = found[: head.tree]
    return [*before, Tree(last.number, last.year, last.first)], head


def final_before(session: Session) -> AuditCheckpoint | None:
    """The final checkpoint of the tree before the present one."""
    final = select(AuditCheckpoint).join(AuditTree, AuditTree.before_id == AuditCheckpoint.id)
    return session.scalar(final.order_by(AuditTree.number.desc()).limit(1))


def leaf_at(trees: Sequence[Tree], place: int) -> Leaf:
    """The leaf at a place, which is one of theirs."""
    tree = next(tree for tree in reversed(trees) if tree.first <= place)
    return Leaf(tree.year, place - tree.first)


def places(session: Session) -> int:
    """How many leaves there are in all of them."""
    last = session.scalar(select(func.max(AuditLeaf.leaf_index)))
    return 0 if last is None else last + 1
