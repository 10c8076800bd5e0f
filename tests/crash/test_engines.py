"""Engines killed with `kill -9` at random moments while cases fall due: every step once, every page handed over.

DYGNET_KILLS=500 makes it a long soak. Pages go out one by one here, so that each can be counted at the carrier.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import logs
from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.escalation.models import Escalation, StepTaken
from app.notifications import outbox
from app.notifications.courier import AT_ONCE
from app.notifications.models import Notification, State
from app.settings import Settings
from app.simulator import Account, Exchange, LiveTimeline, create_rest
from app.worker import Worker, worker_for
from tests import desk, people
from tests.crash.line import A_SOAK, SPEED, Plan
from tests.crash.test_kill import PROGRAMME, STEPS, Carrier, Standing
from tests.hotline import Switchboard

KILLS = int(os.environ.get("DYGNET_KILLS", "6"))
CASES_PER_LIFE = 3 if KILLS < A_SOAK else 1
A_LONG_QUEUE = 200
AT_LAST = 60.0
CHANCE = secrets.SystemRandom()
DIES_YOUNG = 3
"""Every so many lives one dies while it starts or soon after; the others in the middle of handing over."""

LASTS = 20
"""Every so many lives one lasts until it has caught up. Nothing but short lives would be a house in which more falls
due than is ever handed over."""

A_LADDER_THAT_ENDS = PROGRAMME.replace('repeat = "PT1M"\n', "")
"""Engines that live for half a second could not keep up with every case's page a minute, and pages would be too old."""

ONCE_MORE = 1 if SPEED == 1 else AT_ONCE
"""What a kill may have told twice. What is in doubt is looked up at the carrier, whose clock is the wall's: nothing is
found there in a line that runs faster."""

A_CLAIM_LATER = outbox.SENDING_LASTS * SPEED + timedelta(seconds=10)


@dataclass
class Lives:
    """What engine after engine worked on, and when each was killed."""

    db: Database
    plan: Plan
    exchange: Exchange
    carrier: Carrier
    kills: list[datetime] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return self.plan.settings.model_copy(update={"bundle_pages": False})


@pytest.fixture
def lives(db: Database, switchboard: Switchboard, tmp_path: Path) -> Iterator[Lives]:
    desk.employ(db, tmp_path, A_LADDER_THAT_ENDS, at=WallClock().now())
    account, timeline = Account(f"AC{'1' * 32}", "a-token"), LiveTimeline()
    exchange = Exchange(account, timeline=timeline, pace=0)
    url = db.engine.url.render_as_string(hide_password=False)
    plan = Plan(url, tmp_path / "keys", 9, switchboard.url, account.sid, account.auth_token, WallClock().now())
    exchange.sell_line(people.LINE, voice_url=f"{plan.origin}/carrier/voice", sms_url=f"{plan.origin}/carrier/sms")
    for number in people.NUMBERS.values():
        exchange.phone(number)
    switchboard.app = carrier = Carrier(create_rest(exchange))
    yield Lives(db, plan, exchange, carrier)
    timeline.close()


def born(lives: Lives) -> BaseProcess:
    """An engine of its own, forked from a server that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.line", "tests.crash.test_engines"])
    life = context.Process(target=work, args=(lives.plan, lives.settings), daemon=True)
    life.start()
    return life


def work(plan: Plan, settings: Settings) -> None:
    """An engine, until killed."""
    logs.start("ERROR")
    worker_for(settings, Database(plan.database_url), plan.clock(), tick=0.1).start()
    time.sleep(3600)


def live(lives: Lives, nth: int) -> None:
    """One life, from its birth to its death at a random moment."""
    asked, life = lives.carrier.asked, born(lives)
    if nth % LASTS == 0:
        _until(lambda: not waiting(lives))
    elif nth % DIES_YOUNG == 0:
        time.sleep(CHANCE.uniform(0.05, 0.9))
    else:
        _until(lambda: lives.carrier.asked > asked)
        time.sleep(CHANCE.uniform(0.0, 0.5))
    life.kill()
    life.join()
    lives.carrier.falls_silent()
    lives.kills.append(WallClock().now())


def _until(it_is_so: Callable[[], bool]) -> None:
    """However slow the machine is; an engine that does nothing for so long would be a finding."""
    over = time.monotonic() + AT_LAST
    while not it_is_so():
        assert time.monotonic() < over, "the engine lives, and does nothing"
        time.sleep(0.01)


def waiting(lives: Lives) -> bool:
    """Whether something may be handed over that nobody has in hand."""
    with lives.db.reading() as session:
        moment = outbox.next_to_send(session)
    return moment is not None and moment <= lives.plan.clock().now()


def clear_up(lives: Lives) -> None:
    """When every claim has run out an engine in this process does what is left; calls go out one a second."""
    clock = Standing(lives.plan.clock(ahead=A_CLAIM_LATER).now())
    last: Worker = worker_for(lives.settings, lives.db, clock)
    for _ in range(A_LONG_QUEUE):
        while engine.play(last.db, at=clock.now()).deeds or last.courier.deliver():
            pass
        if not hanging(lives.db):
            return
        clock.passes(timedelta(seconds=10))


def hanging(db: Database) -> int:
    """How many pages are neither handed over nor given up."""
    waits = Notification.state.in_([State.PENDING, State.SENDING])
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Notification).where(waits)) or 0


def test_engines_that_are_killed_while_cases_fall_due_take_each_step_once_and_hand_over_every_page(
    lives: Lives,
) -> None:
    for nth in range(1, KILLS + 1):
        for _ in range(CASES_PER_LIFE):
            desk.waiting(lives.db, at=lives.plan.clock().now())
        live(lives, nth)
    clear_up(lives)

    _each_step_was_taken_once(lives)
    _every_page_was_handed_over(lives)


def _each_step_was_taken_once(lives: Lives) -> None:
    with lives.db.reading() as session:
        taken = Counter(session.execute(select(StepTaken.case_id, StepTaken.climb, StepTaken.step)).all())
        rungs = {(case, step.rpartition(".")[0]) for case, _, step in taken}
        cases = session.scalars(select(Escalation.case_id)).all()
        failed = session.scalars(select(Escalation.case_id).where(Escalation.failures > 0)).all()

    assert len(cases) == KILLS * CASES_PER_LIFE
    assert set(taken.values()) == {1}
    assert {(case, f"untaken.{rung}") for case in cases for rung in range(STEPS)} <= rungs, "no rung is left out"
    assert failed == []
    print(f"{KILLS} kills, {len(cases)} cases, {taken.total()} steps: {taken.total() - len(taken)} twice")


def _every_page_was_handed_over(lives: Lives) -> None:
    """Of two pages about one case whose answers were lost, a text that arrived may count for either (`doubts.py`)."""
    texts = lives.exchange.messages.kept
    asked = Counter(message.status_url.partition("#")[0].rpartition("/")[2] for message in texts.values())
    with lives.db.reading() as session:
        pages = session.scalars(select(Notification)).all()

    assert len(pages) >= KILLS * CASES_PER_LIFE
    assert hanging(lives.db) == 0
    known = texts.keys() | lives.exchange.legs.keys()
    never = [page.trouble for page in pages if not asked[page.id] and page.carrier_ref not in known]
    again = sum(count - 1 for count in asked.values())
    print(f"{len(pages)} pages: {again} handed over again, {len(never)} never; tried {Counter(p.tries for p in pages)}")
    assert never == []
    for page in pages:
        assert asked[page.id] <= min(page.tries, 1 + len(lives.kills))
    assert again <= ONCE_MORE * len(lives.kills), "only what was in somebody's hands"
