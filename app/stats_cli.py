"""The operator's hand on the statistics: published tables for other programs, and publishing what is ready."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.audit.log import record
from app.errors import BadInput
from app.settings import settings_from
from app.statistics import publishing, sheets
from app.statistics.reading import Report, periods, report, reports
from app.statistics.tables import KINDS
from app.terminal import clock, database, stop

Period = Annotated[str | None, typer.Option(help="2026-11, 2026-Q4 or 2026; left out: the latest year.")]
Name = Annotated[str | None, typer.Option("--table", help="One table; see --list.")]
Listed = Annotated[bool, typer.Option("--list", help="Which tables there are.")]
Publish = Annotated[bool, typer.Option("--publish", help="First publish whatever is ready. For cron, once a day.")]
Correct = Annotated[str | None, typer.Option(help="Count the span of --table that begins in this month anew.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of CSV.")]


def stats(
    period: Period = None,
    table: Name = None,
    listed: Listed = False,
    publish: Publish = False,
    correct: Correct = None,
    as_json: AsJson = False,
) -> None:
    """Suppressed aggregates, as they were published: CSV, or JSON. docs/statistics.md says what is hidden and why."""
    if listed:
        groups = {kind.name: ", ".join(kind.groups) or "the districts of the city" for kind in KINDS.values()}
        print("\n".join(f"{name:20} {named}" for name, named in groups.items()))
        return
    if table and table not in KINDS:
        stop(f"there is no table {table}: see dygnet stats --list")
    if correct:
        _correct(table, correct)
    found = _read(period, table, publish=publish)
    if as_json:
        print(json.dumps(list(sheets.rows(found)), indent=2))
    else:
        print(sheets.as_csv(found), end="")


def _correct(table: str | None, since: str) -> None:
    if table is None:
        stop("say which table: --table NAME")
    with database(settings_from()) as db, db.transaction() as session:
        made = publishing.correct(session, table, since, by="operator", at=clock().now())
    if made is None:
        stop("what was published stands: nothing has changed, or so little that the difference would tell of few")


def _read(period: str | None, table: str | None, *, publish: bool) -> list[Report]:
    now = clock().now()
    with database(settings_from()) as db:
        if publish:
            publishing.publish_month_by_month(db, by="operator", at=now)
        with db.transaction() as session:
            record(session, at=now, by="operator", action="statistics.read", table=table or "all")
        with db.reading() as session:
            wanted = period or next(iter(periods(session)), f"{now.year}")
            try:
                return [report(session, table, wanted)] if table else reports(session, wanted)
            except BadInput as problem:
                stop(str(problem))
