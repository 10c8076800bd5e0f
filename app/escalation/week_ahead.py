"""The week ahead: hours in which too few on duty can surely be reached, found in time and told to the coordinator.

Told three days and one day before such hours begin, once each; at once when they are found later than that. What was
mended is not told of again, and what comes instead is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import Database, new_id, one_at_a_time
from app.notifications import alarms, proven
from app.oncall import preflight
from app.oncall.duty import rota_of
from app.oncall.models import GapNotice
from app.oncall.preflight import Finding, Thin
from app.programme.apply import current
from app.staff.directory import everyone

LEADS: Final = (24, 72)
"""Hours ahead, the most urgent first."""

_BY_PROVING: Final = "each proves a telephone in the console (at the foot of any page), and answers its test pages"


def thin_hours(session: Session, *, at: datetime) -> list[Thin]:
    """When in the next 168 hours fewer than two on duty are reachable with channels that are proved and lately tested.
    Misconfigured when no programme is in force."""
    week = preflight.week_of(rota_of(session, current(session), since=at), at=at)
    return preflight.thin(week, proven.sound(session, everyone(session), at=at))


def unproved(session: Session, *, at: datetime) -> list[str]:
    """Who is in line this week and cannot be counted on: no telephone of theirs is proved and lately tested."""
    programme = current(session)
    week = preflight.week_of(rota_of(session, programme, since=at), at=at)
    in_line = {alias for turns in week.values() for each in turns for alias in each.holders}
    in_line.update(programme.programme.standing_chain)
    staff = [person for person in everyone(session) if person.alias in in_line]
    return sorted({person.alias for person in staff} - proven.sound(session, staff, at=at))


def findings(session: Session, *, at: datetime) -> Iterator[Finding]:
    """The same for `dygnet check`: people in one line, hours in one line for each stretch. They may answer all the
    same, so that none of it is serious."""
    if aliases := unproved(session, at=at):
        what = f"among those on call, backup and in the standing chain nothing is proved lately of {', '.join(aliases)}"
        yield Finding(serious=False, what=what, do=_BY_PROVING)
    zone = current(session).zone
    for gap in thin_hours(session, at=at):
        starts, ends = (f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" for moment in (gap.starts, gap.ends))
        what = f"fewer than two on call and backup can surely be reached from {starts} to {ends}"
        yield Finding(serious=False, what=what, do=f"{_BY_PROVING}; or put somebody else on the roster")


def tell(db: Database, *, at: datetime) -> int:
    """Tell the coordinator of what is new and due to be told; how many gaps that were. One page for all of them."""
    with db.reading() as session:
        gaps = thin_hours(session, at=at)
        if not _news(session, gaps, at=at) and not _mended(session, gaps):
            return 0
    with db.transaction() as session:
        one_at_a_time(session, "oncall.week_ahead")
        for notice in _mended(session, gaps):
            notice.over_at = at
        session.flush()
        news = _news(session, gaps, at=at)
        for gap, lead in news:
            _write_down(session, gap, lead, at=at)
        if news:
            _page(session, at=at)
    return len(news)


def _news(session: Session, gaps: Sequence[Thin], *, at: datetime) -> list[tuple[Thin, int]]:
    """The gaps that are to be told of, and how many hours ahead that is."""
    notices = _standing(session)
    due = ((gap, lead) for gap in gaps if (lead := _lead(gap, at)))
    return [
        (gap, lead)
        for gap, lead in due
        if not any(_is_about(each, gap) and each.lead_hours <= lead for each in notices)
    ]


def _mended(session: Session, gaps: Sequence[Thin]) -> list[GapNotice]:
    """What was told of and is a gap no more."""
    return [notice for notice in _standing(session) if not any(_is_about(notice, gap) for gap in gaps)]


def _standing(session: Session) -> Sequence[GapNotice]:
    return session.scalars(select(GapNotice).where(GapNotice.over_at.is_(None)).order_by(GapNotice.starts)).all()


def _lead(gap: Thin, at: datetime) -> int | None:
    return next((lead for lead in LEADS if gap.starts - at <= timedelta(hours=lead)), None)


def _is_about(notice: GapNotice, gap: Thin) -> bool:
    """The same gap, though it has become longer or shorter since."""
    return notice.starts < gap.ends and gap.starts < notice.ends


def _write_down(session: Session, gap: Thin, lead: int, *, at: datetime) -> None:
    session.add(GapNotice(lead_hours=lead, starts=gap.starts, ends=gap.ends, found_at=at))
    span = {"starts": gap.starts.isoformat(timespec="minutes"), "ends": gap.ends.isoformat(timespec="minutes")}
    record(session, at=at, by="engine", action="roster.gap_found", fewest=gap.fewest, lead_hours=lead, **span)


def _page(session: Session, *, at: datetime) -> None:
    key, broken = f"week:{new_id()}", proven.broken(session)
    for person in alarms.hearers(session):
        channel = "call" if (person.id, "sms") in broken else "sms"
        alarms.send(session, person, "alarm.week", key=key, channel=channel, at=at)
