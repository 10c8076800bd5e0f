"""What was published, for a period: nothing here looks at a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.statistics.figures import Between, over, reached_by, share
from app.statistics.models import CountedMonth, Edition
from app.statistics.months import months_in
from app.statistics.suppression import Table
from app.statistics.tables import KINDS, Kind, in_order

HALF, NINE_IN_TEN = Fraction(1, 2), Fraction(9, 10)


@dataclass(frozen=True)
class Line:
    """A group over a period: how many, and which share of the whole, as far as it may be said."""

    group: str
    number: Between
    share: tuple[Fraction, Fraction] | None


@dataclass(frozen=True)
class Report:
    """One table over a period: the spans of it that end there, each in its latest edition."""

    kind: Kind
    editions: Sequence[Edition]

    @property
    def tables(self) -> list[Table]:
        """What each of them tells."""
        return [edition.table for edition in self.editions]

    @property
    def groups(self) -> Sequence[str]:
        """The table's groups in their order; the districts are those that any of these spans has."""
        return self.kind.groups or in_order({cell.group for table in self.tables for cell in table.cells})

    @property
    def total(self) -> Between:
        """How many requests they tell of."""
        return over(self.tables, self.groups)

    @property
    def lines(self) -> list[Line]:
        """Every group, in the table's order."""
        numbers = [(group, over(self.tables, (group,))) for group in self.groups]
        return [Line(group, number, share(number, self.total)) for group, number in numbers]

    @property
    def in_time(self) -> tuple[Fraction, Fraction] | None:
        """Of those who could be reached, the share that was, in time."""
        return share(over(self.tables, self.kind.bands), self._behind_whom_somebody_is) if self.kind.bands else None

    @property
    def half_by(self) -> str | None:
        """The band by whose end half of those who could be reached were."""
        return reached_by(self.tables, self.kind.bands, self._behind_whom_somebody_is, HALF)

    @property
    def nine_in_ten_by(self) -> str | None:
        """The band by whose end nine in ten of them were."""
        return reached_by(self.tables, self.kind.bands, self._behind_whom_somebody_is, NINE_IN_TEN)

    @property
    def _behind_whom_somebody_is(self) -> Between:
        return over(self.tables, [group for group in self.kind.groups if group != "nobody"])


def report(session: Session, name: str, period: str) -> Report:
    """One table over a period. KeyError for no such table, BadInput for no such period."""
    first, last = months_in(period)
    found = session.scalars(
        select(Edition)
        .where(Edition.table_name == name, Edition.until.between(first, last))
        .order_by(Edition.since, Edition.number)
    )
    latest = {edition.since: edition for edition in found}
    return Report(KINDS[name], list(latest.values()))


def reports(session: Session, period: str) -> list[Report]:
    """Every table over a period."""
    return [report(session, name, period) for name in KINDS]


def periods(session: Session) -> list[str]:
    """The years and months in which something was published that ends there, the latest first."""
    months = session.scalars(select(Edition.until).distinct()).all()
    years = {month[:4] for month in months}
    return sorted(years, reverse=True) + sorted(months, reverse=True)


def counted_until(session: Session) -> str | None:
    """The last month that was counted, told of or not."""
    return session.scalar(select(func.max(CountedMonth.month)))
