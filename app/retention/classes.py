"""Which retention class a case is in, when its time is over, and what stands in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.programme.retention import Begins, Recipient, Retention, RetentionClass, RetentionRule

NOBODY_THERE: Final = frozenset({"silent_call", "abandoned_call", "test_call", "wrong_number", "canary"})
"""Ends of cases behind which there is no person, or none that anything is known of."""


@dataclass(frozen=True)
class Known:
    """What is known of a case that is over, with those that went on as part of it. Moments in UTC."""

    closed_at: datetime
    outcome: str
    code: str
    reached: bool
    side: str = ""
    """`advice` or `case` when somebody has decided it; empty before."""

    has_child: bool = False
    weighed_at: datetime | None = None
    handed_over_at: datetime | None = None
    last_contact_at: datetime | None = None
    last_note_at: datetime | None = None
    received: Mapping[str, datetime] = field(default_factory=dict)
    """Who has received what there was of it, and when last."""

    is_held: bool = False
    goes_on: bool = False
    """A later case of the same person is open."""


@dataclass(frozen=True)
class Verdict:
    """When a case is to be forgotten, by which rule, and what stands in the way: `held`, `goes_on`, `undecided`, or who
    has not received it."""

    name: RetentionClass
    rule: RetentionRule
    due_at: datetime
    in_the_way: tuple[str, ...]

    def is_ripe(self, at: datetime) -> bool:
        """Whether it may be forgotten at a moment."""
        return self.due_at <= at and not self.in_the_way


def class_of(known: Known) -> RetentionClass:
    """The class, from the one that is kept with most care to the one that is kept with least."""
    if known.has_child:
        return RetentionClass.CHILD
    if known.handed_over_at or known.outcome == "handed_over":
        return RetentionClass.HANDED_OVER
    if known.side == "case":
        return RetentionClass.DOCUMENTED
    if not known.reached:
        return RetentionClass.SILENT if known.code in NOBODY_THERE else RetentionClass.UNREACHED
    if known.side == "advice" or known.outcome == "advice":
        return RetentionClass.ADVICE
    return RetentionClass.DOCUMENTED


def verdict(known: Known, retention: Retention) -> Verdict:
    """What the programme's rules say of a case. A moment that never came is its closing."""
    name = class_of(known)
    rule = retention.rule(name)
    return Verdict(name, rule, _begins(known, rule.begins) + rule.keep, tuple(_in_the_way(known, rule)))


def details_due_at(known: Known, retention: Retention) -> datetime:
    """When telephone numbers go, at the latest."""
    return known.closed_at + retention.contact_details


def _begins(known: Known, word: Begins) -> datetime:
    moments = {
        Begins.CLOSING: known.closed_at,
        Begins.ADVICE: known.weighed_at,
        Begins.HAND_OVER: known.handed_over_at,
        Begins.LAST_CONTACT: known.last_contact_at,
        Begins.LAST_NOTE: known.last_note_at,
    }
    return moments[word] or known.closed_at


def _in_the_way(known: Known, rule: RetentionRule) -> list[str]:
    ways = [word for word, is_so in (("held", known.is_held), ("goes_on", known.goes_on)) if is_so]
    if known.reached and known.outcome == "closed" and not known.side:
        ways.append("undecided")
    return [*ways, *(who.value for who in rule.first if not _has_received(known, who))]


def _has_received(known: Known, who: Recipient) -> bool:
    """What was received before the last note was not the whole of it."""
    at = known.received.get(who.value)
    return at is not None and (known.last_note_at is None or at >= known.last_note_at)
