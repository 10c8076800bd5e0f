"""The operator's and the auditor's hand on the log: export, verify, checkpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.audit import sequencer, trees, years
from app.audit.excerpt import excerpt
from app.audit.export import export
from app.audit.note import Checkpoint, Signer
from app.audit.selection import Selection
from app.audit.verify import verify
from app.settings import Settings, settings_from
from app.terminal import clock, database, progress, stop
from app.vault.keyring import Keyring

audit = typer.Typer(help="The log nobody can quietly change.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Keys = Annotated[list[str] | None, typer.Option("--key", help="The log's key, as you were given it.")]
Held = Annotated[list[Path] | None, typer.Option(help="A checkpoint you kept from before.")]
Said = Annotated[list[str] | None, typer.Option(help="A checkpoint you wrote down: ORIGIN SIZE ROOT.")]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", help="A witness's key, as you were given it.")]
Authority = Annotated[Path | None, typer.Option("--tsa", help="The certificate of the time stamping authority.")]
Cases = Annotated[Path | None, typer.Option("--cases", help="Write what became of each case, as CSV, to this file.")]
Since = Annotated[datetime | None, typer.Option(help="Only what was done from this moment on, in UTC.")]
Until = Annotated[datetime | None, typer.Option(help="Only what was done before this moment, in UTC.")]
Actor = Annotated[str, typer.Option(help="Only what this alias did; or caller, carrier, engine, operator, watch.")]
Role = Annotated[str, typer.Option(help="Only what was done in this role.")]
Deed = Annotated[str, typer.Option("--action", help="Only deeds of this kind, such as case.revealed.")]
Year = Annotated[int | None, typer.Option(help="Only the tree of this year, whole.")]
About = Annotated[str, typer.Option("--about", help="Only what concerns this case's pseudonym, or person:ALIAS.")]


class Shape(StrEnum):
    """How a checkpoint is printed."""

    NOTE = "note"
    LINE = "line"
    NEXT_KEY = "next-key"


@audit.command("export")
def audit_export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    since: Since = None,
    until: Until = None,
    actor: Actor = "",
    role: Role = "",
    action: Deed = "",
    about: About = "",
    year: Year = None,
) -> None:
    """Write the log so that anybody can verify it without us: all of it, or what is asked for, each entry proved.

    Each calendar year (UTC) has a tree of its own: the present one is in the folder, those before it below earlier/.
    """
    settings = settings_from()
    keyring = Keyring.load(settings.keys_dir, private=("audit",))
    selection = Selection(_in_utc(since), _in_utc(until), actor, role, action, about)
    if selection.is_everything:
        _export_all(folder, settings, keyring, year)
    elif year is not None:
        stop("--year is for a whole year; for part of one say --since and --until")
    else:
        _export_part(folder, selection, settings, keyring)


def _export_all(folder: Path, settings: Settings, keyring: Keyring, year: int | None) -> None:
    with database(settings) as db:
        made = export(
            db,
            folder,
            key=keyring.log_key,
            origin=keyring.log_name,
            at=clock().now(),
            by="operator",
            progress=progress("entries"),
            tsa_certificate=settings.tsa_certificate,
            year=year,
        )
    print(f"{made.size} entries in {made.folder}\nthe log's key, to hand over by another road:\n{made.vkey}")
    if made.damage:
        stop(f"the stored log is damaged: {made.damage}")


def _export_part(folder: Path, selection: Selection, settings: Settings, keyring: Keyring) -> None:
    vkey = str(Signer(keyring.log_name, keyring.log_key).verifier_key)
    with database(settings) as db:
        made = excerpt(
            db,
            folder,
            selection,
            vkeys=[vkey],
            at=clock().now(),
            by="operator",
            key=keyring.log_key,
            origin=keyring.log_name,
        )
    print(f"{made.count} of {made.size} entries in {made.folder}, each with its proof\nthe log's key:\n{vkey}")
    if made.damage:
        stop(f"the stored log is damaged: {made.damage}")


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


@audit.command("verify")
def audit_verify(
    folder: Annotated[Path, typer.Argument(help="An exported folder.")],
    key: Keys = None,
    held: Held = None,
    said: Said = None,
    witness: Witnesses = None,
    tsa: Authority = None,
    cases: Cases = None,
    as_json: AsJson = False,
) -> None:
    """Check an exported log: signatures, every leaf and tile, witnesses, time stamps, and whether the promise was kept.

    Status 1 when the log is not as it was signed. A promise that was broken is told, and is no fault of the log.
    """
    report = verify(
        folder,
        key,
        held=held or (),
        said=said or (),
        witnesses=witness or (),
        authority=tsa,
        cases=cases,
        progress=progress("checked"),
    )
    if as_json:
        print(json.dumps(report.plain(), indent=2, ensure_ascii=False))
    else:
        print("\n".join(report.lines()))
    raise typer.Exit(0 if report.ok else 1)


@audit.command("checkpoint")
def audit_checkpoint(
    shape: Annotated[
        Shape, typer.Option("--as", help="The signed note, one line for the handover, or the key of next year's tree.")
    ] = Shape.NOTE,
) -> None:
    """Sign the log as it stands now, and print the checkpoint: to keep, to print, or to mail in the daily handover.

    A witness of another maker than us wants the key of each year's tree before it begins.
    """
    settings = settings_from()
    keyring = Keyring.load(settings.keys_dir, private=("audit",))
    now = clock().now()
    key, line = keyring.log_key, keyring.log_name
    with database(settings) as db, db.transaction() as session:
        while years.go_on(session, lambda: key, at=now, origin=line):
            pass
        made = sequencer.checkpoint(session, key, at=now, origin=line)
        present = trees.present(session)
    if shape is Shape.NOTE:
        print(made.note, end="")
    elif shape is Shape.NEXT_KEY:
        following = trees.Tree(present.number + 1, trees.year_of(now) + 1, 0)
        print(Signer(following.origin(line), key).verifier_key)
    else:
        print(Checkpoint.parse(made.note.rpartition("\n\n")[0] + "\n").line)
