"""What a handler may choose on the case page, and what they chose: kept as typed until it can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.cases.endings import Ending
from app.cases.facts import ATTEMPT_OUTCOMES, CLOSED_WITHOUT_CONTACT, CONTACT_CHANNELS
from app.cases.models import Case

ENDINGS: Final = {
    "advice": "advice",
    "handed_over": "handed_over",
    "declined_help": "closed",
    "lost_contact": "closed",
    "not_for_us": "closed",
    **dict.fromkeys(CLOSED_WITHOUT_CONTACT, "closed"),
}
"""How a case can end: the code that is chosen, and the outcome it means."""

_A_MOMENT: Final = 32
"""Signs of a day and a time that are kept to be typed again."""

_ALSO_AFTER_CONTACT = ("test_call", "wrong_number")


@dataclass(frozen=True)
class Chosen:
    """Everything the forms of the case page hold. `mistakes`: what is wrong, a field and the key of a sentence."""

    because: str = ""
    channel: str = ""
    outcome: str = ""
    code: str = ""
    words: str = field(default="", repr=False)
    """A letter to the person."""

    note: str = field(default="", repr=False)
    other: str = ""
    """The reference of another case, as typed."""

    same: str = ""
    """The same of one that is said to be the same person's, and by whose word."""

    word: str = ""
    when: str = ""
    """When an attempt was made that is only written down now, as typed."""

    asked: Mapping[str, str] = field(default_factory=dict)
    """What the person answered about being contacted."""
    mistakes: Mapping[str, str] = field(default_factory=dict)


def attempt(posted: Mapping[str, str]) -> Chosen:
    """How somebody tried to make contact, and how it went."""
    channel, outcome = posted.get("channel", ""), posted.get("outcome", "")
    wrong = {}
    if channel not in CONTACT_CHANNELS:
        wrong["channel"] = "mistake.channel"
    if outcome not in ATTEMPT_OUTCOMES:
        wrong["outcome"] = "mistake.outcome"
    return Chosen(channel=channel, outcome=outcome, when=posted.get("when", "").strip()[:_A_MOMENT], mistakes=wrong)


def closure(posted: Mapping[str, str], case: Case) -> Chosen:
    """How the case ends. Without contact only a reason why none can be made will do."""
    outcome, code = posted.get("outcome", ""), posted.get("code", "")
    code = code or (outcome if outcome in ("advice", "handed_over") else "")
    wrong = {}
    if code not in ENDINGS or (outcome and outcome != ENDINGS[code]):
        wrong["code"] = "mistake.code"
    elif code not in endings_for(case):
        wrong["code"] = "mistake.contact_first"
    return Chosen(code=code, outcome=ENDINGS.get(code, ""), mistakes=wrong)


def at_a_tap(case: Case, *, at: datetime) -> tuple[str, ...]:
    """The codes that one tap closes the case with: none, unless it is nothing but calls in which nobody was reached
    and no answer was left. Who said that a life is in danger, or may be called, is never closed so lightly."""
    endings = {approach.ended_as(at) for approach in case.approaches}
    is_more = case.danger or case.attempts or any(wish.allowed for wish in case.wishes)
    if is_more or not case.awaits_contact or not endings or not endings <= {Ending.SILENT, Ending.ABANDONED}:
        return ()
    return "silent_call" if endings == {Ending.SILENT} else "abandoned_call", "test_call"


def endings_for(case: Case) -> tuple[str, ...]:
    """The codes that fit how the case stands."""
    if case.first_contact is None:
        return CLOSED_WITHOUT_CONTACT
    after = tuple(code for code in ENDINGS if code not in CLOSED_WITHOUT_CONTACT)
    return (*after, "withdrew", *_ALSO_AFTER_CONTACT)
