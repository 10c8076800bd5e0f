"""Every way a call can end: what the caller does first, whose telephone does what, and what the caller keys then.

The tables are multiplied with one another. However a call ends, its case is there, waits for somebody who is
responsible or is somebody's, allows exactly what the caller allowed, and no caller is left in silence or in a loop.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from sqlalchemy import select

from app.cases.facts import Approach, Ending
from app.cases.models import Case
from app.escalation.models import Escalation, StepTaken
from app.intake.wording import PROMPTS
from app.simulator.behaviours import GREETING, Behaviour
from app.simulator.documents import APOLOGY
from app.simulator.phones import Phone
from tests.documents import heard_by, wrong_in
from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import NUMBERS

EVERY_PAIR: Final = bool(os.environ.get("DYGNET_EVERY_END"))
"""Whether the tables are multiplied in full (some hundred calls more), or so that each entry of each is there."""

SILENCE: Final = ""
GONE: Final = "hangs up"
IN_ORDER: Final = ("anna", "bo", "carin", "dag")
PATIENCE: Final = 200
"""Seconds after which a caller who has heard nothing new has been left alone."""

Keys = tuple[str, ...]


@dataclass(frozen=True)
class After:
    """What a caller keys who is asked about calling back, how their call has then ended, and what they have allowed."""

    keys: Keys
    ending: Ending
    allowed: str = ""


BEFORE: Final[dict[str, Keys]] = {
    "says what it is about": ("1", "1"),
    "presses nothing": (SILENCE, SILENCE),
    "chooses English, for somebody else": ("2", "2"),
    "presses what is no choice": ("8", "9"),
    "has a code that nobody gave": ("1", "4", "00000000"),
    "begins to key a code": ("1", "4", "12"),
    "cannot speak, and allows nothing": ("1", "5", "2", SILENCE, "2"),
}
HIDDEN_INSTEAD: Final[dict[str, Keys]] = {"cannot speak, and allows nothing": ("1", "5", "2")}
"""Who shows no number is not asked whether it may be called."""

LEAVES_BEFORE: Final[dict[str, tuple[Keys, Ending]]] = {
    "at the greeting": ((GONE,), Ending.SILENT),
    "at the second question, without a key": ((SILENCE, GONE), Ending.SILENT),
    "at the second question": (("1", GONE), Ending.ABANDONED),
    "while a telephone rings": (("1", "1", GONE), Ending.ABANDONED),
    "while a telephone rings, without a key": ((SILENCE, SILENCE, GONE), Ending.SILENT),
    "while asked whether somebody is in danger": (("1", "5", GONE), Ending.ABANDONED),
    "while keying a code": (("1", "4", GONE), Ending.ABANDONED),
}
NOBODY: Final[dict[str, dict[str, str]]] = {
    "every telephone rings out": dict.fromkeys(IN_ORDER, "rings out"),
    "every telephone is off": dict.fromkeys(IN_ORDER, "switched off"),
    "every telephone is engaged": dict.fromkeys(IN_ORDER, "busy"),
    "every voicemail picks up": dict.fromkeys(IN_ORDER, "voicemail"),
    "every pocket picks up": dict.fromkeys(IN_ORDER, "answers"),
    "everybody turns it away": dict.fromkeys(IN_ORDER, "turned away"),
    "everybody presses another key": dict.fromkeys(IN_ORDER, "another key"),
    "one of each": {"anna": "voicemail", "bo": "busy", "carin": "another key", "dag": "rings out"},
}
SOMEBODY: Final[dict[str, dict[str, str]]] = {
    "the first": {"anna": "takes it"},
    "the backup, after a voicemail": {"anna": "voicemail", "bo": "takes it"},
    "the backup, when the first is engaged": {"anna": "busy", "bo": "takes it"},
    "the coordinator, after a pocket and a wrong key": {"anna": "answers", "bo": "another key", "carin": "takes it"},
    "the last": {"anna": "switched off", "bo": "turned away", "carin": "rings out", "dag": "takes it"},
}
AFTER: Final[dict[str, After]] = {
    "this number at any time, texts, no voicemail": After(("1", "1", "1", "2"), Ending.CALLBACK, "call sms"),
    "this number in the evening, voicemail only": After(("1", "3", "2", "1"), Ending.CALLBACK, "call voicemail"),
    "this number, and then says nothing": After(("1", "2", SILENCE, SILENCE), Ending.CALLBACK, "call"),
    "this number, and hangs up": After(("1", "4", GONE), Ending.CALLBACK, "call"),
    "this number, but leaves before saying when": After(("1", GONE), Ending.ABANDONED),
    "another number": After(("2", "0701740677#", "1", "1", "1", "1"), Ending.CALLBACK, "call sms voicemail"),
    "another number, corrected": After(
        ("2", "0701740677#", "2", "0701740678#", "1", "4", "2", "2"), Ending.CALLBACK, "call"
    ),
    "another number, not confirmed": After(("2", "112#", "0701740677#", GONE), Ending.ABANDONED),
    "numbers that cannot be called": After(("2", "112#", "12#", "0#"), Ending.ABANDONED),
    "no call": After(("3",), Ending.DECLINED),
    "hangs up": After((GONE,), Ending.ABANDONED),
    "says nothing": After((SILENCE,) * 3, Ending.ABANDONED),
    "presses what is no choice": After(("9", "8", "7"), Ending.ABANDONED),
}
AFTER_HIDDEN: Final[dict[str, After]] = {
    "a number": After(("1", "0701740677#", "1", "2", "2", "1"), Ending.CALLBACK, "call voicemail"),
    "a number, not confirmed": After(("1", "0701740677#", GONE), Ending.ABANDONED),
    "no call": After(("2",), Ending.DECLINED),
    "what is no choice": After(("3", "3", "3"), Ending.ABANDONED),
    "hangs up": After((GONE,), Ending.ABANDONED),
}
STAR: Final[dict[str, Keys]] = {
    "at the second question": ("1", "*"),
    "for who cannot speak": ("1", "5", "*"),
    "before a telephone rings": ("1", "1", "*"),
    "after silence": (SILENCE, SILENCE, "*"),
}
WITH_A_HANDLER: Final[dict[str, tuple[str, Keys, str]]] = {
    "the caller hangs up": ("caller", (), ""),
    "the handler hangs up, the caller too": ("handler", (GONE,), ""),
    "the handler hangs up, the caller waits": ("handler", (SILENCE,), ""),
    "cut off, and asks to be called": ("handler", ("*", "1", "1", "2", "2"), "call"),
    "cut off, and will call again": ("handler", ("*", "3"), ""),
}
"""Who ends the conversation, what a caller who is still on the line keys, and what that allows."""


@pytest.mark.parametrize("name", NOBODY)
@ON_ONE_DATABASE
def test_when_nobody_takes_the_call_it_ends_as_the_caller_says(hotline: Hotline, name: str) -> None:
    callers = _no_engine(hotline)
    for first, then in _pairs(BEFORE, AFTER, turn=list(NOBODY).index(name), one_in=4):
        call = Call(hotline, next(callers), f"{first} / {then}")
        call.keys(BEFORE[first])
        call.rings_through(NOBODY[name])
        call.keys(_asked_after(first, AFTER[then]))
        ending = _as_it_was(AFTER[then].ending, BEFORE[first], AFTER[then].keys)
        call.has_ended(ending, AFTER[then].allowed, never="sms" if first.startswith("cannot speak") else "")
    _nobody_is_lost(hotline)


@ON_ONE_DATABASE
def test_a_hidden_caller_whom_nobody_takes_is_asked_for_a_number(hotline: Hotline) -> None:
    callers = _no_engine(hotline)
    for first, then in zip(BEFORE, itertools.cycle(AFTER_HIDDEN)):
        call = Call(hotline, next(callers), f"{first} / {then}", withheld=True)
        call.keys(HIDDEN_INSTEAD.get(first, BEFORE[first]))
        call.rings_through(NOBODY["one of each"])
        call.keys(AFTER_HIDDEN[then].keys)
        ending = _as_it_was(AFTER_HIDDEN[then].ending, BEFORE[first], AFTER_HIDDEN[then].keys)
        call.has_ended(ending, AFTER_HIDDEN[then].allowed)
    _nobody_is_lost(hotline)


@pytest.mark.parametrize("name", SOMEBODY)
def test_when_somebody_takes_the_call_the_case_is_theirs_however_it_ends(hotline: Hotline, name: str) -> None:
    callers, telephones = _no_engine(hotline), SOMEBODY[name]
    taker = next(alias for alias, does in telephones.items() if does == "takes it")
    for first, how in _pairs(BEFORE, WITH_A_HANDLER, turn=list(SOMEBODY).index(name), one_in=2):
        who, keys, allowed = WITH_A_HANDLER[how]
        call = Call(hotline, next(callers), f"{first} / {how}")
        call.keys(BEFORE[first])
        call.rings_through(telephones)
        assert call.caller.bridged_with == [NUMBERS[taker]], call.told()
        (call.caller if who == "caller" else hotline.phone(taker)).hang_up()
        call.keys(keys)
        call.has_ended(Ending.CONNECTED, allowed, taker=taker)
    _nobody_is_lost(hotline)


@pytest.mark.parametrize("name", LEAVES_BEFORE)
@ON_ONE_DATABASE
def test_a_caller_who_leaves_before_anybody_could_answer_is_a_case(hotline: Hotline, name: str) -> None:
    callers = _no_engine(hotline)
    for withheld in (False, True):
        call = Call(hotline, next(callers), name, withheld=withheld)
        call.keys(LEAVES_BEFORE[name][0])
        call.has_ended(LEAVES_BEFORE[name][1], "")
    _nobody_is_lost(hotline)


@pytest.mark.parametrize("place", STAR)
@ON_ONE_DATABASE
def test_star_leads_out_of_the_queue_at_any_time(hotline: Hotline, place: str) -> None:
    callers = _no_engine(hotline)
    for _, then in _pairs([place], AFTER, turn=list(STAR).index(place), one_in=4):
        call = Call(hotline, next(callers), f"star {place} / {then}")
        call.keys(STAR[place])
        assert not any(hotline.phone(alias).ringing for alias in IN_ORDER), call.told()
        call.keys(AFTER[then].keys)
        call.has_ended(AFTER[then].ending, AFTER[then].allowed)
    _nobody_is_lost(hotline)


@ON_ONE_DATABASE
def test_whoever_allowed_texts_first_and_says_no_later_gets_none(hotline: Hotline) -> None:
    callers = _no_engine(hotline)
    for then in ("2", SILENCE):
        call = Call(hotline, next(callers), f"texts: yes, then {then or 'nothing'}")
        call.keys(("1", "5", "2", SILENCE, "1"))
        call.rings_through(NOBODY["every telephone is engaged"])
        call.keys(("1", "1", then, then))
        call.has_ended(Ending.CALLBACK, "call")
    _nobody_is_lost(hotline)


@ON_ONE_DATABASE
def test_a_caller_who_is_gone_when_somebody_picks_up_is_a_case_and_nobody_s_conversation(hotline: Hotline) -> None:
    callers = _no_engine(hotline)
    for first in BEFORE:
        call = Call(hotline, next(callers), first)
        call.keys(BEFORE[first])
        anna = call.waits_for("anna")
        anna.answer()
        call.keys((GONE,))
        anna.press("1")
        assert not anna.bridged_with
        call.has_ended(_as_it_was(Ending.ABANDONED, BEFORE[first], (GONE,)), "")
        anna.hang_up()
    _nobody_is_lost(hotline)


@pytest.mark.parametrize(
    ("thens", "turns", "one_in"), [(AFTER, NOBODY, 4), (AFTER, STAR, 4), (WITH_A_HANDLER, SOMEBODY, 2)]
)
def test_every_entry_of_every_table_is_there_though_not_every_pair(
    thens: dict[str, object], turns: dict[str, object], one_in: int
) -> None:
    pairs = {pair for turn in range(len(turns)) for pair in _pairs(BEFORE, thens, turn=turn, one_in=one_in)}

    assert {then for _, then in pairs} == set(thens)
    assert turns is STAR or {first for first, _ in pairs} == set(BEFORE)


def _asked_after(first: str, then: After) -> Keys:
    """What they key. Who could not speak has said no to texts before, and is not asked about them a second time."""
    is_spared = first.startswith("cannot speak") and then.ending is Ending.CALLBACK and GONE not in then.keys
    return (*then.keys[:-2], then.keys[-1]) if is_spared else then.keys


class Call:
    """One call, as the caller lives it, and what must be true of it afterwards."""

    def __init__(self, line: Hotline, number: str, name: str, *, withheld: bool = False) -> None:
        self.line, self.name, self.number = line, name, number
        self.did: list[str] = []
        self.caller = line.call_from(number, withheld=withheld)
        assert self.caller.leg
        self.leg = self.caller.leg

    def keys(self, keys: Iterable[str]) -> None:
        """Press these, each when the line waits for keys; be silent until it says something new; or hang up."""
        for key in keys:
            self.did.append(key or "…")
            if key == GONE:
                self._until(lambda: self.caller.state in ("waiting for keys", "calling", "in call"))
                self.caller.hang_up()
            elif key == SILENCE:
                heard = len(self.leg.heard)
                self._until(lambda heard=heard: self.leg.over or len(self.leg.heard) > heard)  # type: ignore[misc]
            else:
                self._until(lambda: self.leg.over or self.caller.state in ("waiting for keys", "in call"))
                self.caller.press(key)

    def waits_for(self, alias: str) -> Phone:
        """Until this telephone rings."""
        self._until(lambda: self.line.phone(alias).ringing is not None)
        return self.line.phone(alias)

    def rings_through(self, telephones: dict[str, str]) -> None:
        """Whoever is rung does what the table says, until somebody has the caller or the caller is asked."""
        already = len(self.line.traffic)
        for alias in IN_ORDER:
            self.line.phone(alias).behave(_BEHAVIOURS.get(telephones.get(alias, ""), "by hand"))
        for _ in range(PATIENCE):
            if self.caller.bridged_with or any("/carrier/callback" in posted for posted in self.line.traffic[already:]):
                return
            for alias in IN_ORDER:
                self._picks_up(self.line.phone(alias), telephones.get(alias, ""))
            self._on()
        raise AssertionError(self.told("nobody answered, and the caller was never asked"))

    def has_ended(self, ending: Ending, allowed: str, *, taker: str | None = None, never: str = "") -> None:
        """Whether all is as it should be, now that the call is over. `never`: what was refused earlier in the call."""
        self._until(lambda: self.leg.over)
        heard = [each.text for each in self.leg.heard]
        assert APOLOGY not in heard and GREETING not in heard, self.told()
        assert GONE in self.did or taker or heard[-1] in _GOODBYES, self.told("they were not told goodbye")
        with self.line.db.reading() as session:
            row = session.scalars(select(Approach).where(Approach.source == self.leg.sid)).one()
            case = session.get_one(Case, row.case_id)
            assert row.ended_as(self.line.now) == ending, self.told(f"it ended as {row.ended_as(self.line.now)}")
            assert _allowed(case) == set(allowed.split()) - {never}, self.told(f"allowed: {_allowed(case)}")
            assert case.awaits_contact and case.first_contact is None, self.told("a call alone is no contact")
            assert case.responsible and session.get_one(Escalation, case.id).next_at, self.told("nobody is next")
            assert (case.hold.person.alias if case.hold else None) == taker, self.told(f"held by {case.hold}")
            assert (row.connection is not None) == (taker is not None), self.told("who got the caller")
        is_told_a_code = ending in (Ending.CALLBACK, Ending.DECLINED) and GONE not in self.did
        assert not is_told_a_code or re.search(r"(\d ){3}\d, (\d ){3}\d", self.caller.heard_text), self.told("no code")

    def told(self, problem: str = "") -> str:
        """The story so far."""
        heard = "\n  ".join(str(each) for each in self.leg.heard)
        return f"{problem}\n{self.name}: {' '.join(self.did)}, {self.caller.state}; they heard\n  {heard}"

    def _picks_up(self, phone: Phone, does: str) -> None:
        if not phone.ringing or does not in ("turned away", "another key", "takes it"):
            return
        if does == "turned away":
            phone.decline()
            return
        phone.answer()
        phone.press("1" if does == "takes it" else "7")

    def _until(self, it_is_so: Callable[[], bool]) -> None:
        until = self.line.timeline.seconds() + PATIENCE
        while self.line.timeline.seconds() < until:
            if it_is_so():
                return
            self._on()
        raise AssertionError(self.told("they were left alone"))

    def _on(self) -> None:
        """Time passes until something happens at the telephone company, or for a minute when nothing will."""
        due = self.line.timeline.next_due()
        self.line.timeline.advance(max(0.0, (due - self.line.now).total_seconds()) + 0.001 if due else 60)


_BEHAVIOURS: Final[dict[str, Behaviour]] = {
    name: name
    for name in ("rings out", "switched off", "busy", "voicemail", "answers")  # type: ignore[misc]
}
_GOODBYES: Final = {PROMPTS.say(language, "voice.goodbye") for language in ("sv", "en")}


def _allowed(case: Case) -> set[str]:
    """The ways of contact that the newest word allows."""
    newest = {permission.channel: permission.allowed for permission in case.permissions}
    return {channel for channel, allowed in newest.items() if allowed}


def _as_it_was(ending: Ending, *keys: Keys) -> Ending:
    """Who pressed nothing at all before they were gone was silent; who pressed something gave up."""
    pressed = any(key not in (SILENCE, GONE) for each in keys for key in each)
    return Ending.SILENT if ending is Ending.ABANDONED and not pressed else ending


def _pairs(firsts: Iterable[str], thens: Iterable[str], *, turn: int, one_in: int) -> list[tuple[str, str]]:
    """Every pair; or, for the `turn`-th of several tables, one in so many of the thens, each with another first."""
    befores, afters = list(firsts), list(thens)
    if EVERY_PAIR:
        return list(itertools.product(befores, afters))
    mine = range(turn % one_in, len(afters), one_in)
    return [(befores[(place + 3 * turn) % len(befores)], afters[place]) for place in mine]


def _no_engine(line: Hotline) -> Iterator[str]:
    """A caller is looked after while no engine runs; numbers that nobody has called from yet."""
    line.kill_the_engine()
    return itertools.chain(
        (f"+467017406{last}" for last in range(10, 77)), (f"+468465004{last:02}" for last in range(1, 100))
    )


def _nobody_is_lost(line: Hotline) -> None:
    """When the engine is back it takes up every case, nobody outside was called, and no document was wrong."""
    line.restart()
    with line.db.reading() as session:
        waiting = {case.id for case in line.cases() if not case.hold and not case.join}
        assert waiting <= set(session.scalars(select(StepTaken.case_id)))
    assert line.numbers_reached() <= line.staff_numbers
    assert wrong_in(line, heard_by(line.exchange.debugger.requests)) == []
    assert line.exchange.debugger.codes == []
