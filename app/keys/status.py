"""How the keys stand: generations, ages, what hangs on old ones, recovery; and what somebody should do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.keys import recovery
from app.keys.ages import LINGERS_AFTER, OLD_AFTER
from app.keys.generations import Generation, generations
from app.keys.hanging import hanging_on, left_behind
from app.keys.recovery import DRILL_EVERY
from app.oncall.preflight import Finding
from app.staff import keys as staff_keys
from app.vault.keyfiles import PRIVATE, coming_in, files_in
from app.vault.kinds import KINDS
from app.vault.recovery import set_name
from app.vault.staff_keys import ROTA


@dataclass(frozen=True)
class Standing:
    """One key, how many rows of which tables hang on it, and who on the staff holds its private half, by alias."""

    key: Generation
    hanging: Mapping[str, int]
    held_by: Sequence[str] = ()

    def plain(self, at: datetime) -> dict[str, object]:
        """For `--json`."""
        key = self.key
        return {
            "kind": key.kind,
            "generation": key.generation,
            "id": key.key_id,
            "state": "retired" if key.over_at else "current" if key.is_current else "old",
            "private_half": "here" if key.has_private else "elsewhere",
            "held_by": list(self.held_by),
            "since": key.since.isoformat(),
            "age_days": (at - key.since).days,
            "rows": dict(self.hanging),
        }


def standings(session: Session, folder: Path) -> list[Standing]:
    """Every key in the folder."""
    found = []
    for kind in KINDS:
        known = generations(session, folder, kind)
        ends = [*(newer.since for newer in known[1:]), *([None] if known else [])]
        found += [_standing(session, key, until=until) for key, until in zip(known, ends, strict=True)]
    return found


def _standing(session: Session, key: Generation, *, until: datetime | None) -> Standing:
    holders = staff_keys.holders(session, key.key_id) if key.kind == ROTA else ()
    return Standing(key, hanging_on(session, key, until=until), [person.alias for person in holders])


def recovery_plain(session: Session, folder: Path, at: datetime) -> dict[str, object] | None:
    """How recovery stands, for `--json`; None when no shares were made."""
    shares = recovery.current(session)
    if shares is None:
        return None
    drill = recovery.last_drill(session, shares.key_id)
    return {
        "id": shares.key_id,
        "set": set_name(shares.set_id),
        "shares": shares.shares,
        "needed": shares.needed,
        "age_days": (at - shares.at).days,
        "last_drill": drill.at.isoformat() if drill else None,
        "not_covered": recovery.uncovered(session, folder),
    }


def findings(session: Session, folder: Path, *, at: datetime, staff_hold: bool = False) -> Iterator[Finding]:
    """What is old, unfinished or unrecoverable. Nothing of it keeps a call from coming in.

    `staff_hold`: the private half of the rota key is in people's hands, and in no file.
    """
    for kind in {file.kind for file in coming_in(folder)}:
        yield Finding(serious=False, what=f"a new {kind} key is half made", do=f"dygnet keys rotate {kind}")
    for one in standings(session, folder):
        if found := _with_staff(one, at=at) if staff_hold and one.key.kind == ROTA else _about(one.key, at=at):
            yield found
    for table, ids in left_behind(session).items():
        what = f"rows of {table} were damaged, and are lost with the key that was destroyed: {', '.join(ids)}"
        yield Finding(serious=True, what=what, do="look for them in a backup that is older than the damage")
    yield from _of_recovery(session, folder, at=at)


def _with_staff(one: Standing, *, at: datetime) -> Finding | None:
    """Of a rota key that staff hold: a file that should be gone, cases still sealed to it, or that it is old."""
    key, age = one.key, at - one.key.since
    in_the_console = "let somebody who holds it do so at /console/keys"
    if key.has_private and not key.over_at:
        what = f"staff hold the key to cases, and a file of {key.key_id} still lies in the folder"
        do = "let somebody who works with cases sign in: they take it over, and the file is destroyed"
        return Finding(serious=True, what=what, do=do)
    if key.over_at:
        return _about(key, at=at)
    if not key.is_current and one.hanging:
        what = f"{sum(one.hanging.values())} cases are still sealed to the older {key.key_id}: seal them anew"
        return Finding(serious=False, what=what, do=in_the_console)
    if not key.is_current:
        return Finding(serious=False, what=f"nothing needs {key.key_id} any more: destroy it", do=in_the_console)
    if age > OLD_AFTER[key.kind]:
        return Finding(serious=False, what=f"the rota key is {age.days} days old: replace it", do=in_the_console)
    return None


def _about(key: Generation, *, at: datetime) -> Finding | None:
    age = at - key.since
    if key.over_at:
        lies_there = key.has_private and key.kind != "recovery"
        what = f"the retired key {key.key_id} still lies in the folder"
        return Finding(serious=True, what=what, do=f"dygnet keys rotate {key.kind} --finish") if lies_there else None
    if key.is_current and age > OLD_AFTER[key.kind]:
        do = "dygnet keys shares" if key.kind == "recovery" else f"dygnet keys rotate {key.kind}"
        return Finding(serious=False, what=f"the {key.kind} key is {age.days} days old", do=do)
    if not key.is_current and key.has_private and age > LINGERS_AFTER:
        what = f"the older {key.kind} key {key.key_id} still opens what it opened"
        return Finding(serious=False, what=what, do=f"dygnet keys rotate {key.kind} --finish")
    return None


def _of_recovery(session: Session, folder: Path, *, at: datetime) -> Iterator[Finding]:
    shares = recovery.current(session)
    if shares is None:
        what = "nobody could bring the keys back after a fire or a theft: there are no recovery shares"
        yield Finding(serious=False, what=what, do="dygnet keys shares")
        return
    drill = recovery.last_drill(session, shares.key_id)
    if drill is None or at - drill.at > DRILL_EVERY:
        when = "never" if drill is None else f"{(at - drill.at).days} days ago"
        what = f"whether the recovery shares are still there and work was last tried: {when}"
        yield Finding(serious=False, what=what, do="dygnet keys drill")
    if lacking := recovery.uncovered(session, folder):
        what = f"the recovery shares would not bring back {', '.join(lacking)}"
        private = {file.key_id for file in files_in(folder) if file.half == PRIVATE}
        held = "dygnet keys rotate rota (its private half is not here to be copied: staff hold it)"
        yield Finding(serious=True, what=what, do="dygnet keys shares" if private.issuperset(lacking) else held)
