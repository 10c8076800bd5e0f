"""Months that were counted, what was counted and waits to be told, and every table that was published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.facts import one_of
from app.db import Base, Id, Ref
from app.statistics.suppression import Cell, Mark, Table


class CountedMonth(Base):
    """A month's requests were counted, once, when it was over and settled."""

    __tablename__ = "statistics_months"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))


class Waiting(Base):
    """How many of a month's requests are in one group of one table: kept until the table tells of that month, and
    shown to nobody. So a late fact cannot come between two tables that must agree."""

    __tablename__ = "statistics_waiting"

    month: Mapped[str] = mapped_column(ForeignKey("statistics_months.month"), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(24), primary_key=True)
    group: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int]


class ToOpen(Base):
    """What was said in so many requests of a counted month is sealed, and nobody has opened it for the figures yet."""

    __tablename__ = "statistics_to_open"

    month: Mapped[str] = mapped_column(ForeignKey("statistics_months.month"), primary_key=True)
    requests: Mapped[int]
    soon: Mapped[int]


class Unopened(Base):
    """One of them, and whether contact came within six hours, as it was counted. Gone once opened, or forgotten."""

    __tablename__ = "statistics_unopened"

    month: Mapped[str] = mapped_column(ForeignKey("statistics_to_open.month"), primary_key=True)
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)
    soon: Mapped[bool]


class Edition(Base):
    """A table as it was published of one span of months: by whom, when, and with which threshold. Never changed."""

    __tablename__ = "statistics_editions"
    __table_args__ = (UniqueConstraint("table_name", "since", "number"),)

    id: Mapped[Id]
    table_name: Mapped[str] = mapped_column(String(24))
    since: Mapped[str] = mapped_column(String(7))
    until: Mapped[str] = mapped_column(String(7), index=True)
    number: Mapped[int]
    total: Mapped[int]
    threshold: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))

    cells: Mapped[list[EditionCell]] = relationship(order_by="EditionCell.place", lazy="selectin")

    @property
    def table(self) -> Table:
        """What it tells."""
        cells = tuple(Cell(cell.group, Mark(cell.mark), cell.count) for cell in self.cells)
        return Table(self.total, cells, self.threshold)


class EditionCell(Base):
    """What an edition says of one group."""

    __tablename__ = "statistics_cells"
    __table_args__ = (
        CheckConstraint(one_of("mark", tuple(Mark)), name="mark"),
        CheckConstraint("(mark = 'shown') = (count IS NOT NULL)", name="only_what_is_shown_has_a_number"),
    )

    edition_id: Mapped[Ref] = mapped_column(ForeignKey("statistics_editions.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group: Mapped[str] = mapped_column(String(24))
    mark: Mapped[str] = mapped_column(String(8))
    count: Mapped[int | None]
