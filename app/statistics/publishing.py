"""Each table is published once for each span of months, and stays as it was. A correction is a new edition.

A month is counted in full for every table at the same moment, and what was counted waits until there is enough of it.
So tables that share requests agree, and a late fact makes no difference between two of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database, one_at_a_time
from app.errors import BadInput
from app.programme.apply import current
from app.statistics.counted import LAST_COUNTED, count_month, to_count
from app.statistics.counting import count
from app.statistics.models import Edition, EditionCell, Waiting
from app.statistics.months import Span, after, spans
from app.statistics.suppression import Mark, Table, may_replace, suppressed
from app.statistics.tables import KINDS, REQUESTS, Kind, in_order, parts_of, whole


def publish_month_by_month(db: Database, *, by: str, at: datetime, role: str = "") -> None:
    """Publish whatever is ready, each month in a transaction of its own, so that nobody on the line waits for all."""
    before = None
    while True:
        with db.transaction() as session:
            publish(session, by=by, at=at, role=role, months=1)
            last = session.scalar(LAST_COUNTED)
        if last == before:
            return
        before = last


def publish(session: Session, *, by: str, at: datetime, role: str = "", months: int | None = None) -> list[Edition]:
    """Publish whatever is ready; returns it. Nothing that was published before is touched.

    `months`: how many are counted at most; None for all that are over.
    """
    one_at_a_time(session, "statistics")
    programme = current(session)
    threshold = programme.statistics.threshold
    for month in islice(to_count(session, programme.zone, at), months):
        count_month(session, month, programme.zone, by=by, at=at)
    made = [_tell(session, REQUESTS, span, threshold, by=by, at=at) for span in _told_next(session, threshold)]
    for kind in whole():
        for span in _ready(session, kind, threshold):
            made += _with_its_parts(session, kind, span, threshold, by=by, at=at)
    record(session, at=at, by=by, role=role, action="statistics.published", tables=len(made))
    return made


def correct(session: Session, name: str, since: str, *, by: str, at: datetime, role: str = "") -> Edition | None:
    """Count a published span anew and publish a new edition. None when what was published stands: because nothing
    changed, or because the difference is a matter of so few that it would tell of them. Which of the two is not said.

    BadInput when no such table was published.
    """
    one_at_a_time(session, "statistics")
    kind, earlier = KINDS.get(name), _editions(session, name, since)
    if kind is None or not earlier:
        raise BadInput(f"no table {name} was published of a span that begins in {since}")
    if kind.is_sealed:
        raise BadInput(f"{name} is counted once, by somebody who may open what was said, and never anew")
    counted = count(session, kind, _months(earlier[-1].since, earlier[-1].until), current(session).zone)
    new = _instead(kind, counted, [edition.table for edition in earlier])
    result = "done" if new else "stands"
    record(session, at=at, by=by, role=role, action="statistics.corrected", outcome=result, table=name, since=since)
    if new is None:
        return None
    return _edition(session, name, Span(since, earlier[-1].until, new.total), new, by=by, at=at)


def _instead(kind: Kind, counted: Mapping[str, int], earlier: Sequence[Table]) -> Table | None:
    """The table to publish instead, if one may be."""
    threshold = earlier[-1].threshold
    if sum(counted.values()) < threshold:
        return None
    new = suppressed(counted, threshold=threshold)
    return new if new != earlier[-1] and may_replace(new, earlier, sums=kind.sums) else None


def _told_next(session: Session, threshold: int) -> list[Span]:
    waiting = session.execute(
        select(Waiting.month, Waiting.count).where(Waiting.table_name == REQUESTS.name).order_by(Waiting.month)
    )
    return spans((Span(month, month, number) for month, number in waiting), at_least=threshold)


def _ready(session: Session, kind: Kind, threshold: int) -> list[Span]:
    """Spans of this table that hold enough, made of whole spans of which it is known how many requests there were."""
    last = session.scalar(select(func.max(Edition.until)).where(Edition.table_name == kind.name)) or ""
    has = set(session.scalars(select(Waiting.month).where(Waiting.table_name == kind.name)))
    totals = session.scalars(
        select(Edition)
        .where(Edition.table_name == REQUESTS.name, Edition.number == 1, Edition.since > last)
        .order_by(Edition.since)
    )
    known = (Span(each.since, each.until, each.total) for each in totals)
    whole_ones = (span for span in known if has.issuperset(_months(span.since, span.until)))
    return spans(whole_ones, at_least=max(kind.at_least, threshold))


def _with_its_parts(
    session: Session, kind: Kind, span: Span, threshold: int, *, by: str, at: datetime
) -> Iterator[Edition]:
    """The table of a span, and what divides a group of it, where that group's number is shown."""
    if not _may_be_told(session, kind, span, threshold):
        _forget(session, kind, span)
        return
    whole_one = _tell(session, kind, span, threshold, by=by, at=at)
    yield whole_one
    for part in parts_of(kind.name):
        cell = whole_one.table.cell(part.within[1] if part.within else "")
        if cell.mark is Mark.SHOWN and _may_be_told(session, part, span, threshold):
            yield _tell(session, part, span, threshold, by=by, at=at)
        _forget(session, part, span)


def _may_be_told(session: Session, kind: Kind, span: Span, threshold: int) -> bool:
    """Whether no group of a crossing is few, and each sum that follows from it was told in every edition."""
    if not kind.crosses:
        return True
    if min(_waiting(session, kind, span).values()) < threshold:
        return False
    beside = [(_editions(session, name, span.since), group) for name, group in kind.beside]
    return all(editions and all(_tells(edition, span, group) for edition in editions) for editions, group in beside)


def _tells(edition: Edition, span: Span, group: str) -> bool:
    return edition.until == span.until and edition.table.cell(group).mark is Mark.SHOWN


def _tell(session: Session, kind: Kind, span: Span, threshold: int, *, by: str, at: datetime) -> Edition:
    """Publish what waits; it waits no longer."""
    table = suppressed(_waiting(session, kind, span), threshold=threshold)
    _forget(session, kind, span)
    return _edition(session, kind.name, Span(span.since, span.until, table.total), table, by=by, at=at)


def _waiting(session: Session, kind: Kind, span: Span) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    rows = select(Waiting).where(Waiting.table_name == kind.name, Waiting.month.between(span.since, span.until))
    for row in session.scalars(rows):
        found[row.group] += row.count
    return {group: found[group] for group in kind.groups or in_order(found)}


def _forget(session: Session, kind: Kind, span: Span) -> None:
    of_the_span = Waiting.table_name == kind.name, Waiting.month.between(span.since, span.until)
    session.execute(delete(Waiting).where(*of_the_span))


def _edition(session: Session, name: str, span: Span, table: Table, *, by: str, at: datetime) -> Edition:
    number = len(_editions(session, name, span.since)) + 1
    cells = [
        EditionCell(place=place, group=cell.group, mark=cell.mark.value, count=cell.count)
        for place, cell in enumerate(table.cells)
    ]
    edition = Edition(
        table_name=name,
        since=span.since,
        until=span.until,
        number=number,
        total=table.total,
        threshold=table.threshold,
        at=at,
        by=by,
        cells=cells,
    )
    session.add(edition)
    session.flush()
    return edition


def _editions(session: Session, name: str, since: str) -> Sequence[Edition]:
    found = select(Edition).where(Edition.table_name == name, Edition.since == since).order_by(Edition.number)
    return list(session.scalars(found))


def _months(since: str, until: str) -> Iterable[str]:
    month = since
    while month <= until:
        yield month
        month = after(month)
