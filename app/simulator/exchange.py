"""The exchange: one customer's account, its lines, everybody's phones, and what connects them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.simulator import dialling, prompts, queueing
from app.simulator.accounts import Account, Line
from app.simulator.calls import Calls
from app.simulator.conferences import Conference
from app.simulator.debugger import Debugger
from app.simulator.faults import Faults
from app.simulator.legs import Leg
from app.simulator.messages import Messages
from app.simulator.numbers import is_e164
from app.simulator.phones import Phone
from app.simulator.posting import Post, post_form
from app.simulator.scripts import Event
from app.simulator.timeline import Timeline, Timer
from app.simulator.webhooks import Webhooks

__all__ = ["Account", "Exchange", "Line"]

TEACHERS_OF_VERBS = (dialling, prompts, queueing)
"""Imported for the verbs they add to `documents.VERBS`."""

SECONDS_A_CHARACTER = 0.055
BREATH = 0.6


class Exchange:
    """A small telephone company.

    One lock guards everything in memory. It is held for microseconds and never while a webhook is on its way:
    two calls cannot hold one another up, and the customer may call REST from inside a webhook.
    """

    def __init__(self, account: Account, *, timeline: Timeline, post: Post = post_form, pace: float = 1.0) -> None:
        """`pace` stretches how long the network and prompts take: 1 as in life, 0 nothing takes time.

        How long phones ring, voicemails wait and Gather listens is never stretched.
        """
        self.account = account
        self.timeline = timeline
        self.pace = pace
        self.withheld_as = "Anonymous"
        """How a hidden number is spelled in From."""
        self.preface = ""
        """What this network puts before every text it delivers: what is practised says so in each."""
        self.seconds_between_calls = self.latency(1)
        """How far apart calls asked for over REST are placed. Calls to the lines and dialled ones never queue."""
        self.rest_url = "https://api.twilio.com"
        """Where the customer reaches REST: the addresses of pictures begin with it."""
        self.lock = threading.RLock()
        self.debugger = Debugger()
        self.faults = Faults()
        self.carriers = {"Twilio": self.faults}
        """Each carrier on this network by name, with its bad days."""
        self.webhooks = Webhooks(post, account.auth_token, timeline, self.debugger, self.faults)
        self.lines: dict[str, Line] = {}
        self.legs: dict[str, Leg] = {}
        self.conferences: dict[str, Conference] = {}
        self.queues: dict[str, list[Leg]] = {}
        self.calls = Calls(self)
        self.messages = Messages(self)
        self.other_numbers: dict[str, Callable[[Phone, str], None]] = {}
        """What takes a text to a number that was sold over another wire."""
        self._phones: dict[str, Phone] = {}
        self._deeds: deque[Callable[[], object]] = deque()
        self._is_busy = False

    def sell_line(self, number: str, *, voice_url: str, sms_url: str, **settings: Any) -> Line:
        """Give the customer a number; selling it again changes its settings. `settings` are the others of `Line`."""
        if number in self.lines:
            settings = {"sid": self.lines[number].sid, **settings}
        self.lines[number] = Line(number, voice_url, sms_url, **settings)
        return self.lines[number]

    def phone(self, number: str) -> Phone:
        """The phone with this number; a new subscriber when there was none. Raises `ValueError` for a non-number."""
        with self.lock:
            if number not in self._phones:
                if not is_e164(number):
                    raise ValueError("not a telephone number in international form")
                self._phones[number] = Phone(self, number)
            return self._phones[number]

    def subscriber(self, number: str) -> Phone | None:
        """The phone with this number, or None: nobody has it."""
        return self._phones.get(number)

    def show(self, number: str, label: str) -> Phone:
        """Show a phone on the page, under this name."""
        phone = self.phone(number)
        phone.label = label
        return phone

    def every_phone(self) -> list[Phone]:
        """All phones there are, shown or not."""
        with self.lock:
            return list(self._phones.values())

    @property
    def shown(self) -> list[Phone]:
        """The phones on the page, in the order they came."""
        with self.lock:
            return [phone for phone in self._phones.values() if phone.label]

    @property
    def strangers(self) -> list[Phone]:
        """Everybody else's phones."""
        with self.lock:
            return [phone for phone in self._phones.values() if not phone.label]

    def host(self, url: str, document: str) -> None:
        """Keep a TwiML document for the customer at an address; it answers while the customer is down."""
        self.webhooks.hosted[url] = document

    def still_settles(self, ended_at: datetime | None) -> bool:
        """Whether a record is too new to be deleted."""
        if ended_at is None:
            return True
        return self.timeline.now() < ended_at + timedelta(seconds=self.faults.settling_time)

    def tell(self, leg: Leg, event: Event) -> None:
        """Give a leg an event."""
        self.in_turn(lambda: leg.take(event))

    def in_turn(self, do: Callable[[], object]) -> None:
        """Do things one at a time, in the order they were asked for, whoever asks: scripts never run inside scripts."""
        with self.lock:
            self._deeds.append(do)
            if self._is_busy:
                return
            self._is_busy = True
            try:
                while self._deeds:
                    self._deeds.popleft()()
            finally:
                self._is_busy = False

    def after(self, seconds: float, do: Callable[[], object]) -> Timer:
        """Do something in a while, with the lock held."""
        return self.timeline.after(seconds, lambda: self._locked(do))

    def after_latency(self, seconds: float, do: Callable[[], object]) -> Timer:
        """Do something when the network has taken its time."""
        return self.after(self.latency(seconds), do)

    def latency(self, seconds: float) -> float:
        """How long something takes at this exchange's pace."""
        return seconds * self.pace

    def speaking_time(self, words: str) -> float:
        """Seconds it takes to say something."""
        return self.latency(BREATH + len(words) * SECONDS_A_CHARACTER)

    def _locked(self, do: Callable[[], object]) -> None:
        with self.lock:
            do()
