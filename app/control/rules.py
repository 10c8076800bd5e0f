"""What is unusual about a reading: pure rules over facts. A rule accuses nobody; it says what somebody should look at.

Lag 2001:454 10 § asks for systematic and recurring checks whether there is unauthorised access; the peers of
`docs/sources.md` name what to look for: access without an assignment, mass reads, one's own number, a relative's case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MANY: Final = 6
"""Different cases read by one person within an hour. A night's handler has two or three; a handover goes over a few."""

AN_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Reading:
    """Somebody read something secret, by the word of the log."""

    at: datetime
    by: str
    action: str
    about: str


@dataclass(frozen=True)
class Time:
    """A time in which the case was somebody's; `until` None: it still is."""

    since: datetime
    until: datetime | None

    def covers(self, at: datetime) -> bool:
        """Whether a moment lies in it. The moment at which it ends does."""
        return self.since <= at and (self.until is None or at <= self.until)


@dataclass(frozen=True)
class CaseThen:
    """How the case stood to its reader."""

    theirs: Sequence[Time] = ()
    """When it was the reader's."""

    closed_at: datetime | None = None
    excluded: bool = False
    """Whether the reader was kept from it, or from a case that it goes on from or as part of: a relative's, say."""

    is_bait: bool = False


Rule = Callable[[Reading, CaseThen], bool]

SECONDED: Final = "disclosure.read"
"""A second person read what somebody wants to disclose: they were asked to, in a case that need not be theirs."""

READS: Final = frozenset({"case.revealed", "case.glass_broken", "case.printed", SECONDED})
_OWN: Final = READS - {SECONDED}
STAFF_NUMBER: Final = "case.number_known"
SEARCH: Final = "case.searched"


def bait(reading: Reading, then: CaseThen) -> bool:
    """Nobody has reason to open it: it was put there to see who does."""
    return reading.action in READS and then.is_bait


def excluded(reading: Reading, then: CaseThen) -> bool:
    """A conflict of interest was known, and they read it all the same."""
    return reading.action in READS and then.excluded


def staff_number(reading: Reading, then: CaseThen) -> bool:  # noqa: ARG001 - every rule is asked the same
    """What was opened is a number that staff have: their own, or a colleague's. Whose is kept nowhere."""
    return reading.action == STAFF_NUMBER


def not_theirs(reading: Reading, then: CaseThen) -> bool:
    """It never was theirs until then: also when they said why, as behind broken glass."""
    return reading.action in _OWN and not any(time.since <= reading.at for time in then.theirs)


def no_longer_theirs(reading: Reading, then: CaseThen) -> bool:
    """It was theirs, and had gone on to somebody else."""
    had = [time for time in then.theirs if time.since <= reading.at]
    return reading.action in _OWN and bool(had) and not any(time.covers(reading.at) for time in had)


def after_closing(reading: Reading, then: CaseThen) -> bool:
    """The case was over."""
    return reading.action in READS and then.closed_at is not None and then.closed_at < reading.at


def searched(reading: Reading, then: CaseThen) -> bool:
    """Somebody searched, and what they looked for was not theirs."""
    return reading.action == SEARCH and not any(time.covers(reading.at) for time in then.theirs)


RULES: Final[Mapping[str, Rule]] = {
    rule.__name__: rule
    for rule in (bait, excluded, staff_number, not_theirs, no_longer_theirs, after_closing, searched)
}


def many(reading: Reading, earlier: Sequence[Reading]) -> bool:
    """One person read many different cases within an hour, this one being one more. `earlier`: the same person's."""
    within = {one.about for one in earlier if one.action in READS and reading.at - AN_HOUR < one.at <= reading.at}
    return reading.action in READS and reading.about not in within and len(within) >= MANY


def unusual(reading: Reading, then: CaseThen, earlier: Sequence[Reading]) -> Iterator[str]:
    """Every rule that the reading meets."""
    yield from (name for name, rule in RULES.items() if rule(reading, then))
    if many(reading, earlier):
        yield many.__name__
