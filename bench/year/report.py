"""What the year was like, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import quantiles
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.cases.breaches import Breach
from app.cases.canaries import MARK
from app.cases.facts import Approach, Closure, FirstContact, Hold, Join
from app.cases.models import Case
from app.escalation.models import StepTaken
from app.notifications.models import Notification
from app.oncall.models import GapNotice
from bench.year.life import Life
from bench.year.programme import STAFF
from bench.year.promises import nobody_looked

AWAITS_ONE: Final = "awaits a reason"


def report(life: Life) -> str:
    """The whole of it."""
    with life.house.db.reading() as session:
        return "\n".join([*_cases(session, life), *_contact(session), *_pages(session, life), *_bad_days(life)])


def _cases(session: Session, life: Life) -> Iterator[str]:
    real = ~Case.reference.startswith(MARK)
    cases = session.scalar(select(func.count()).select_from(Case).where(real))
    canaries = session.scalar(select(func.count()).select_from(Case).where(~real))
    yield f"cases {cases:,}, canaries {canaries}, looks of the watcher {life.watcher.looks}"
    yield f"  approaches: {_counted(session, Approach.channel)}"
    yield f"  as they came: {_told(life.callers.came)}"
    endings = Counter(dict(session.execute(select(Closure.code, func.count()).group_by(Closure.code)).all()))
    endings["joined an older one"] = session.scalar(select(func.count()).select_from(Join)) or 0
    endings["still open"] = (cases or 0) + (canaries or 0) - endings.total()
    yield f"  endings: {_told(endings)}"
    ended = select(Hold.released_because, func.count()).where(Hold.released_at.is_not(None))
    went_on = session.execute(ended.group_by(Hold.released_because)).all()
    yield f"  taken cases that went on: {_told(Counter({str(why): count for why, count in went_on}))}"


def _contact(session: Session) -> Iterator[str]:
    spoken = session.execute(select(FirstContact.at, Case.opened_at).join(Case, Case.id == FirstContact.case_id))
    took = sorted(at - opened_at for at, opened_at in spoken)
    if len(took) > 1:
        cuts = quantiles([one.total_seconds() for one in took], n=10, method="inclusive")
        share = sum(one <= timedelta(hours=24) for one in took) / len(took)
        yield (
            f"first contact: p50 {_span(cuts[4])}, p90 {_span(cuts[8])}, max {_span(took[-1].total_seconds())}; "
            f"within 24 h {share:.2%} of {len(took):,} reached"
        )
    yield from _breaches(session)


def _breaches(session: Session) -> Iterator[str]:
    """Every one of them, with the reason that was given last."""
    found = session.execute(
        select(Case.reference, Breach)
        .join(Breach, Breach.case_id == Case.id)
        .order_by(Breach.at)
        .options(selectinload(Breach.reasons))
    )
    told = [(reference, breach.at, breach.reason.code if breach.reason else AWAITS_ONE) for reference, breach in found]
    yield f"breaches {len(told)}: {_told(Counter(reason for *_, reason in told))}"
    yield from (f"  {reference}, due {at:%F %H:%M}: {reason}" for reference, at, reason in told)


def _pages(session: Session, life: Life) -> Iterator[str]:
    late = session.execute(
        select(StepTaken.late_ms, StepTaken.due_at, StepTaken.ran_at, StepTaken.missed).order_by(StepTaken.ran_at)
    ).all()
    up = [ms for ms, due_at, ran_at, _ in late if not nobody_looked(life.bad_days.outages, due_at, ran_at)]
    yield (
        f"steps {len(late):,}, worst lateness with an engine and open doors {max(up, default=0)} ms, "
        f"after downtime {_span(max((ms for ms, *_ in late), default=0) / 1000)}, "
        f"repeats folded {sum(missed for *_, missed in late)}"
    )
    waits = session.execute(
        select(Notification.accepted_at, Notification.due_at).where(Notification.accepted_at.is_not(None))
    )
    handed = sorted((at - due).total_seconds() for at, due in waits if at)
    if handed:
        yield (
            f"pages and news {len(handed):,} accepted; from due to accepted p50 {_at(handed, 0.5):.1f} s, "
            f"p99 {_at(handed, 0.99):.1f} s, max {_span(handed[-1])}"
        )
    troubles = select(Notification.trouble, func.count()).where(Notification.trouble.is_not(None))
    found = session.execute(troubles.group_by(Notification.trouble)).all()
    yield f"  not delivered: {_told(Counter({str(why): count for why, count in found}))}"
    yield f"  gaps told of: {session.scalar(select(func.count()).select_from(GapNotice))}"
    yield "pages that reached a telephone on the days on which any did, and of them at night (22 to 7):"
    yield from (_telephone(life, alias) for alias in STAFF)


def _telephone(life: Life, alias: str) -> str:
    days = sorted(count for (whose, _), count in life.handlers.pages.items() if whose == alias)
    nights = sorted(count for (whose, _), count in life.handlers.woken.items() if whose == alias and count)
    return f"  {alias}: {len(days)} days, {_spread(days)}; {len(nights)} nights, {_spread(nights)}"


def _spread(counts: Sequence[int]) -> str:
    return f"p50 {_at(counts, 0.5)}, p90 {_at(counts, 0.9)}, max {counts[-1]}" if counts else "none"


def _bad_days(life: Life) -> Iterator[str]:
    yield f"what went wrong: {_told(life.bad_days.counted)}"
    yield f"what the console answered: {_told(Counter({str(key): value for key, value in life.desk.answers.items()}))}"


def _counted(session: Session, column: object) -> str:
    found = session.execute(select(column, func.count()).group_by(column)).all()  # type: ignore[call-overload]
    return _told(Counter(dict(found)))


def _told(counted: Counter[str]) -> str:
    return ", ".join(f"{what} {count:,}" for what, count in counted.most_common()) or "none"


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def _span(seconds: float) -> str:
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02}:{int(seconds % 60):02}"
