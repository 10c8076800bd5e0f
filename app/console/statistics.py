"""The figures: published tables as pages and as a file, and publishing what is ready. Nothing here counts a case."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.audit.log import record
from app.console.doors import LOAD_ROLES, STATISTICS_ROLES, SignedIn, deed, from_our_pages, only
from app.console.paper import paper_for
from app.console.site import ASite, Site
from app.console.statistics_page import BY_MONTH, LOADS, Drawn, Months, by_month, charts_of, drawn, fraction
from app.programme.apply import current
from app.staff.roles import Role
from app.statistics import publishing, sheets
from app.statistics.months import month_of
from app.statistics.reading import counted_until, periods, report, reports
from app.statistics.screened import district_group
from app.statistics.sealed import months_to_open
from app.statistics.staffing import Load, loads
from app.statistics.tables import EQUALITY
from app.web import Now

router = APIRouter(prefix="/console/statistics", dependencies=[Depends(from_our_pages)])

HERE: Final = "/console/statistics"

Period = Annotated[str | None, Query(pattern=r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$")]
AReader = Annotated[SignedIn, only(*STATISTICS_ROLES)]


@router.get("")
def show(site: ASite, who: AReader, now: Now, period: Period = None) -> Response:
    """Every table of a period; the latest year when none is said."""
    with site.db.transaction() as session:
        _note(session, who, at=now)
    return page(site, who, at=now, period=period)


def page(
    site: Site, who: SignedIn, *, at: datetime, period: str | None = None, shut: str = "", status: int = 200
) -> Response:
    """The page itself; `shut`: the key of the sentence that says why what was said in screenings does not open."""
    with site.db.reading() as session:
        chosen, staffed = period or _latest(session, at), _loads(session, who, at)
        return paper_for(session, site, who, at=at).show(
            "statistics",
            status=status,
            shut=shut,
            to_open=months_to_open(session),
            may_open=who.may(Role.COORDINATOR),
            names=_districts(session),
            chosen=chosen,
            periods=periods(session),
            counted_until=counted_until(session),
            threshold=current(session).statistics.threshold,
            tables=_drawn(session, chosen),
            in_time=report(session, "first_contact", chosen),
            months_of=_months(session, chosen),
            loads=staffed,
            load_charts=charts_of(staffed),
            columns=LOADS,
            fraction=fraction,
        )


@router.get("/equality")
def equality(site: ASite, who: AReader, now: Now, period: Period = None) -> Response:
    """The report on equality: what was asked, how soon there was contact, and which way on, by gender, for a year."""
    with site.db.transaction() as session:
        _note(session, who, at=now, form="equality")
    with site.db.reading() as session:
        chosen = (period or _latest(session, now))[:4]
        told = [(name, report(session, name, chosen)) for name in EQUALITY]
        return paper_for(session, site, who, at=now).show(
            "equality",
            chosen=chosen,
            years=sorted({each[:4] for each in periods(session)}, reverse=True),
            threshold=current(session).statistics.threshold,
            tables=[drawn(each) for _, each in told if each.editions],
            untold=[name for name, each in told if not each.editions],
            names={},
        )


@router.get("/sheet")
def download(site: ASite, who: AReader, now: Now, period: Period = None) -> Response:
    """The same as a file for a spreadsheet. Staffing is not in it."""
    with site.db.transaction() as session:
        _note(session, who, at=now, form="csv")
    with site.db.reading() as session:
        chosen = period or _latest(session, now)
        sheet = sheets.as_csv(reports(session, chosen))
    name = f'attachment; filename="dygnet-{chosen}.csv"'
    return Response(sheet, media_type="text/csv; charset=utf-8", headers={"content-disposition": name})


@router.post("/editions")
def publish(site: ASite, who: Annotated[SignedIn, deed(*STATISTICS_ROLES)], now: Now) -> RedirectResponse:
    """Publish whatever is ready. What was published before stays as it was."""
    role = who.in_role(*STATISTICS_ROLES)
    publishing.publish_month_by_month(site.db, by=who.alias, at=now, role=role)
    return RedirectResponse(HERE, status_code=303)


def _note(session: Session, who: SignedIn, *, at: datetime, form: str = "page") -> None:
    role = who.in_role(*STATISTICS_ROLES)
    record(session, at=at, by=who.alias, role=role, action="statistics.read", form=form)


def _latest(session: Session, now: datetime) -> str:
    return next(iter(periods(session)), f"{now.year}")


def _drawn(session: Session, period: str) -> list[Drawn]:
    return [drawn(each) for each in reports(session, period) if each.editions]


def _districts(session: Session) -> dict[str, str]:
    """The names of the groups that are districts."""
    found = current(session).knowledge.district
    return dict(zip(map(district_group, found), (row.name for row in found.values()), strict=True))


def _months(session: Session, period: str) -> list[Months]:
    """Worth a look when there is more than one span."""
    found = (report(session, name, period) for name in BY_MONTH)
    return [by_month(each) for each in found if len(each.editions) > 1]


def _loads(session: Session, who: SignedIn, now: datetime) -> list[Load]:
    """This month's, for whoever plans the roster."""
    return loads(session, month_of(now, current(session).zone)) if who.may(*LOAD_ROLES) else []
