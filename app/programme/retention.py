"""`[retention]`: how long each class of case is kept, from when on, and who must have what of it first.

The city's plan for its documents decides (dokumenthanteringsplan); what stands here when a file says nothing is a
proposal: 16 kap. 1 § SoL 2025:400 for what is documented (five years after the last note), shorter where the law lets
less be written down in the first place (14 kap. 4 §, advice).
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import model_validator

from app.programme.fields import Distinct, Duration, between, one_of
from app.programme.table import Table


class RetentionClass(StrEnum):
    """What kind of case it turned out to be; which one follows from its facts (`app.retention.classes`)."""

    SILENT = "silent"
    UNREACHED = "unreached"
    ADVICE = "advice"
    HANDED_OVER = "handed_over"
    DOCUMENTED = "documented"
    CHILD = "child"


class Begins(StrEnum):
    """The moment from which the time is counted."""

    CLOSING = "closing"
    ADVICE = "advice"
    HAND_OVER = "hand_over"
    LAST_CONTACT = "last_contact"
    LAST_NOTE = "last_note"


class Recipient(StrEnum):
    """Who must have something of the case before it may be forgotten here."""

    CASE_SYSTEM = "case_system"
    CHILD_FILE = "child_file"


_Kept = Annotated[Duration, between(timedelta(days=1))]


class RetentionRule(Table):
    """`[retention.<class>]`. `automatic`: the engine forgets without asking anybody; otherwise two people say yes."""

    keep: _Kept
    begins: Annotated[Begins, one_of(Begins, "a beginning")]
    first: Annotated[tuple[Annotated[Recipient, one_of(Recipient, "a recipient")], ...], Distinct] = ()
    automatic: bool = False


def _rule(days: int, begins: Begins, *first: Recipient) -> RetentionRule:
    return RetentionRule(keep=timedelta(days=days), begins=begins, first=first)


FIVE_YEARS = 1827
"""Days: five years with two leap days at the most."""


class Retention(Table):
    """`[retention]`: a rule for each class. `contact_details`: numbers go so long after closing, whatever the class."""

    silent: RetentionRule = _rule(30, Begins.CLOSING)
    unreached: RetentionRule = _rule(90, Begins.CLOSING)
    advice: RetentionRule = _rule(365, Begins.LAST_CONTACT)
    handed_over: RetentionRule = _rule(30, Begins.HAND_OVER, Recipient.CASE_SYSTEM)
    documented: RetentionRule = _rule(FIVE_YEARS, Begins.LAST_NOTE, Recipient.CASE_SYSTEM)
    child: RetentionRule = _rule(FIVE_YEARS, Begins.LAST_NOTE, Recipient.CASE_SYSTEM, Recipient.CHILD_FILE)
    contact_details: _Kept = timedelta(days=90)

    @model_validator(mode="after")
    def _lets_nobody_decide_alone_on_children(self) -> Self:
        for name in (RetentionClass.CHILD, RetentionClass.DOCUMENTED):
            if self.rule(name).automatic:
                raise ValueError(f"{name}.automatic cannot be true: what the law has documented, two people let go")
        return self

    def rule(self, name: RetentionClass) -> RetentionRule:
        """The rule of a class."""
        found: RetentionRule = getattr(self, name.value)
        return found
