"""The operator's hand on backups. The passphrase is typed, or comes by stdin or a file; it is never an argument."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.backup.files import LOCK, lock_of
from app.backup.making import back_up
from app.backup.restoring import restore as bring_back
from app.errors import BadInput, Misconfigured
from app.settings import settings_from
from app.terminal import clock, database, show
from app.vault.locks import Lock

SHORTEST = 12

Folder = Annotated[Path, typer.Argument(help="The folder of backups.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def backup(folder: Folder, as_json: AsJson = False) -> None:
    """Write everything into a folder, locked: one new file of rows, and the one file of what opens cases anew.

    The passphrase: BACKUP_PASSPHRASE_FILE names a file with it, or it is typed. Copy the folder whole, and let each
    copy replace the one before: docs/forgetting.md says why.
    """
    settings, now = settings_from(), clock().now()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database(settings) as db:
        made = back_up(db, folder, _lock(folder), at=now, by="operator")
    show({"file": made.path.name, "rows": made.rows, "openers": made.openers}, as_json=as_json)


def restore(
    folder: Folder,
    of: Annotated[str | None, typer.Option("--file", help="Which rows-….backup; left out: the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty database. What was forgotten since it was made is forgotten once more."""
    settings, now = settings_from(), clock().now()
    if not (folder / LOCK).exists():
        raise Misconfigured(f"{folder} is no folder of backups: {LOCK} is not there")
    with database(settings) as db:
        done = bring_back(db, folder, _lock(folder), of=of, at=now, by="operator")
    show({"rows": done.rows, "forgotten_again": done.forgotten, "shut": done.shut}, as_json=as_json)


def _lock(folder: Path) -> Lock:
    named = os.environ.get("BACKUP_PASSPHRASE_FILE")
    if named:
        words = Path(named).read_text("utf-8").strip()
    elif sys.stdin.isatty():
        words = getpass.getpass("Passphrase of the backups: ")
    else:
        words = sys.stdin.readline().strip()
    if len(words) < SHORTEST:
        raise BadInput(f"A passphrase for backups has at least {SHORTEST} characters.")
    return lock_of(folder, words)
