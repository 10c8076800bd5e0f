"""`kill -9` at any moment, restart: nothing that was answered is lost, no step is skipped or taken twice.

DYGNET_KILLS=500 makes it a long soak.
"""

from __future__ import annotations

import http.client
import os
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from starlette.types import ASGIApp, Receive, Scope, Send

from app.audit import sequencer
from app.audit.export import export
from app.audit.verify import verify
from app.cases.facts import Approach, Hold
from app.cases.models import Case
from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.escalation.models import Escalation, StaffMessage, StepTaken
from app.notifications import outbox
from app.notifications.models import Notification, State
from app.programme.apply import current
from app.simulator import Account, Exchange, LiveTimeline, create_rest
from app.vault.keyring import Keyring
from app.worker import Worker, worker_for
from tests import desk, people
from tests.crash.callers import Crowd
from tests.crash.line import SPEED, Plan, born
from tests.evidence import log
from tests.hotline import Switchboard
from tests.ports import free_port

KILLS = int(os.environ.get("DYGNET_KILLS", "6"))
TO_COME_UP = 60
"""Real seconds: a busy machine takes its time to import everything."""

A_CLAIM_LATER = outbox.SENDING_LASTS * SPEED + timedelta(seconds=10)

STEPS, APART, REPEAT = 4, timedelta(seconds=8), timedelta(minutes=1)
LADDER = "".join(
    f'[[routine.untaken]]\nafter = "PT{number * 8}S"\npage = ["on-call"]\nby = ["sms"]\n' for number in range(STEPS)
)
PROGRAMME = people.PROGRAMME.replace(
    people.PROGRAMME[people.PROGRAMME.index("[[routine.untaken]]") : people.PROGRAMME.index("[[routine.uncontacted]]")],
    f'{LADDER}repeat = "PT1M"\n\n',
)
"""A step every eight seconds of the line's time, and the last again every minute."""


@dataclass
class Life:
    """A line that died many times, and what is left: its last engine, the crowd's memory, the carrier's records."""

    db: Database
    plan: Plan
    crowd: Crowd
    exchange: Exchange
    carrier: Carrier
    folder: Path
    kills: list[datetime] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    ended_at: datetime = people.MONDAY


@pytest.fixture
def life(db: Database, switchboard: Switchboard, tmp_path: Path) -> Iterator[Life]:
    """A dozen lives, each ended by SIGKILL, and a last engine that does what was left undone."""
    desk.employ(db, tmp_path, PROGRAMME, at=WallClock().now())
    account = Account(f"AC{'1' * 32}", "a-token")
    timeline = LiveTimeline()
    exchange = Exchange(account, timeline=timeline, pace=0)
    url = db.engine.url.render_as_string(hide_password=False)
    plan = Plan(
        url, tmp_path / "keys", free_port(), switchboard.url, account.sid, account.auth_token, WallClock().now()
    )
    exchange.sell_line(people.LINE, voice_url=f"{plan.origin}/carrier/voice", sms_url=f"{plan.origin}/carrier/sms")
    for number in people.NUMBERS.values():
        exchange.phone(number)
    switchboard.app = carrier = Carrier(create_rest(exchange))
    lived = Life(db, plan, Crowd(plan), exchange, carrier, tmp_path)
    _die_often(lived)
    _finish(lived)
    yield lived
    timeline.close()


def _die_often(life: Life) -> None:
    moments = secrets.SystemRandom()
    for number in range(KILLS):
        process = born(life.plan)
        if number % 6 == 5:
            time.sleep(moments.uniform(0.0, 0.4))  # dies while it is being born
        else:
            _wait_for(life.plan)
            life.crowd.try_again()
            coming = life.crowd.pour_in()
            time.sleep(moments.uniform(0.02, 0.6))
        _kill(process, life)
        if number % 6 != 5:
            life.crowd.go_home(coming)


def _finish(life: Life) -> None:
    """One last life in peace; then, when every claim has run out, an engine in this process clears up."""
    process = born(life.plan)
    _wait_for(life.plan)
    life.crowd.try_again()
    time.sleep(1.0)
    _kill(process, life)
    life.ended_at = life.plan.clock(ahead=A_CLAIM_LATER).now()
    _clear_up(worker_for(life.plan.settings, life.db, Standing(life.ended_at)))
    with life.db.reading() as session:
        life.cases = list(session.scalars(select(Case)))
        for case in life.cases:
            _ = (case.standing, case.hold, case.approaches)


def _kill(process: BaseProcess, life: Life) -> None:
    """What the dead had just asked of the carrier is still carried out: only then the death is over."""
    process.kill()
    process.join()
    life.carrier.falls_silent()
    life.kills.append(WallClock().now())


class Carrier:
    """The carrier's REST, which knows whether somebody is still being served."""

    def __init__(self, rest: ASGIApp) -> None:
        self._rest = rest
        self._serving = 0
        self.asked = 0
        """How many requests there were."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._serving += 1
        self.asked += 1
        try:
            await self._rest(scope, receive, send)
        finally:
            self._serving -= 1

    def falls_silent(self) -> None:
        quiet = 0
        while quiet < 5:
            time.sleep(0.02)
            quiet = 0 if self._serving else quiet + 1


class Standing:
    """A clock that stands still, so that what is due comes to an end."""

    speed = SPEED

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def passes(self, by: timedelta) -> None:
        """Let it go on by so much."""
        self._moment += by


def _clear_up(last: Worker) -> None:
    while engine.play(last.db, at=last.clock.now()).deeds or last.courier.deliver():
        pass


def test_a_line_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(life: Life) -> None:
    """One journey, looked at from all sides: to be killed a dozen times takes too long to do it for each question."""
    _there_was_something_to_lose(life)
    _everything_answered_is_there_once(life)
    _every_case_is_whole(life)
    _no_step_was_skipped_or_taken_twice(life)
    _no_page_was_sent_twice_but_the_one_in_flight(life)
    _nothing_hangs(life)
    _the_database_is_sound(life)
    _the_log_verifies(life)


def _there_was_something_to_lose(life: Life) -> None:
    kinds = Counter(errand.kind for errand in life.crowd.answered)

    assert life.crowd.odd == []
    assert sum(kinds.values()) >= KILLS * 2, kinds
    assert {"call", "text"} <= kinds.keys()
    assert life.exchange.messages.kept


def _everything_answered_is_there_once(life: Life) -> None:
    with life.db.reading() as session:
        sources = Counter(session.scalars(select(Approach.source)))
        obeyed = set(session.scalars(select(StaffMessage.source)))
        forms = session.scalar(select(func.count()).select_from(Approach).where(Approach.channel == "form"))
        told = set(session.scalars(select(Notification.key).where(Notification.key.startswith("answer:"))))
    came = [errand.source for errand in life.crowd.answered if errand.kind in ("call", "text")]
    from_anna = {errand.source for errand in life.crowd.answered if errand.kind == "anna"}

    assert [source for source in came if sources[source] != 1] == []
    assert len(came) == len(set(came))
    assert forms == sum(errand.kind == "form" for errand in life.crowd.answered)
    assert from_anna <= obeyed
    assert {f"answer:{source}" for source in obeyed} == told


def _every_case_is_whole(life: Life) -> None:
    entries = defaultdict(list)
    for entry in log(life.db):
        entries[entry["object"]].append(entry["action"])
    with life.db.reading() as session:
        escalated = set(session.scalars(select(Escalation.case_id)))
        held = session.scalars(select(Hold.case_id).where(Hold.released_at.is_(None))).all()
        within = current(session).routine.first_contact_within

    assert {case.id for case in life.cases} == escalated
    assert len(held) == len(set(held))
    for case in life.cases:
        story = entries[case.pseudonym]
        assert case.due_at == case.opened_at + within
        assert story.count("case.opened") == 1
        assert story.count("approach.received") == len(case.approaches) >= 1
        assert story.count("case.taken") == len(case.holds)


def _no_step_was_skipped_or_taken_twice(life: Life) -> None:
    with life.db.reading() as session:
        steps = session.scalars(select(StepTaken).order_by(StepTaken.due_at, StepTaken.ran_at)).all()
        ladders = {row.case_id: row for row in session.scalars(select(Escalation))}
    taken = defaultdict(list)
    for step in steps:
        name, index, turn = step.step.rsplit(".", 2)
        taken[step.case_id, step.climb, f"{name}.{index}"].append((int(turn), step.missed))

    for (_case, _climb, rung), turns in taken.items():
        expected = 0
        for turn, missed in sorted(turns):
            assert turn - missed == expected, f"{rung}: {sorted(turns)}"
            expected = turn + 1
    for case in life.cases:
        if case.hold is None and case.awaits_contact:
            ladder = ladders[case.id]
            for index in range(STEPS):
                turns = taken[case.id, ladder.climb, f"untaken.{index}"]
                assert turns, "no rung is left out"
                assert index == STEPS - 1 or turns == [(0, 0)]
            latest = ladder.counts_from + (STEPS - 1) * APART + max(turns)[0] * REPEAT
            assert latest + REPEAT > life.ended_at, "it is not behind"
    assert [entry["action"] for entry in log(life.db)].count("step.taken") == len(steps)


def _no_page_was_sent_twice_but_the_one_in_flight(life: Life) -> None:
    sent = defaultdict(list)
    for message in life.exchange.messages.kept.values():
        sent[message.status_url.partition("#")[0].rpartition("/")[2]].append(message.created_at)
    with life.db.reading() as session:
        tries = dict(session.execute(select(Notification.id, Notification.tries)).all())  # type: ignore[arg-type]

    assert sent.keys() <= tries.keys()
    for page, moments in sent.items():
        deaths = [kill for kill in life.kills if min(moments) <= kill <= max(moments)]
        assert len(moments) <= 1 + len(deaths), "sent again although nobody died while it was on its way"
        assert len(moments) <= tries[page]
    assert sum(len(moments) - 1 for moments in sent.values()) <= 8 * len(life.kills)


def _nothing_hangs(life: Life) -> None:
    with life.db.reading() as session:
        hanging = session.scalars(
            select(Notification).where(Notification.state.in_([State.PENDING, State.SENDING]))
        ).all()
        failed = session.scalars(select(Escalation).where(Escalation.failures > 0)).all()

    assert [row.state for row in hanging] == []
    assert failed == []


def _the_database_is_sound(life: Life) -> None:
    if life.db.is_sqlite:
        with life.db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def _the_log_verifies(life: Life) -> None:
    keyring = Keyring.load(life.plan.keys, private=("audit",))
    made = export(
        life.db, life.folder / "export", key=keyring.log_key, origin=keyring.log_name, at=life.ended_at, by="operator"
    )
    report = verify(made.folder, made.vkey)

    assert made.damage is None
    assert report.ok, report.findings
    with life.db.reading() as session:
        assert sequencer.tree_size(session) == len(log(life.db))


def _wait_for(plan: Plan) -> None:
    over = time.monotonic() + TO_COME_UP
    while time.monotonic() < over:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=1)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
    raise AssertionError("the line does not come up")
