"""The operator's hand on the keys. No share and no passphrase is ever an argument: they are typed, or come by stdin."""

from __future__ import annotations

import getpass
import json
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.audit.log import record
from app.errors import BadInput, Misconfigured
from app.keys import locking, recovery
from app.keys.rotation import Rotation, Step
from app.keys.sessions import end_all
from app.keys.status import Standing, findings, recovery_plain, standings
from app.settings import Settings, settings_from
from app.terminal import clock, database, progress, stop
from app.vault.keyfiles import PRIVATE, PUBLIC, files_in, write_whole
from app.vault.locks import Passphrase, Wrapper
from app.vault.providers import lock_of, passphrase_in, token_in, variable_of
from app.vault.recovery import NEEDED, SHARES, BadShare, Collected, make_shares
from app.vault.recovery_sheet import About, as_pages, for_terminal

keys = typer.Typer(help="The keys: their ages, rotation, recovery.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Count = Annotated[int, typer.Option("--shares", help="How many shares.", min=2, max=16)]
Needed = Annotated[int, typer.Option("--needed", help="How many of them are needed.", min=2, max=16)]
Pages = Annotated[Path | None, typer.Option(help="Write the shares as pages for a printer, readable by you alone.")]
Shown = Annotated[bool, typer.Option("--print", help="Print the shares here even if this is no terminal.")]

SESSION, PROGRAMME = "session", "programme"
"""Two kinds that are no files: everybody's sessions, and the programme's key, which is the rota key."""


@keys.command()
def status(as_json: AsJson = False) -> None:
    """Which keys there are, since when, what hangs on each, and what to do. Opens none of them."""
    settings = settings_from()
    folder, now = settings.keys_dir, clock().now()
    with database(settings) as db, db.reading() as session:
        if not (found := standings(session, folder)):
            stop(f"there are no keys in {folder}. Make them with: dygnet init")
        kept = recovery_plain(session, folder, now)
        wrong = list(findings(session, folder, at=now, staff_hold=settings.staff_hold))
    if as_json:
        rows = [one.plain(now) for one in found]
        warnings = [{"what": one.what, "do": one.do} for one in wrong]
        print(json.dumps({"keys": rows, "recovery": kept, "warnings": warnings}, indent=2))
        return
    print("\n".join(_line(one, (now - one.key.since).days) for one in found))
    for one in wrong:
        print(f"{'!' if one.serious else '-'} {one.what}\n  {one.do}")


@keys.command()
def rotate(
    kind: Annotated[str, typer.Argument(help="rota, duty, index, audit, push, or session.")],
    finish: Annotated[
        bool, typer.Option("--finish", help="Destroy the old private half, when nothing needs it.")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="One more generation, though the last is not finished.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Replace a key while everything runs. Stopped in the middle, it goes on where it was when it is started again."""
    settings = settings_from()
    kind = "rota" if kind == PROGRAMME else kind
    with database(settings) as db:
        if kind == SESSION:
            print(f"{end_all(db, at=clock().now(), by='operator')} sessions ended; everybody signs in again")
            return
        hold = settings.staff_hold
        rotation = Rotation(db, settings.keys_dir, kind, clock().now(), "operator", staff_hold=hold)
        if finish:
            _finish(rotation, yes=yes)
            return
        told = list(_shown(rotation.run(anew=anew)))
    if hold and kind == "rota":
        print("\n".join([*(told or ["this key is being replaced already"]), _IN_THE_CONSOLE]))
    else:
        print("\n".join([*(told or ["nothing is left to do"]), _AFTERWARDS[kind]]))


@keys.command()
def shares(count: Count = SHARES, needed: Needed = NEEDED, pages: Pages = None, print_them: Shown = False) -> None:
    """Make recovery shares, in the place of earlier ones. They are printed, and kept nowhere."""
    settings = settings_from()
    _make_shares(settings, count=count, needed=needed, pages=pages, print_them=print_them)


@keys.command()
def drill() -> None:
    """Try whether the shares open the recovery key: yes or no. Opens no other key; the day is kept."""
    settings = settings_from()
    shares = _collected()
    with database(settings) as db:
        worked = recovery.drill(db, shares.key(), at=clock().now(), by="operator")
    if not worked:
        stop("no: these shares belong together, but are not the ones in use")
    print("yes: these shares open the recovery key")


@keys.command()
def recover(
    to: Annotated[str | None, typer.Option(help="Grant the rota key to this colleague's staff key.")] = None,
) -> None:
    """Bring back the keys that are missing here, from k of n shares."""
    settings = settings_from()
    if settings.staff_hold and to is None:
        stop("staff hold the rota key: say to whom it is granted, with --to ALIAS")
    if to and not settings.staff_hold:
        stop("this server holds the rota key itself (ROTA_KEY=server): leave --to out, or set ROTA_KEY=staff first")
    if to:
        with database(settings) as db, db.reading() as session:
            recovery.insist_on_a_key(session, to)
    shares = _collected()
    with database(settings) as db:
        done = list(recovery.restore(db, settings.keys_dir, shares.key(), at=clock().now(), by="operator", to=to))
    print("\n".join(f"restored {key_id}" for key_id in done) or "nothing was missing")


@keys.command()
def lock(token: Annotated[bool, typer.Option("--token", help="By the token that KEYS_TOKEN names.")] = False) -> None:
    """Encrypt the key files on disk. Every process then needs KEYS_PASSPHRASE_FILE, or the token."""
    settings = settings_from()
    wrapper = _token() if token else Passphrase(_new_passphrase())
    _note(settings, "keys.locked", what="locked")
    done = locking.lock(settings.keys_dir, wrapper)
    print(f"locked {len(done)} key files in {settings.keys_dir}")


@keys.command()
def unlock() -> None:
    """Write the key files as they are."""
    settings = settings_from()
    _note(settings, "keys.locked", what="unlocked")
    print(f"unlocked {len(locking.unlock(settings.keys_dir))} key files in {settings.keys_dir}")


@keys.command()
def environment(
    kinds: Annotated[list[str], typer.Argument(help="Private halves of these kinds; public ones of the others.")],
) -> None:
    """Print the keys as variables, for a platform without disks. What is printed is the keys themselves."""
    settings = settings_from()
    _note(settings, "keys.printed", kinds=",".join(sorted(kinds)))
    folder = settings.keys_dir
    listed: dict[str, list[str]] = {}
    for file in files_in(folder):
        if file.half == (PRIVATE if file.kind in kinds else PUBLIC):
            raw = file.read(lock_of(folder))
            listed.setdefault(variable_of(file.kind, file.half), []).append(
                f"{file.generation}:{b64encode(raw).decode()}"
            )
    print("\n".join(f"{name}={','.join(values)}" for name, values in listed.items()))


def _note(settings: Settings, action: str, **facts: str) -> None:
    """The entry in the log comes before the deed: what opens or shows keys is known even if it ends halfway."""
    with database(settings) as db, db.transaction() as session:
        record(session, at=clock().now(), by="operator", action=action, **facts)


def offer_shares(settings: Settings, *, count: int, needed: int, pages: Path | None) -> None:
    """After `init`: shares where they can be shown to a person, else a word about how they are made."""
    with database(settings) as db, db.reading() as session:
        if recovery.current(session):
            return
    if pages or sys.stdout.isatty():
        _make_shares(settings, count=count, needed=needed, pages=pages, print_them=False)
    else:
        print("recovery none yet: run dygnet keys shares at a terminal, or with --pages FILE")


def _make_shares(settings: Settings, *, count: int, needed: int, pages: Path | None, print_them: bool) -> None:
    """Shown first and taken into use afterwards: a share that nobody has seen would be worse than none."""
    if not (pages or print_them or sys.stdout.isatty()):
        stop("this is no terminal, and its output may be kept: give --pages FILE, or --print if you mean it")
    made, now = make_shares(count, needed), clock().now()
    about = About(settings.public_url, now)
    if pages:
        write_whole(pages, as_pages(made, about))
        print(f"pages    {pages}: print them, then destroy the file (shred -u)")
    else:
        print("\n".join(for_terminal(made, paper, about) for paper in made.papers))
    with database(settings) as db:
        covered = recovery.take_into_use(db, settings.keys_dir, made, at=now, by="operator")
    print(f"recovery {made.public.key_id}, {needed} of {count}, brings back {', '.join(covered) or 'nothing yet'}")


def _collected() -> Collected:
    """Shares, as many as are needed, that are typed without being shown, or come by stdin, one a line."""
    collected, asks = Collected(), sys.stdin.isatty()
    while collected.missing != 0:
        nth = len(collected.numbers) + 1
        of = "" if collected.missing is None else f" ({collected.missing} more needed)"
        typed = getpass.getpass(f"Share {nth}{of}: ") if asks else sys.stdin.readline()
        if not typed.strip() and not asks:
            break
        try:
            collected.add(typed)
        except BadShare as problem:
            if not asks:
                raise BadShare(f"Share {nth}: {problem}") from None
            print(problem, file=sys.stderr)
    return collected


def _finish(rotation: Rotation, *, yes: bool) -> None:
    what = f"Destroy the older {rotation.kind} keys? A backup sealed to them opens no more, and nothing undoes it."
    if not yes and not typer.confirm(what):
        stop("nothing was destroyed")
    gone = rotation.finish()
    print("\n".join(f"destroyed {key_id}" for key_id in gone) or "there is no older key to destroy")


def _shown(steps: Iterator[Step]) -> Iterator[str]:
    """Counts where a person is looking; afterwards a line for each step, and one for each table."""
    count = progress("rows")
    last: dict[str, Step] = {}
    for step in steps:
        last[step.name] = step
        if count and step.of:
            count(step.done + step.damaged, step.of)
    for step in last.values():
        rows = f" {step.done} rows" if step.of else ""
        damaged = f", {step.damaged} do not open and were left" if step.damaged else ""
        if step.of or not step.name.startswith(("staff_", "case_")):
            yield f"{step.name}{rows}{damaged}"


_IN_THE_CONSOLE = (
    "everybody who holds the rota key has the new one; somebody who does seals old cases anew at /console/keys, and "
    "destroys the old key there when none is left"
)
_AFTERWARDS = {
    "rota": "when no row is left on the old key: dygnet keys rotate rota --finish",
    "duty": "when no row is left on the old key: dygnet keys rotate duty --finish",
    "index": "receipts and codes of before are found by the old key until they are forgotten; it stays as long",
    "audit": "the log keeps its name; hand the new verifier key out with the next export, then: --finish",
    "push": "browsers that asked before take pushes under the old key until their owners ask anew; it stays as long",
}


def _line(one: Standing, days: int) -> str:
    key = one.key
    state = "retired" if key.over_at else "current" if key.is_current else "old"
    half = "private" if key.has_private else "staff" if one.held_by else "public"
    rows = ", ".join([*(f"{count} {table}" for table, count in one.hanging.items()), *_held(one)])
    return f"{key.kind:8} {key.generation:3}  {key.key_id:18} {state:8} {half:8} {days:5} days  {rows}".rstrip()


def _held(one: Standing) -> list[str]:
    return [f"held by {' and '.join(one.held_by)}"] if one.held_by else []


def _token() -> Wrapper:
    token = token_in(os.environ)
    if token is None:
        raise Misconfigured("No token is named: set KEYS_TOKEN_MODULE, KEYS_TOKEN and KEYS_TOKEN_PIN_FILE.")
    return token


def _new_passphrase() -> str:
    """The one that is typed twice; without a terminal the first line of stdin, else the one in the environment."""
    if sys.stdin.isatty():
        words = getpass.getpass("New passphrase: ")
        if getpass.getpass("Once more: ") != words:
            raise BadInput("The two are not the same.")
    else:
        words = sys.stdin.readline().strip() or passphrase_in(os.environ) or ""
    if len(words) < _SHORTEST:
        raise BadInput(f"A passphrase for keys has at least {_SHORTEST} characters.")
    return words


_SHORTEST = 12
