"""Who is told, and when: the ladders of the programme file as a pure function. No clock, no database.

Two ladders run at once. The *untaken* ladder counts from the opening (or from the moment the case
came back), and only while nobody holds the case. The *uncontacted* ladder counts back from the
deadline, whoever holds it. A step with `repeat` comes again until the ladder rests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Ladder(StrEnum):
    """The three ladders a programme has; `acute` stands in for `untaken` when somebody is in danger."""

    UNTAKEN = "untaken"
    ACUTE = "acute"
    UNCONTACTED = "uncontacted"


@dataclass(frozen=True)
class Step:
    """One rung: whom to page, by which channels, how long after the ladder's start (negative: before the deadline)."""

    after: timedelta
    page: tuple[str, ...]
    by: tuple[str, ...]
    repeat: timedelta | None = None


@dataclass(frozen=True)
class Policy:
    """A programme's ladders and the grace of somebody who took a case, as they were when the case opened."""

    untaken: tuple[Step, ...]
    acute: tuple[Step, ...]
    uncontacted: tuple[Step, ...]
    grace: timedelta
    canary: bool = False
    """Nobody called, and nothing was promised: no breach follows, whatever becomes of it."""

    def ladder(self, name: Ladder) -> tuple[Step, ...]:
        return {Ladder.UNTAKEN: self.untaken, Ladder.ACUTE: self.acute, Ladder.UNCONTACTED: self.uncontacted}[name]


@dataclass(frozen=True)
class Due:
    """One step, at one moment. `missed` earlier repeats of it are folded into this one: nobody is helped by hearing
    the same page twelve times after an outage."""

    at: datetime
    ladder: Ladder
    index: int
    turn: int
    missed: int = 0

    @property
    def label(self) -> str:
        """The step's name in keys and in the log, such as `untaken.1.3`."""
        return f"{self.ladder.value}.{self.index}.{self.turn}"


Position = Mapping[str, int]
"""How often each step has been taken: `{"untaken.0": 1}`."""


def upcoming(policy: Policy, ladder: Ladder, position: Position, *, start: datetime) -> Due | None:
    """The step of one ladder that comes next, counted from `start` (the deadline, for the uncontacted ladder)."""
    waiting = (
        Due(at=start + step.after + turn * (step.repeat or timedelta()), ladder=ladder, index=index, turn=turn)
        for index, step in enumerate(policy.ladder(ladder))
        for turn in (position.get(f"{ladder.value}.{index}", 0),)
        if turn == 0 or step.repeat
    )
    return first(waiting)


def first(dues: Iterable[Due | None]) -> Due | None:
    """The earliest; of two at the same moment the one further up in the file."""
    return min(
        (due for due in dues if due),
        key=lambda due: (due.at, due.ladder == Ladder.UNCONTACTED, due.index),
        default=None,
    )


def caught_up(policy: Policy, due: Due, *, at: datetime) -> Due:
    """The same step with the repeats that were missed until `at` folded into one."""
    repeat = policy.ladder(due.ladder)[due.index].repeat
    if repeat is None or due.at + repeat > at:
        return due
    missed = (at - due.at) // repeat
    return replace(due, at=due.at + missed * repeat, turn=due.turn + missed, missed=missed)


def not_before(entered_at: datetime | None, due: Due) -> Due:
    """The same step, due when its case was entered where its moment had passed by then: nobody was late with it."""
    if entered_at is None or due.at >= entered_at:
        return due
    return replace(due, at=entered_at, missed=0)


def taken(position: Position, due: Due) -> dict[str, int]:
    """The position after a step was taken."""
    return {**position, f"{due.ladder.value}.{due.index}": due.turn + 1}


def hurried(policy: Policy, ladder: Ladder, position: Position, *, start: datetime) -> Due | None:
    """The next step of a ladder that has not been taken at all, wherever its moment lies: for when the last one failed.

    Repeats are never hurried, so that a telephone that is switched off is not rung without end.
    """
    fresh = (
        Due(at=start + step.after, ladder=ladder, index=index, turn=0)
        for index, step in enumerate(policy.ladder(ladder))
        if position.get(f"{ladder.value}.{index}", 0) == 0
    )
    return first(fresh)


def without_ladder(position: Position, ladder: Ladder) -> dict[str, int]:
    """The position with one ladder at its beginning again."""
    return {step: count for step, count in position.items() if not step.startswith(f"{ladder.value}.")}


def to_json(policy: Policy) -> str:
    """The policy as it is frozen into a case's escalation row; durations in seconds."""
    ladders = {name.value: [_plain(step) for step in policy.ladder(name)] for name in Ladder}
    marked = {"canary": True} if policy.canary else {}
    return json.dumps({"grace": policy.grace.total_seconds(), **ladders, **marked}, separators=(",", ":"))


def from_json(text: str) -> Policy:
    """The policy that was frozen."""
    frozen = json.loads(text)
    ladders = {name.value: tuple(_step(plain) for plain in frozen[name.value]) for name in Ladder}
    return Policy(grace=timedelta(seconds=frozen["grace"]), canary=frozen.get("canary", False), **ladders)


def _plain(step: Step) -> dict[str, object]:
    return {
        "after": step.after.total_seconds(),
        "page": step.page,
        "by": step.by,
        "repeat": step.repeat.total_seconds() if step.repeat else None,
    }


def _step(plain: dict[str, object]) -> Step:
    repeat = plain["repeat"]
    return Step(
        after=timedelta(seconds=float(str(plain["after"]))),
        page=tuple(plain["page"]),  # type: ignore[arg-type]
        by=tuple(plain["by"]),  # type: ignore[arg-type]
        repeat=timedelta(seconds=float(str(repeat))) if repeat is not None else None,
    )
