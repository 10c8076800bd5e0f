"""Two PostgreSQL servers, doors and engines as an operator runs them, people outside; and the primary dies.

`kill -9` of the whole server while calls, texts and forms come in and steps fall due. After a while the standby takes
over, as whoever watches the two has it do. Nobody tells our processes anything.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from app.clock import WallClock
from app.db import Database
from app.intake.fallback import documents, placed
from app.settings import Settings
from app.simulator import Account, Exchange, LiveTimeline, create_rest
from app.staff.directory import Directory
from app.vault.keyring import Keyring
from tests import desk, people, postgres
from tests.crash.callers import Crowd, Errand, somebody
from tests.crash.line import Plan
from tests.crash.processes import Command, Running, ended, fork, serving
from tests.crash.reckoning import RUNGS, clear_up, found, is_taken_in, missing, steps
from tests.hotline import Switchboard
from tests.ports import free_port

LADDER: Final = "".join(
    f'[[routine.untaken]]\nafter = "PT{number}S"\npage = ["on-call"]\nby = ["sms"]\n\n' for number in range(RUNGS)
)
PROGRAMME: Final = people.PROGRAMME.replace(
    people.PROGRAMME[people.PROGRAMME.index("[[routine.untaken]]") : people.PROGRAMME.index("[[routine.uncontacted]]")],
    LADDER,
)
"""A step every second for as long as a case is new, and then no more."""

now = WallClock().now


@dataclass(frozen=True)
class Outcome:
    """What one failover cost, and whether anything was lost."""

    without_service: float
    """Seconds from the last text or form accepted before the death to the first after it. Calls are answered on."""

    after_promotion: float
    """Of these, the seconds after the standby was told to take over."""

    without_steps: float
    """Seconds from the last step that an engine took before the death to the first after it."""

    promised: int
    """Approaches that were told "we have you" before the death."""

    accepted: int
    """Before and after."""

    lost: list[str]
    twice: list[str]
    steps: int
    steps_twice: int
    pages: int
    pages_again: int
    pages_never: int
    readyz: tuple[int, int]
    """What it said while the database was away, and afterwards."""

    reached_by: str
    """Whose telephone rang for somebody who called while it was away."""

    found_missed: bool
    """Whether that call was taken in afterwards."""

    ends: list[str]
    """How our processes ended, doors and engines: each when it was told to, and not before."""


@dataclass
class Callers(Crowd):
    """A crowd that bears being refused, as a carrier does, and looks at the clock."""

    accepted_at: list[datetime] = field(default_factory=list)

    def bring(self, errand: Errand) -> None:
        before = len(self.answered)
        super().bring(errand)
        if len(self.answered) > before and errand.kind != "call":  # a call is answered without the database, too
            self.accepted_at.append(now())
        if self.odd and self.odd[-1] == (errand.kind, 500):
            self.odd.pop()
            self.unanswered.append(errand)

    def _come(self) -> None:
        while not self._gone.is_set():
            errand = somebody(self.plan)
            if errand.kind != "anna":  # she would take cases, and their ladders would rest
                self.bring(errand)
            self._gone.wait(0.3 if self.unanswered else 0.05)


@dataclass
class Line:
    """Everything that runs, and what is outside."""

    servers: postgres.Pair
    db: Database
    plan: Plan
    folder: Path
    exchange: Exchange
    processes: list[Running]

    @property
    def settings(self) -> Settings:
        """What our processes were told."""
        return self.plan.settings.model_copy(update={"bundle_pages": False})

    def ready(self) -> int:
        """What /readyz answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plan.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()


@contextmanager
def running(
    folder: Path, switchboard: Switchboard, *, engines: int = 2, forked: bool = False, durable: bool = False
) -> Iterator[Line]:
    """Doors and engines on two servers, ready to take calls: as commands, or `forked`, which starts them sooner."""
    with ExitStack() as until_the_end:
        servers = until_the_end.enter_context(postgres.two_servers(durable=durable))
        db = Database(servers.url)
        until_the_end.callback(db.close)
        db.migrate()
        keyring = desk.employ(db, folder, PROGRAMME, at=now())
        account, timeline = Account(f"AC{'1' * 32}", "a-token"), LiveTimeline()
        until_the_end.callback(timeline.close)
        exchange = Exchange(account, timeline=timeline, pace=0)
        plan = Plan(servers.url, folder / "keys", free_port(), switchboard.url, account.sid, account.auth_token, now())
        _sell(exchange, plan, db, keyring)
        switchboard.app = create_rest(exchange)
        line = Line(servers, db, plan, folder, exchange, [])
        for number in range(1 + engines):
            words = ("work",) if number else serving(plan)
            process = fork(line.settings, plan.port, doors=not number) if forked else Command(plan, folder, words)
            line.processes.append(process)
            until_the_end.callback(process.join)
            until_the_end.callback(process.kill)
        _until(lambda: line.ready() == 200, within=60)
        yield line


def _sell(exchange: Exchange, plan: Plan, db: Database, keyring: Keyring) -> None:
    """A number whose webhooks lead to our doors, and when they fail to the documents that stand still."""
    with db.reading() as session:
        kept = placed(documents(session, Directory(keyring)), lambda name: f"{plan.carrier}/twiml/EH{name}")
    for address, twiml in kept.items():
        exchange.host(address, twiml)
    webhooks = {"voice_url": f"{plan.origin}/carrier/voice", "sms_url": f"{plan.origin}/carrier/sms"}
    exchange.sell_line(people.LINE, **webhooks, voice_fallback_url=f"{plan.carrier}/twiml/EHfallback")
    for number in people.NUMBERS.values():
        exchange.phone(number)


def fail_over(
    line: Line, *, before: float = 2.0, promoted_after: float = 1.0, afterwards: float = 1.0, at_once: int = 3
) -> Outcome:
    """Let them come, kill the primary, let the standby take over after so many seconds, let them come for some more."""
    crowd = Callers(line.plan)
    coming = crowd.pour_in(at_once=at_once)
    time.sleep(before)
    line.servers.primary.kill()
    died_at, promised = now(), list(crowd.answered)
    caller = line.exchange.phone(people.A_BORROWED_PHONE).call(people.LINE)
    time.sleep(promoted_after)
    _until(lambda: _who_is_rung(line) != "", within=20)
    while_away, reached_by = line.ready(), _who_is_rung(line)
    promoted_at = now()
    line.servers.fail_over()
    _until(lambda: any(moment > promoted_at for moment in list(crowd.accepted_at)), within=60)
    time.sleep(afterwards)
    crowd.go_home(coming)
    _until(lambda: _brings_the_rest(crowd), within=30)
    _until(lambda: not missing(line.db), within=30)  # no step is skipped
    _until(lambda: line.ready() == 200, within=30)
    ends = ended(line.processes)
    climbed, gap = steps(line.db, died_at)
    never, again, pages = clear_up(line.settings, line.db, line.exchange)
    first = min(moment for moment in crowd.accepted_at if moment > promoted_at)
    last = max(moment for moment in crowd.accepted_at if moment <= promoted_at)
    lost, twice = found(line.db, crowd.answered)
    return Outcome(
        without_service=(first - last).total_seconds(),
        after_promotion=(first - promoted_at).total_seconds(),
        without_steps=gap,
        promised=len(promised),
        accepted=len(crowd.answered),
        lost=lost,
        twice=twice,
        steps=climbed.total(),
        steps_twice=sum(times - 1 for times in climbed.values()),
        pages=pages,
        pages_again=again,
        pages_never=never,
        readyz=(while_away, 200),
        reached_by=reached_by,
        found_missed=is_taken_in(line.db, caller.sid),
        ends=ends,
    )


def _brings_the_rest(crowd: Callers) -> bool:
    crowd.try_again()
    return not crowd.unanswered


def _who_is_rung(line: Line) -> str:
    """Whose telephone rings for somebody who called while the database was away."""
    ringing = (alias for alias, number in people.NUMBERS.items() if line.exchange.phone(number).ringing)
    return next(ringing, "")


def _until(what: Callable[[], bool], *, within: float) -> None:
    over = time.monotonic() + within
    while not what():
        if time.monotonic() > over:
            raise AssertionError("it does not come true")
        time.sleep(0.05)
