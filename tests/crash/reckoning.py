"""What is left after a failover, counted: steps, pages, approaches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from app.cases.facts import Approach
from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.escalation.models import Escalation, StepTaken
from app.notifications import outbox
from app.notifications.models import Notification, State
from app.settings import Settings
from app.simulator import Exchange
from app.worker import worker_for
from tests.crash.callers import Errand
from tests.crash.test_kill import Standing

RUNGS: Final = 4
A_MOMENT: Final = timedelta(seconds=10)


def steps(db: Database, died_at: datetime) -> tuple[Counter[tuple[str, str]], float]:
    """How often each step was taken, and the seconds from the last before the death to the first after it."""
    with db.reading() as session:
        rows = session.execute(select(StepTaken.case_id, StepTaken.climb, StepTaken.step, StepTaken.ran_at)).all()
    before = [ran_at for *_, ran_at in rows if ran_at <= died_at]
    after = [ran_at for *_, ran_at in rows if ran_at > died_at]
    return Counter((case, f"{climb}.{step}") for case, climb, step, _ in rows), (
        (min(after) - max(before)).total_seconds() if before and after else 0.0
    )


def missing(db: Database) -> int:
    """How many rungs were not climbed yet, of all the cases there are."""
    with db.reading() as session:
        cases = session.scalars(select(Escalation.case_id)).all()
        taken = {
            (case, step.rpartition(".")[0]) for case, step in session.execute(select(StepTaken.case_id, StepTaken.step))
        }
    return sum((case, f"untaken.{rung}") not in taken for case in cases for rung in range(RUNGS))


def clear_up(settings: Settings, db: Database, exchange: Exchange) -> tuple[int, int, int]:
    """When every claim has run out, somebody hands over the rest and looks for missed calls.

    Of all pages: never handed over, handed over more than once, and how many there are.
    """
    later = Standing(WallClock().now() + outbox.SENDING_LASTS + A_MOMENT)
    later.speed = 1.0
    last = worker_for(settings, db, later)
    last.lookout.find_missed()
    while engine.play(db, at=later.now()).deeds or last.courier.deliver():
        pass
    last.courier.close()
    asked = Counter(
        message.status_url.partition("#")[0].rpartition("/")[2] for message in exchange.messages.kept.values()
    )
    with db.reading() as session:
        pages = session.scalars(select(Notification)).all()
    hanging = sum(page.state in (State.PENDING, State.SENDING) for page in pages)
    never = sum(not asked[page.id] and page.carrier_ref not in exchange.messages.kept for page in pages)
    return hanging + never, sum(asked.values()) - len(asked), len(pages)


def found(db: Database, answered: Sequence[Errand]) -> tuple[list[str], list[str]]:
    """Of what was told 200: what is not there, and what is there more than once."""
    with db.reading() as session:
        sources = Counter(session.scalars(select(Approach.source)))
        forms = session.scalar(select(func.count()).select_from(Approach).where(Approach.channel == "form")) or 0
    came = [errand.source for errand in answered if errand.kind in ("call", "text")]
    written = sum(errand.kind == "form" for errand in answered)
    lost = [source for source in came if not sources[source]] + ["a form"] * (written - forms)
    return lost, [source for source in came if sources[source] > 1] + ["a form"] * (forms - written)


def is_taken_in(db: Database, source: str) -> bool:
    """Whether there is an approach with this source."""
    with db.reading() as session:
        return session.scalar(select(Approach.id).where(Approach.source == source)) is not None
