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
from app.backup.passing import PassingKey
from app.backup.restoring import restore as bring_back
from app.errors import BadInput, Misconfigured
from app.settings import settings_from
from app.terminal import clock, database, show
from app.vault.locks import Lock

SHORTEST = 12

Folder = Annotated[Path, typer.Argument(help="The folder of backups.")]
KeyIn = Annotated[
    list[Path] | None,
    typer.Option("--key-in", help="A file far from the backups that holds the openers' own key; may be given twice."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def backup(folder: Folder, key_in: KeyIn = None, as_json: AsJson = False) -> None:
    """Write everything into a folder, locked: one new file of rows, and the one file of what opens cases anew.

    The passphrase: BACKUP_PASSPHRASE_FILE names a file with it, or it is typed. Copy the folder whole, and let each
    copy replace the one before: docs/forgetting.md says why. With --key-in an older copy opens for nobody.
    """
    settings, now = settings_from(), clock().now()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database(settings) as db:
        lock = _lock(folder)
        made = back_up(db, folder, lock, at=now, by="operator", passing=_passing(key_in, lock))
    show({"file": made.path.name, "rows": made.rows, "openers": made.openers}, as_json=as_json)


def restore(
    folder: Folder,
    of: Annotated[str | None, typer.Option("--file", help="Which rows-….backup; left out: the newest.")] = None,
    key_in: KeyIn = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty database. What was forgotten since it was made is forgotten once more."""
    settings, now = settings_from(), clock().now()
    if not (folder / LOCK).exists():
        raise Misconfigured(f"{folder} is no folder of backups: {LOCK} is not there")
    with database(settings) as db:
        lock = _lock(folder)
        done = bring_back(db, folder, lock, of=of, at=now, by="operator", passing=_passing(key_in, lock))
    show({"rows": done.rows, "forgotten_again": done.forgotten, "shut": done.shut}, as_json=as_json)


def _passing(key_in: list[Path] | None, lock: Lock) -> PassingKey | None:
    return PassingKey(key_in, lock) if key_in else None


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
