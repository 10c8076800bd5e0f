"""How things stand: for `dygnet status`, for the machines that watch us, and for nobody's curiosity."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import FastAPI, Header, Request
from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.audit.lateness import late
from app.cases import queries
from app.cases.canaries import Canary
from app.clock import Clock
from app.db import Database
from app.escalation.models import Escalation, Pulse, StepTaken
from app.escalation.pulse import felt, is_silent, last_round
from app.intake.away.meanwhile import Meanwhile
from app.intake.away.route import cannot_be_used
from app.notifications import faults, pace, unusable
from app.notifications.models import CHANNELS
from app.oncall import preflight, roster
from app.oncall.duty import duty, rota_of
from app.programme.apply import current
from app.programme.fields import Tier
from app.staff.models import ChannelKind
from app.traces.standing import AtCarrier, at_carrier
from app.web import Db, Now, Problem, new_face
from app.web.answers import Answers

LOOK_BACK = timedelta(hours=24)

disable_created_metrics()  # type: ignore[no-untyped-call]  # nobody asks when ours were made


@dataclass(frozen=True)
class Status:
    """Counts of open cases, and whether the promise is being kept. Moments in UTC, ages in the clock's seconds."""

    waiting: int
    taken: int
    reached: int
    overdue: int
    next_due_at: datetime | None
    worst_lateness_s: float
    last_round_age_s: float | None
    last_round_s: float | None
    """How long the longest of the latest rounds took, in real seconds."""

    put_aside: int
    """Cases whose step failed; each is tried again every minute, and said aloud."""

    on_call: list[str]
    gaps: int
    at_carrier: AtCarrier
    """Records of calls and texts that are still to be deleted there."""

    carrier_faults: list[str]
    """What a carrier refuses us: its name, the channel, the code."""

    unusable: list[str]
    """Channels to staff that do not work, by a carrier's word: alias and channel."""

    paced: list[pace.Wait]
    """What waits to be sent, by channel, and how long our own pace makes the last of it wait."""

    log_late: list[str]
    """What of the log is late: its signature, the witness, the time stamps, the stream."""

    def plain(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self) | {"next_due_at": self.next_due_at.isoformat() if self.next_due_at else None}


def status(session: Session, *, at: datetime, speed: float = 1.0) -> Status:
    """How things stand at a moment; `worst_lateness_s` over the last 24 hours, `gaps` over the next seven days."""
    pulse = felt(session)
    on_call = duty(session, at).on_call
    worst = session.scalar(
        select(func.max(StepTaken.late_ms)).where(
            StepTaken.ran_at >= at - LOOK_BACK, StepTaken.case_id.not_in(select(Canary.case_id))
        )
    )
    return Status(
        waiting=queries.count_waiting(session),
        taken=queries.count_taken(session),
        reached=queries.count_reached(session),
        overdue=queries.count_overdue(session, at),
        next_due_at=queries.next_due(session),
        worst_lateness_s=(worst or 0) / 1000,
        last_round_age_s=max(0.0, (at - pulse.at).total_seconds()) if pulse else None,
        last_round_s=pulse.round_ms / 1000 if pulse else None,
        put_aside=_put_aside(session),
        on_call=[on_call.alias] if on_call else [],
        gaps=_gaps(session, at=at),
        at_carrier=at_carrier(session, at=at),
        carrier_faults=[f"{fault.carrier} {fault.channel} {fault.code}" for fault in faults.standing(session)],
        unusable=[f"{mark.person.alias} {mark.channel}" for mark in unusable.standing(session)],
        paced=pace.waits(session, at=at),
        log_late=late(session, at=at, speed=speed),
    )


def create_health(
    *, db: Database, clock: Clock, public_url: str, metrics_token: str | None, meanwhile: Meanwhile | None = None
) -> FastAPI:
    """`/healthz`, `/readyz` and, with a token, `/metrics`: on every surface.

    `meanwhile`: what the carrier's door of this process, if there is one, knows for when the database is away.
    """
    face = new_face(db=db, clock=clock, public_url=public_url, problem_page=_plain_problem)
    face.state.metrics_token = metrics_token
    face.state.meanwhile = meanwhile
    face.state.answers = Answers()
    face.get("/healthz")(healthz)
    face.get("/readyz")(readyz)
    face.get("/metrics")(metrics)
    return face


async def healthz() -> PlainTextResponse:
    """The process is up. It says so also while all its threads wait for a database that says nothing."""
    return PlainTextResponse("ok\n")


def readyz(request: Request, db: Db, now: Now) -> JSONResponse:
    """The database answers, the engine is fresh, somebody is reachable, and the carrier does not refuse us: 200, or 503
    and what is missing. What of the log is late is told besides: no caller is turned away for it."""
    missing, clock = [], request.app.state.clock
    try:
        with db.reading() as session:
            round_at = last_round(session)
            somebody = any(person.channel(ChannelKind.PHONE) for person in duty(session, now).ring_order)
            refused = any(fault.concerns_everything for fault in faults.standing(session))
            log_late = late(session, at=now, speed=clock.speed)
    except Exception:  # noqa: BLE001 - whatever it is, we are not ready
        return JSONResponse({"ready": False, "missing": ["database"]}, status_code=503)
    if is_silent(round_at, at=now, speed=clock.speed):
        missing.append("engine")
    if not somebody:
        missing.append("on_call")
    if refused:
        missing.append("carrier")
    told = {"ready": not missing, "missing": missing, "log_late": log_late}
    return JSONResponse(told, status_code=503 if missing else 200)


def metrics(request: Request, db: Db, now: Now, authorization: Annotated[str, Header()] = "") -> Response:
    """Counts for Prometheus; while the database is away those that this process knows by itself. Without the right
    token there is no such page."""
    token: str | None = request.app.state.metrics_token
    if token is None or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return Response(status_code=404)
    state = request.app.state
    line = _of_the_line(db, state.meanwhile, at=now, speed=state.clock.speed)
    ours = _of_this_process(state.meanwhile, is_away=line is None, at=now)
    return Response((line or b"") + ours + state.answers.told(), media_type="text/plain; version=0.0.4")


def _of_the_line(db: Database, meanwhile: Meanwhile | None, *, at: datetime, speed: float) -> bytes | None:
    """What stands in the database; None while it is away. Where that is known already nobody waits for it."""
    if meanwhile and meanwhile.is_remembered_away:
        return None
    try:
        with db.reading() as session:
            return _metrics(status(session, at=at, speed=speed), felt(session))
    except Exception as problem:
        if not cannot_be_used(problem):
            raise
        return None


def _of_this_process(meanwhile: Meanwhile | None, *, is_away: bool, at: datetime) -> bytes:
    registry = CollectorRegistry()
    Gauge("dygnet_database_away", "Whether this process cannot use the database", registry=registry).set(is_away)
    if meanwhile:
        _kept(meanwhile, registry, at=at)
    return generate_latest(registry)


def _metrics(now: Status, pulse: Pulse | None) -> bytes:
    registry = CollectorRegistry()
    for name, meaning, value in (
        ("waiting", "Open cases nobody has taken", now.waiting),
        ("taken", "Open cases taken and not reached", now.taken),
        ("reached", "Open cases with first contact", now.reached),
        ("overdue", "Open cases past their deadline without contact", now.overdue),
        ("worst_lateness_seconds", "Latest step of the last 24 hours", now.worst_lateness_s),
        ("last_round_age_seconds", "Since the engine last played a round", now.last_round_age_s),
        ("last_round_seconds", "How long the longest of the latest rounds took", now.last_round_s),
        ("put_aside", "Cases whose step failed and is tried again every minute", now.put_aside),
        ("roster_gaps", "Stretches of the next seven days with nobody on call", now.gaps),
        ("records_at_carrier", "Records of calls and texts still to be deleted there", now.at_carrier.waiting),
        ("records_at_carrier_late", "Of these, kept for longer than fifteen days, or for good", now.at_carrier.late),
        ("carrier_faults", "Faults between us and a carrier that an operator has to mend", len(now.carrier_faults)),
        ("unusable_channels", "Channels to staff that do not work", len(now.unusable)),
        ("log_late", "Of the log's signature, witness, time stamps and stream, how many are late", len(now.log_late)),
    ):
        if value is not None:
            Gauge(f"dygnet_{name}", meaning, registry=registry).set(value)
    _paced(now.paced, registry)
    if pulse:
        _counted(pulse, registry)
    return generate_latest(registry)


def _counted(pulse: Pulse, registry: CollectorRegistry) -> None:
    """What all engines have done since the beginning: two readings make a rate, and a mean."""
    for name, meaning, value in (
        ("engine_rounds", "Rounds played", pulse.rounds_in_all),
        ("engine_steps", "Cases advanced", pulse.deeds_in_all),
        ("engine_steps_put_aside", "Cases whose step failed, each time it did", pulse.postponed_in_all),
        ("engine_round_seconds", "Time spent in rounds", pulse.busy_ms_in_all / 1000),
        ("engine_late_seconds", "By how much steps were late, added up", pulse.late_ms_in_all / 1000),
    ):
        Counter(f"dygnet_{name}", meaning, registry=registry).inc(value)


def _kept(meanwhile: Meanwhile, registry: CollectorRegistry, *, at: datetime) -> None:
    """How often this process has answered without the database, and how old the roster is that it would do so with."""
    answered = "Calls that this process answered from the kept roster while the database was away"
    Counter("dygnet_kept_roster_calls", answered, registry=registry).inc(meanwhile.answered)
    if meanwhile.roster:
        age = Gauge("dygnet_kept_roster_age_seconds", "Since the kept roster was made", registry=registry)
        age.set((at - meanwhile.roster.made_at).total_seconds())


def _put_aside(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Escalation).where(Escalation.failures > 0)) or 0


def _paced(waits: Sequence[pace.Wait], registry: CollectorRegistry) -> None:
    """Every channel is there, also with nothing waiting: what is missing cannot be watched."""
    waiting = Gauge("dygnet_pages_waiting", "Pages that may be sent and wait", ["channel"], registry=registry)
    held_up = Gauge(
        "dygnet_pages_held_up_seconds",
        "How long our own pace makes the last of them wait",
        ["channel"],
        registry=registry,
    )
    found = {wait.channel: wait for wait in waits}
    for channel in CHANNELS:
        wait = found.get(channel, pace.Wait(channel, 0, 0.0))
        waiting.labels(channel).set(wait.waiting)
        held_up.labels(channel).set(wait.last_goes_in_s)


def _gaps(session: Session, *, at: datetime) -> int:
    rota = rota_of(session, current(session), since=at)
    return len(roster.gaps(rota, Tier.ON_CALL, start=at, end=at + preflight.AHEAD))


def _plain_problem(_request: Request, problem: Problem) -> Response:
    return Response(status_code=problem.status)
