"""Many deadlines in the same instant, and a carrier that takes its time over every call. The limit is what so many
calls take when as many at once as the design has hands are made without a pause.

Texts are measured: calls wait for the second that the carrier gives each (`app/notifications/pace.py`), whatever we do.
Pages to one person that wait at the same time go out as one text, so ours makes fewer calls than there are deadlines;
the limit is worked out from the calls that were made. `overtaken`: first pages of a case that were handed over after a
later page which had been written no earlier, and more than a call before.
The whole size: --due 1000.
"""

from __future__ import annotations

import argparse

from sqlalchemy import select

from app.notifications.courier import AT_ONCE
from app.notifications.models import Notification, Priority
from bench import trial as t
from bench.designs import LOOP, PATIENT

HEAD = f"{'never':>8}{'calls':>8}{'last s':>10}{'limit s':>10}{'ratio':>8}{'overtaken':>11}"


def main() -> None:
    """Every design, on both databases."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--due", type=int, default=300, help="how many fall due at once")
    asked.add_argument("--takes", type=float, default=0.1, help="seconds the carrier takes over a call")
    asked.add_argument("--only", choices=t.DATABASES, help="one database only")
    told = asked.parse_args()
    for kind in t.DATABASES:
        if told.only in (None, kind):
            print(f"\n{kind}\n{'design':10}{HEAD}")
            for design in (t.OURS, PATIENT, LOOP):
                _measure(design, kind, due=told.due, takes=told.takes)


def _measure(design: str, kind: str, *, due: int, takes: float) -> None:
    with t.trial(design, kind, takes=takes) as trial:
        trial.fall_due([t.now() + t.A_START] * due)
        process = trial.start()
        trial.wait_for_the_last(patience=15.0)
        t.told_of(process)
        result = trial.result()
        limit = result.calls * takes / AT_ONCE
        last = result.last + takes
        overtaken = _overtaken(trial, takes) if trial.database else "-"
        print(
            f"{design:10}{result.never:8}{result.calls:8}{last:10.2f}{limit:10.2f}{last / limit:8.2f}{overtaken:>11}",
            flush=True,
        )


def _overtaken(trial: t.Trial, takes: float) -> int:
    """First pages that waited in the outbox while a later page, written no earlier, was claimed before them."""
    if trial.database is None:
        return 0
    with trial.database.reading() as session:
        rows = session.execute(select(Notification.priority, Notification.queued_at, Notification.accepted_at)).all()
    later = [(queued, accepted) for priority, queued, accepted in rows if accepted and priority != Priority.FIRST_PAGE]
    return sum(
        any(other >= queued and (accepted - sent).total_seconds() > takes for other, sent in later)
        for priority, queued, accepted in rows
        if accepted and priority == Priority.FIRST_PAGE
    )


if __name__ == "__main__":
    main()
