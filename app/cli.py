"""The operator's hand: every command says what it did, and ends with status 0 only when it did it."""

from __future__ import annotations

from app import importing  # isort: split

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import VERSION, logs
from app.audit.migrating import migrate
from app.audit_cli import audit
from app.backup_cli import backup, restore
from app.canary import send as send_canary
from app.check import looked_over
from app.clock import WallClock
from app.db import Database, why_not
from app.demo import running
from app.equipment import desk_for, keeper_for
from app.errors import DygnetError
from app.escalation import shifts
from app.handover_cli import handover
from app.health import status as status_of
from app.intake.sound import with_known_recordings
from app.keys_cli import keys, offer_shares
from app.logkeeper import LogProcess
from app.practise_cli import practise
from app.programme.apply import apply as apply_programme
from app.programme.apply import difference, read
from app.retention_cli import retention
from app.settings import Settings, settings_from
from app.signals import told_to_stop
from app.staff.directory import Directory, by_alias
from app.staff.keys import is_last_holder
from app.staff.models import Person
from app.staff.signin import make_link
from app.stats_cli import stats
from app.terminal import clock, database, show, stop
from app.vault.keyring import Keyring
from app.vault.recovery import NEEDED, SHARES
from app.vault.staff_keys import ROTA
from app.watching.watcher import EVERY, watcher_for
from app.witness_cli import witness
from app.worker import LOG, Worker, worker_for

importing.over()

app = typer.Typer(help="Dygnet: the backend of a 24-hour line.", no_args_is_help=True, pretty_exceptions_enable=False)
staff = typer.Typer(help="The people who answer.", no_args_is_help=True)
app.add_typer(staff, name="staff")
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.add_typer(handover, name="handover")
app.command()(backup)
app.command()(restore)
app.command()(practise)
app.command()(retention)
app.command()(stats)
app.command()(witness)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Part(StrEnum):
    """What of the engine a process is."""

    ENGINE = "engine"
    LOG = "log"


@app.command("demo")
def run_demo(
    port: Annotated[int, typer.Option(help="The line; the telephones are on the next port.", min=1, max=65534)] = 8000,
    speed: Annotated[float, typer.Option(help="How many times as fast the clock runs.", min=1, max=86400)] = 1.0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with no data.")] = False,
) -> None:
    """Everything in one process on this machine, with a simulated telephone company. No account, no network."""
    running.run(port=port, speed=speed, fresh=fresh)


@app.command()
def init(
    programme: Annotated[Path | None, typer.Option(help="A programme file to apply as well.")] = None,
    shares: Annotated[int, typer.Option(help="Recovery shares, for as many people.", min=2, max=16)] = SHARES,
    needed: Annotated[int, typer.Option(help="How many of them are needed.", min=2, max=16)] = NEEDED,
    pages: Annotated[Path | None, typer.Option(help="Write the shares as pages for a printer.")] = None,
) -> None:
    """Make the keys and the database. Safe to repeat; overwrites no key. Shares are shown once, and kept nowhere."""
    settings = settings_from()
    for path in Keyring.create(settings.keys_dir):
        print(f"made     {path}")
    with database(settings) as db:
        migrate(db, at=clock().now(), by="operator")
        print("schema   current")
        if programme:
            _apply(settings, db, programme, dry_run=False)
    offer_shares(settings, count=shares, needed=needed, pages=pages)


@app.command()
def serve(
    surfaces: Annotated[str | None, typer.Option(help="public,carrier,console: which doors to open.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes.", min=1)] = 1,
) -> None:
    """Open the doors."""
    if surfaces:
        os.environ["SURFACES"] = surfaces
    settings_from()
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
    )


@app.command()
def work(
    only: Annotated[Part | None, typer.Option(help="The engine without the log's key, or the log alone.")] = None,
) -> None:
    """Run an engine: escalation, delivery, the log's sequence. As many as you like, anywhere."""
    settings = settings_from()
    logs.start(settings.log_level)
    with database(settings) as db:
        if only is Part.LOG:
            keyring = Keyring.load(settings.keys_dir, private=(LOG,))
            at_work: Worker | LogProcess = LogProcess(keeper_for(settings, db, WallClock(), keyring))
        else:
            at_work = worker_for(settings, db, WallClock(), keeps_log=only is None)
        wait = told_to_stop()
        at_work.start()
        wait()
        at_work.stop()


@app.command()
def watch(
    programme: Annotated[Path, typer.Argument(help="The programme file: whose telephones to ring, kept on this disk.")],
    once: Annotated[bool, typer.Option("--once", help="One look, for cron: 2 when late and told, 3 when not.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks.", min=1, max=60)] = EVERY,
    again: Annotated[int, typer.Option(help="Minutes until an alarm that lasts is given again.", min=1)] = 15,
    memory: Annotated[Path, typer.Option(help="Where to keep what was said.")] = Path("var/watch.json"),
    as_json: AsJson = False,
) -> None:
    """Raise the alarm when something due is late by a minute. Needs no engine and no key; run it on another machine."""
    settings = settings_from()
    logs.start(settings.log_level)
    lasts = timedelta(minutes=again)
    watcher = watcher_for(settings, clock(), programme, memory=memory, again=lasts, every=every)
    if once:
        seen = watcher.look()
        show(seen.plain(), as_json=as_json)
        raise typer.Exit(seen.status)
    wait = told_to_stop()
    watcher.start()
    wait()
    watcher.stop()


@app.command()
def canary() -> None:
    """Send a test through everything, to whoever is on call; they answer it like any other page. It counts nowhere."""
    settings = settings_from()
    keyring = Keyring.load(settings.keys_dir, private=("index",))
    with database(settings) as db, db.transaction() as session:
        reference = send_canary(session, desk_for(keyring), by="operator", at=clock().now())
    print(reference)


@app.command("apply")
def apply_file(
    file: Annotated[Path, typer.Argument(help="The programme file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Bring a programme file into the database: validate, show the difference, apply."""
    settings = settings_from()
    with database(settings) as db:
        _apply(settings, db, file, dry_run=dry_run)


@staff.command("link")
def link(
    alias: Annotated[str, typer.Argument(help="Whose link.")],
    lose_the_key: Annotated[bool, typer.Option("--lose-the-key", help="Though nobody else can open cases.")] = False,
) -> None:
    """A one-time sign-in link, good for fifteen minutes. Hand it over in person. Using it makes a new staff key."""
    settings = settings_from()
    with database(settings) as db, db.transaction() as session:
        person = by_alias(session, alias)
        if person is None:
            stop(f"nobody on the staff is called {alias}: see the programme file")
        if settings.staff_hold and not lose_the_key:
            _insist_on_another_holder(settings, session, person)
        token = make_link(session, person, at=WallClock().now(), by="operator")
    print(f"{settings.public_url}/console/enrol/{token}")


@app.command()
def status(as_json: AsJson = False) -> None:
    """How things stand: what waits, what is late, who is on call."""
    with database(settings_from()) as db, db.reading() as session:
        standing = status_of(session, at=clock().now(), speed=clock().speed).plain()
    show(standing, as_json=as_json)


@app.command()
def check(
    carrier: Annotated[bool, typer.Option("--carrier", help="Also what is set there, and its fallback.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look over settings, keys, database, programme, roster and carrier, and say what to do about each finding."""
    settings = settings_from()
    with database(settings) as db:
        report = looked_over(settings, db, at=clock().now(), also_carrier=carrier)
    print(report.as_json() if as_json else report.read_out())
    raise typer.Exit(1 if report.findings else 0)


def main() -> None:
    """Run a command; what Dygnet itself can say went wrong is said in words, with status 1."""
    try:
        app()
    except DygnetError as problem:
        stop(str(problem))
    except (SQLAlchemyError, OSError) as problem:
        stop(why_not(problem))


def _insist_on_another_holder(settings: Settings, session: Session, person: Person) -> None:
    current = Keyring.load(settings.keys_dir).public(ROTA).key_id
    if is_last_holder(session, person, current):
        stop(
            f"{person.alias} alone can open cases, and a new link makes a new key that opens none. Let somebody else "
            "in first. If the passphrase is forgotten: dygnet staff link --lose-the-key, then dygnet keys recover"
        )


def _apply(settings: Settings, db: Database, file: Path, *, dry_run: bool) -> None:
    programme = with_known_recordings(read(file))
    keyring = Keyring.load(settings.keys_dir, private=("duty",))
    directory = Directory(keyring)
    with db.reading() as session:
        lines = difference(session, programme, directory=directory)
    print("\n".join(lines) or "nothing to change")
    if dry_run or not lines:
        return
    now, duty = clock().now(), keyring.public("duty")
    with db.transaction() as session:
        apply_programme(session, programme, at=now, by="operator", duty=duty, directory=directory)
        shifts.wake(session, at=now)  # its rotations may end a shift sooner
    print("applied")


@app.callback(invoke_without_command=True)
def version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Dygnet: the backend of a 24-hour line."""
    if version:
        print(f"dygnet {VERSION}")
        raise typer.Exit


if __name__ == "__main__":
    main()
