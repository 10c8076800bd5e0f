"""The operator's hand on forgetting: what would be, and carrying out what two people agreed to. Agrees to nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from app.audit.log import record
from app.programme.durations import iso
from app.retention import due, rounds
from app.retention.due import Judged
from app.settings import settings_from
from app.terminal import clock, database

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be forgotten, when and why.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def retention(dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """What would be forgotten, and forgetting what the programme lets go by itself or two people agreed to.

    Cases are named by their pseudonyms, as in the log. docs/forgetting.md says how it is decided.
    """
    settings, now = settings_from(), clock().now()
    with database(settings) as db:
        with db.transaction() as session:
            record(session, at=now, by="operator", action="retention.previewed")
        forgotten = 0 if dry_run else rounds.play(db, at=now)
        with db.reading() as session:
            found = due.judged(session)
            waiting = {one.case.id for one in due.ripe(session, at=now)}
            rows = [_plain(one, one.case.id in waiting) for one in found]
    if as_json:
        told: dict[str, Any] = {"at": now.isoformat(), "forgotten": forgotten}
        print(json.dumps(told | {"cases": rows}, indent=2))
    else:
        print("\n".join(_lines(rows)) or "nothing that is over is still kept")
        print(f"forgotten just now: {forgotten} cases")


def _plain(one: Judged, waits: bool) -> dict[str, Any]:
    rule = one.verdict.rule
    return {
        "case": one.case.pseudonym,
        "class": one.verdict.name.value,
        "due_at": one.verdict.due_at.isoformat(),
        "rule": f"{iso(rule.keep)} from {rule.begins}",
        "automatic": rule.automatic,
        "in_the_way": list(one.verdict.in_the_way),
        "waits_for_two_people": waits,
    }


def _lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        why = ", ".join(row["in_the_way"]) or ("two people" if row["waits_for_two_people"] else "-")
        yield f"{row['due_at'][:16]}  {row['class']:12} {row['case']}  {row['rule']:26} waits for: {why}"
