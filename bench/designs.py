"""Two other ways to keep a deadline, as small as they can honestly be, with the same carrier client as ours.

`jobs`: one APScheduler date job for each deadline, in its SQLAlchemy job store, with default settings; `patient`: the
same without misfire grace, and with as many threads as ours has hands. `loop`: a table with an indexed `due_at`, whose
rows are claimed, sent and marked.
"""

from __future__ import annotations

import argparse
import logging
import os
import pickle
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apscheduler.executors.pool import ThreadPoolExecutor as Threads
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import Engine, create_engine, event, insert, text

from app.signals import told_to_stop
from app.telephony.carrier import CarrierError
from app.telephony.twilio import TwilioCarrier

AT_ONCE: Final = 8
JOBS, PATIENT, LOOP = "jobs", "patient", "loop"
_IN_ONE_GO: Final = 10_000


def hand_over(page: str) -> None:
    """The text about one deadline, as the engine sends it."""
    text_it(_carrier(), page)


def text_it(carrier: TwilioCarrier, page: str) -> None:
    """Ask the carrier once; what it refuses is lost, as it would be."""
    try:
        carrier.text(to="+46701740605", body="K7Q2", status_url=f"https://x/{page}", valid_for=timedelta(minutes=10))
    except CarrierError as problem:
        print(problem, flush=True)


def _carrier() -> TwilioCarrier:
    return _carriers.setdefault(
        "one",
        TwilioCarrier(
            account_sid=os.environ["TWILIO_ACCOUNT_SID"],
            auth_tokens=(os.environ["TWILIO_AUTH_TOKEN"],),
            sender="+46846500400",
            api_url=os.environ["TWILIO_API_URL"],
        ),
    )


_carriers: dict[str, TwilioCarrier] = {}


def write(design: str, url: str, moments: Mapping[str, datetime]) -> None:
    """Store so many deadlines, in bulk."""
    if design == LOOP:
        _write_rows(url, moments)
    else:
        _write_jobs(url, moments, grace=None if design == PATIENT else 1)


def _write_jobs(url: str, moments: Mapping[str, datetime], *, grace: int | None) -> None:
    engine = opened(url)
    scheduler = BackgroundScheduler(timezone="UTC", jobstores={"default": SQLAlchemyJobStore(engine=engine)})
    scheduler.start(paused=True)
    far = datetime.now(UTC) + timedelta(days=9)  # noqa: TID251
    job = scheduler.add_job(
        "bench.designs:hand_over", "date", run_date=far, args=("x",), id="x", misfire_grace_time=grace
    )
    state, table = job.__getstate__(), scheduler._lookup_jobstore("default").jobs_t  # noqa: SLF001
    job.remove()
    rows = [
        {
            "id": page,
            "next_run_time": moment.timestamp(),
            "job_state": pickle.dumps(
                state | {"id": page, "args": (page,), "trigger": DateTrigger(moment, UTC), "next_run_time": moment}, 5
            ),
        }
        for page, moment in moments.items()
    ]
    _in_bulk(engine, insert(table), rows)
    scheduler.shutdown()
    engine.dispose()


def _write_rows(url: str, moments: Mapping[str, datetime]) -> None:
    engine = opened(url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE IF NOT EXISTS due (id VARCHAR(40) PRIMARY KEY, due_at FLOAT, until FLOAT)")
        )
        connection.execute(text("CREATE INDEX IF NOT EXISTS ix_due ON due (due_at) WHERE due_at IS NOT NULL"))
    rows = [{"id": page, "due_at": moment.timestamp()} for page, moment in moments.items()]
    _in_bulk(engine, text("INSERT INTO due (id, due_at) VALUES (:id, :due_at)"), rows)
    engine.dispose()


def _in_bulk(engine: Engine, statement: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _IN_ONE_GO):
        with engine.begin() as connection:
            connection.execute(statement, rows[start : start + _IN_ONE_GO])


def opened(url: str) -> Engine:
    """A database that keeps what it is told as safely as ours does."""
    engine = create_engine(url, pool_size=40)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _keep_safely(connection))
    return engine


def _keep_safely(connection: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _run_jobs(url: str, *, patient: bool) -> None:
    scheduler = BackgroundScheduler(
        timezone="UTC",
        jobstores={"default": SQLAlchemyJobStore(engine=opened(url))},
        executors={"default": Threads(AT_ONCE if patient else 10)},
        job_defaults={"misfire_grace_time": None} if patient else {},
    )
    logging.disable()  # it has much to say about what it missed
    wait = told_to_stop()
    scheduler.start()
    wait()
    scheduler.shutdown(wait=False)


def _run_loop(url: str) -> None:
    engine, hands, wait = opened(url), ThreadPoolExecutor(AT_ONCE), told_to_stop()
    free = threading.Semaphore(AT_ONCE)
    threading.Thread(target=_keep_looking, args=(engine, hands, free), daemon=True).start()
    wait()
    os._exit(0)


def _keep_looking(engine: Engine, hands: ThreadPoolExecutor, free: threading.Semaphore) -> None:
    lock = " FOR UPDATE SKIP LOCKED" if engine.dialect.name == "postgresql" else ""
    find = text(f"SELECT id, due_at FROM due WHERE due_at <= :now ORDER BY due_at LIMIT 1{lock}")
    while True:
        free.acquire()
        with engine.begin() as connection:
            if not lock:
                connection.execute(text("UPDATE due SET until = 0 WHERE id = ''"))  # takes SQLite's turn to write
            found = connection.execute(find, {"now": time.time()}).first()  # noqa: TID251
            if found:  # a claim: due again in a minute, unless it is marked before
                connection.execute(text("UPDATE due SET due_at = due_at + 60 WHERE id = :id"), {"id": found.id})
        if found:
            hands.submit(_send, engine, free, found.id)
            continue
        free.release()
        with engine.connect() as connection:
            coming = connection.execute(text("SELECT min(due_at) FROM due WHERE due_at IS NOT NULL")).scalar()
        time.sleep(max(0.0, min(1.0, (coming or 9e9) - time.time())))  # noqa: TID251


def _send(engine: Engine, free: threading.Semaphore, page: str) -> None:
    try:
        hand_over(page)
        with engine.begin() as connection:
            connection.execute(text("UPDATE due SET due_at = NULL WHERE id = :id"), {"id": page})
    finally:
        free.release()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("design", choices=(JOBS, PATIENT, LOOP))
    told = asked.parse_args()
    database = os.environ["DATABASE_URL"]
    _run_loop(database) if told.design == LOOP else _run_jobs(database, patient=told.design == PATIENT)
