"""Any night on the line: callers, staff, time and the telephone company do whatever they like, in any order.

The machine knows no menu. A caller presses keys when keys are asked for, a handler answers what rings; what the line
makes of it is held against the promises after every deed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar
from urllib.parse import parse_qs

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.cases.breaches import Breach
from app.cases.facts import Approach, Closure, Connection, FirstContact, Hold, Join
from app.cases.models import Case
from app.db import Database
from app.escalation import engine
from app.escalation.models import Pass, StepTaken
from app.notifications.models import Notification
from app.simulator.behaviours import Behaviour
from app.simulator.phones import Phone
from tests.evidence import deeds
from tests.hotline import Hotline, hidden_fields
from tests.people import A_BORROWED_PHONE, A_STRANGER, ANOTHER_STRANGER, LINE, NUMBERS, SELDOM
from tests.stateful.promises import Asked, Night, broken, broken_in_the_end, page_in

OUTSIDE = (A_STRANGER, ANOTHER_STRANGER, A_BORROWED_PHONE)
IN_THE_FORM = "+46701740679"
DONE = range(200, 300)

people = st.sampled_from(OUTSIDE)
staff = st.sampled_from(("anna", "bo", "carin"))
keys = st.sampled_from(("1", "1", "1", "2", "3", "4", "5", "*", "*", "0", "9", "#", "0701740677#", "112#", "12345678#"))
spellings = st.sampled_from((False, False, "Anonymous", "+266696687", "", "sip:someone@example.org"))
words = st.sampled_from(("jag skriver från en lånad mobil", "STOP", "👋 ring mig inte, jag väntar på er", "x" * 700))
wishes = st.sampled_from(("call", "sms", "none"))
commands = st.sampled_from(("1", "OK", "2", "2", "?", "STOP", "START", "jag kommer"))
moments = st.sampled_from(({"seconds": 3}, {"seconds": 21}, {"seconds": 21}, {"minutes": 6}, {"hours": 1}))
behaviours: st.SearchStrategy[Behaviour] = st.sampled_from(
    ("by hand", "by hand", "answers", "rings out", "busy", "switched off", "voicemail", "opted out")
)
outcomes = st.sampled_from(("reached", "reached", "no_answer", "voicemail", "wrong_person", "not_safe_now"))
closures = st.sampled_from(("advice", "silent_call", "no_way_to_reach"))
answers = st.sampled_from(("1", "1", "1", "2", "7", ""))
some = st.integers(0, 5)
refusals = st.sampled_from(((429, 20429), (503, 20500), (400, 21610), (401, 20003)))


COUNTED = (Case, Approach, Connection, Hold, FirstContact, Breach, Closure, Join, StepTaken, Notification, Pass)


class AnyNight(RuleBasedStateMachine):
    """One night, on a line of its own that `a_line` opens and closes."""

    a_line: Callable[[], Iterator[Hotline]]
    tally: ClassVar[Counter[str]] = Counter()
    """How much has happened in all nights, so that a machine that only idles is noticed."""

    @initialize(text=words, contact=wishes)
    def the_night_begins(self, text: str, contact: str) -> None:
        """Not empty: one has called and hung up, one has written, one has sent the form, and one is on the line."""
        self._opened = self.a_line()
        self.line = next(self._opened)
        self.line.apply(SELDOM)
        self.night = Night(self.line)
        self.story: list[str] = []
        self.browsers: dict[str, TestClient] = {}
        self.line.phone(IN_THE_FORM)
        _overhear(self.line, self.night)
        self.somebody_calls(A_BORROWED_PHONE, hidden=False)
        self.a_caller_hangs_up(A_BORROWED_PHONE)
        self.somebody_texts(ANOTHER_STRANGER, text)
        self.somebody_fills_in_the_form(contact, "any", twice=False)
        self.somebody_calls_and_is_answered(A_STRANGER, hidden=False, key="")

    # people outside

    @rule(who=people, hidden=spellings)
    def somebody_calls(self, who: str, hidden: bool | str) -> None:
        with self._deed(f"{who[-3:]} calls, shown as {hidden or 'themselves'}"):
            if not self.line.phone(who).on_a_call:
                self.line.call_from(who, withheld=hidden)

    @rule(who=people, hidden=st.booleans(), key=answers)
    def somebody_calls_and_is_answered(self, who: str, hidden: bool, key: str) -> None:
        self.somebody_calls(who, hidden=hidden)
        with self._deed(f"{who[-3:]} presses 1 and waits, until somebody's phone rings"):
            self._press_until_it_rings(self.line.phone(who))
        self.whoever_is_rung_answers(key)

    @rule(who=people, key=keys, then=keys)
    def a_caller_presses_keys(self, who: str, key: str, then: str) -> None:
        for pressed in (key, then):
            with self._deed(f"{who[-3:]} presses {pressed}"):
                if self.line.phone(who).state == "waiting for keys" or len(pressed) == 1:
                    self.line.phone(who).press(pressed)

    @rule(who=people, keyed=st.lists(keys, max_size=4))
    def nobody_takes_a_call_and_the_caller_goes_on(self, who: str, keyed: list[str]) -> None:
        with self._deed(f"everybody's phone rings out for {who[-3:]}, who then presses {' '.join(keyed)}"):
            self._ring_out()
            for pressed in keyed:
                if self.line.phone(who).state == "waiting for keys":
                    self.line.phone(who).press(pressed)

    @rule(who=people, key=answers)
    def somebody_calls_again_with_the_code_they_were_given(self, who: str, key: str) -> None:
        codes = [_code_in(self.line.phone(each).heard_text) for each in OUTSIDE]
        code = next(filter(None, codes), "00000000")
        self.somebody_calls(who, hidden=True)
        for pressed in ("1", "4", code):
            with self._deed(f"{who[-3:]} presses {pressed}"):
                if self.line.phone(who).state == "waiting for keys":
                    self.line.phone(who).press(pressed)
        self.whoever_is_rung_answers(key)

    @rule(who=people)
    def a_caller_hangs_up(self, who: str) -> None:
        with self._deed(f"{who[-3:]} hangs up"):
            self.line.phone(who).hang_up()

    @rule(who=people, body=words)
    def somebody_texts(self, who: str, body: str) -> None:
        with self._deed(f"{who[-3:]} texts {body[:8]}"):
            self.line.phone(who).text(LINE, body)

    @rule(contact=wishes, hours=st.sampled_from(("any", "night")), twice=st.booleans())
    def somebody_fills_in_the_form(self, contact: str, hours: str, twice: bool) -> None:
        with self._deed(f"somebody fills in the form: {contact}, {'twice' if twice else 'once'}"):
            form = self.line.open_form()
            for _ in range(1 + twice):
                self.line.send_form(form, contact=contact, number=IN_THE_FORM, hours=hours, message="vi är två")
            self.night.forms += 1

    # staff

    @rule(who=staff, behaviour=behaviours)
    def a_phone_changes_its_ways(self, who: str, behaviour: Behaviour) -> None:
        with self._deed(f"{who}'s phone from now on: {behaviour}"):
            self.line.phone(who).behave(behaviour)

    @rule(key=answers)
    def whoever_is_rung_answers(self, key: str) -> None:
        rung = next((name for name in NUMBERS if self._can_be_answered(self.line.phone(name))), "nobody")
        with self._deed(f"{rung} answers and presses {key or 'nothing'}"):
            if rung in NUMBERS:
                self.line.phone(rung).answer()
                self.line.phone(rung).press(key)

    @rule(who=staff, key=keys | st.just("hangs up"))
    def a_handler_presses_a_key_or_hangs_up(self, who: str, key: str) -> None:
        with self._deed(f"{who} on the phone: {key}"):
            phone = self.line.phone(who)
            phone.hang_up() if key == "hangs up" else phone.press(key)

    @rule(who=staff, body=commands, which=st.none() | some)
    def a_handler_texts(self, who: str, body: str, which: int | None) -> None:
        reference = "" if which is None else self._reference(which)
        with self._deed(f"{who} texts {body} {reference}"):
            self.line.phone(who).text(LINE, f"{body} {reference}".strip())

    @rule(who=staff, which=some, deed=st.sampled_from(("hold", "hold", "release")))
    def a_handler_takes_or_passes_on_at_the_desk(self, who: str, which: int, deed: str) -> None:
        self._at_the_desk(who, which, deed)

    @rule(who=staff, which=some, outcome=outcomes, code=st.none() | closures)
    def a_handler_tries_to_make_contact(self, who: str, which: int, outcome: str, code: str | None) -> None:
        who = self._whoever_has(which, else_=who)
        self._at_the_desk(who, which, "attempts", channel="call", outcome=outcome)
        if code:
            self._at_the_desk(who, which, "closure", code=code)

    @rule(
        who=staff,
        which=some,
        key=answers,
        does=st.sampled_from(("answers", "answers", "turns it away", "lets it ring")),
    )
    def a_handler_calls_the_person_by_the_bridge(self, who: str, which: int, key: str, does: str) -> None:
        who = self._whoever_has(which, else_=who)
        self._at_the_desk(who, which, "bridge")
        self.whoever_is_rung_answers(key)
        for person in (self.line.phone(each) for each in (*OUTSIDE, IN_THE_FORM)):
            if person.ringing:
                with self._deed(f"{person.number[-3:]} is called and {does}"):
                    {"answers": person.answer, "turns it away": person.decline}.get(does, lambda: None)()

    # time, and what breaks

    @rule(passes=moments)
    def time_passes(self, passes: dict[str, float]) -> None:
        with self._deed(f"time passes: {passes}"):
            self.line.fast_forward(**passes)

    @rule()
    def a_deadline_passes(self) -> None:
        waiting = [case.due_at for case in self.line.cases() if case.awaits_contact and case.due_at > self.line.now]
        with self._deed("time passes until somebody's day is over"):
            self.line.wait_until(max(self.line.now, min(waiting, default=self.line.now)))

    @rule(what=st.sampled_from(("the engine dies", "another engine plays", "all ends", "all ends", "all ends")))
    def something_happens_to_the_processes(self, what: str) -> None:
        with self._deed({"all ends": "every process ends and starts again"}.get(what, what)):
            if what == "the engine dies":
                self.line.kill_the_engine()
            elif what == "all ends":
                self.browsers.clear()
                self.line.start()
            else:
                self._another_engine_plays()

    @rule(repeats=st.booleans(), reorders=st.booleans(), lost=st.sampled_from((0, 0, 2)))
    def the_telephone_company_is_untidy(self, repeats: bool, reorders: bool, lost: int) -> None:
        with self._deed(f"webhooks twice: {repeats}, callbacks last first: {reorders}, callbacks lost: {lost}"):
            faults = self.line.exchange.faults
            faults.duplicate_webhooks, faults.reorder_callbacks = repeats, reorders
            faults.lose_callbacks(lost)

    @rule(times=st.integers(1, 3), error=refusals | st.none())
    def the_telephone_company_fails_us(self, times: int, error: tuple[int, int] | None) -> None:
        with self._deed(f"it {f'refuses with {error}' if error else 'acts and cannot say so'}, {times} times"):
            if error:
                self.line.exchange.faults.refuse(times, status=error[0], code=error[1])
            else:
                self.night.answers_lost += times
                self.line.exchange.faults.lose_answers(times)

    @rule(times=st.integers(1, 2), too_late=st.booleans())
    def the_telephone_company_does_not_reach_us(self, times: int, too_late: bool) -> None:
        with self._deed(f"{times} of its webhooks {'hear us too late' if too_late else 'find nobody'}"):
            self.night.webhooks_failed = True
            faults = self.line.exchange.faults
            (faults.answer_too_late if too_late else faults.cannot_connect)(times)

    @rule(who=people)
    def the_disk_is_full_while_somebody_calls(self, who: str) -> None:
        with self._deed(f"{who[-3:]} calls while nothing can be written down"):
            self.night.webhooks_failed = True
            if not self.line.phone(who).on_a_call:
                with self.line.commits_fail(times=2):
                    self.line.call_from(who)

    @rule(which=st.integers(0, 10_000))
    def an_old_webhook_comes_again(self, which: int) -> None:
        posts = [post for post in self.line.exchange.debugger.requests if post.answer.status in DONE]
        if not posts:
            return
        post = posts[which % len(posts)]
        with self._deed(f"once more: {post.url.partition('/carrier')[2]}"):
            before = deeds(self.line.db)
            answer = self.line.deliver_again(post)
            assert answer.status == post.answer.status, self._told(f"answered {answer.status}")
            assert deeds(self.line.db) == before, self._told("a repeated webhook changed something")

    # the promises

    @invariant()
    def every_promise_holds(self) -> None:
        if problems := broken(self.night):
            raise AssertionError(self._told(*problems))

    def teardown(self) -> None:
        """The night ends: everybody hangs up, everything works again, and the watcher looks at all that is left."""
        if not hasattr(self, "night"):
            return
        try:
            self._morning()
            problems = broken_in_the_end(self.night)
            self.tally.update(rows(self.line.db), deeds=len(self.story), nights=1)
            if problems:
                raise AssertionError(self._told(*problems))
        finally:
            next(self._opened, None)

    def _morning(self) -> None:
        self.line.exchange.faults.clear()
        for phone in self.line.exchange.every_phone():
            phone.behaviour = "rings out"
            phone.hang_up()
        self.line.restart()
        self.line.fast_forward(minutes=2)
        in_the_air = [leg for leg in self.line.exchange.legs.values() if leg.direction == "inbound" and not leg.over]
        assert not in_the_air, self._told("a caller is left on the line")

    @contextmanager
    def _deed(self, told: str) -> Iterator[None]:
        self.story.append(f"{self.line.now:%d %H:%M:%S} {told}")
        yield
        self.line.work()

    def _told(self, *problems: str) -> str:
        return "\n".join([*problems, "The night so far:", *self.story])

    def _reference(self, which: int) -> str:
        """Of one of the cases; of those that await contact while there are any."""
        cases = self.line.cases()
        cases = [case for case in cases if case.awaits_contact] or cases
        return cases[which % len(cases)].reference if cases else ""

    def _can_be_answered(self, phone: Phone) -> bool:
        """Whether it rings, and no voicemail is about to pick up."""
        return phone.ringing is not None and phone.behaviour != "voicemail"

    def _press_until_it_rings(self, caller: Phone) -> None:
        for _ in range(10):
            if any(self.line.phone(name).ringing for name in NUMBERS):
                return
            if caller.state == "waiting for keys":
                caller.press("1")
            else:
                self.line.fast_forward(seconds=1)

    def _ring_out(self) -> None:
        """Time passes until no phone rings any more, or for two minutes."""
        for _ in range(24):
            if not any(self.line.phone(name).ringing for name in NUMBERS):
                return
            self.line.fast_forward(seconds=5)

    def _another_engine_plays(self) -> None:
        with self.line.another_engine() as other:
            engine.play(other.db, at=self.line.now)
            other.courier.deliver()
            other.courier.close()

    def _at_the_desk(self, who: str, which: int, deed: str, **fields: str) -> None:
        if not (reference := self._reference(which)):
            return
        with self._deed(f"{who} at the desk: {deed} {reference} {' '.join(fields.values())}"):
            word = hidden_fields(self._browser_of(who).get("/console/").text)["csrf"]
            self.browsers[who].post(f"/console/cases/{reference}/{deed}", data={"csrf": word, **fields})

    def _whoever_has(self, which: int, *, else_: str) -> str:
        """Who holds the case; somebody who takes it, while nobody does."""
        holds = [case.hold for case in self.line.cases() if case.reference == self._reference(which)]
        if holds and holds[0]:
            return holds[0].person.alias
        self._at_the_desk(else_, which, "hold")
        return else_

    def _browser_of(self, who: str) -> TestClient:
        """Where they are signed in; anew when they were away for too long."""
        if who not in self.browsers or "csrf" not in hidden_fields(self.browsers[who].get("/console/").text):
            self.browsers[who] = self.line.sign_in(who)
        return self.browsers[who]


def _code_in(heard: str) -> str:
    """The code that was read out to somebody, digit by digit in two groups, or nothing."""
    found = re.search(r"((?:\d ){3}\d), ((?:\d ){3}\d)", heard)
    return found[0].replace(" ", "").replace(",", "") if found else ""


def rows(db: Database) -> dict[str, int]:
    """How many facts of each kind there are."""
    with db.reading() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in COUNTED}


def _overhear(line: Hotline, night: Night) -> None:
    """Note everything the telephone company does for us."""
    rest = line.switchboard.app
    assert rest

    async def overheard(scope: Scope, receive: Receive, send: Send) -> None:
        body = b""

        async def read() -> Message:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        statuses: list[int] = []

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        await rest(scope, read, answer)
        if scope["method"] == "POST" and (not statuses or statuses[0] in DONE):
            fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            kind = "Calls" if "/Calls" in scope["path"] else "Messages"
            if "To" in fields:
                night.asked.append(Asked(kind, fields["To"], page_in(fields.get("StatusCallback", "")), line.now))

    line.switchboard.app = overheard
