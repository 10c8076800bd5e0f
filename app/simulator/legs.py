"""A leg: one phone's connection to the exchange. The carrier's API calls it a Call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from inspect import GEN_RUNNING, getgeneratorstate
from typing import TYPE_CHECKING, Final

from app.simulator.numbers import country, new_sid, rfc2822
from app.simulator.posting import Answer, Trouble
from app.simulator.scripts import Elapsed, Event, Fetched, Gone, HangUp, Key, Script, Wait
from app.simulator.timeline import Timer

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

API_VERSION: Final = "2010-04-01"
OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
NUMBER_NOT_IN_USE: Final = 13224
SETTING_UP: Final = 0.6
"""Seconds before a called phone begins to ring."""


@dataclass(frozen=True)
class Heard:
    """One thing a phone heard: words with their language, or the address of a sound."""

    text: str
    language: str
    sound: str
    at: datetime

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class StatusCallback:
    """Where the customer wants to hear how a call goes, and about what."""

    url: str
    events: frozenset[str] = frozenset({"completed"})


class Leg:
    """One call between the exchange and one phone, from the first ring to the end.

    All methods are called with the switchboard's lock held.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        direction: str,
        sender: str,
        to: str,
        phone: Phone | None,
        parent: Leg | None = None,
        callback: StatusCallback | None = None,
        fallback_url: str = "",
        machine_detection: str = "",
        on_answer: Callable[[Leg], Script] | None = None,
    ) -> None:
        self.exchange = exchange
        self.sid = new_sid("CA")
        self.direction = direction
        self.sender = sender
        self.to = to
        self.phone = phone
        self.parent = parent
        self.tied = parent is not None
        """Whether it still belongs to the Dial that made it."""
        self.callback = callback
        self.fallback_url = fallback_url
        self.machine_detection = machine_detection
        self.status = "ringing" if direction == "inbound" else "queued"
        self.created_at = exchange.timeline.now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.answered_by = ""
        self.heard: list[Heard] = []
        self.said: list[Heard] = []
        """What the phone itself said; only the page shows it."""
        self.peers: list[Leg] = []
        self.wants_keys = False
        self._asked_at: deque[float] = deque(maxlen=50)
        self._on_answer = on_answer
        self._events_told = 0
        self._script: Script | None = None
        self._wait: Wait | None = None
        self._turn = 0
        self._timer: Timer | None = None

    def __repr__(self) -> str:
        return f"<Leg {self.direction} {self.status}>"

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def answered(self) -> bool:
        return self.answered_at is not None

    @property
    def final_status(self) -> str:
        """How this call ended; one that was led elsewhere has, for the Dial that made it, completed."""
        return self.status if self.over else "completed"

    @property
    def seconds_talked(self) -> int:
        """Whole seconds from the answer until now, or until the end."""
        if self.answered_at is None:
            return 0
        return round(((self.ended_at or self.exchange.timeline.now()) - self.answered_at).total_seconds())

    def ring(self, *, for_seconds: float) -> None:
        """Set up a call to the phone; it rings for so long, then nobody answered."""
        self._progress("initiated", "initiated")
        self.exchange.after_latency(SETTING_UP, self._reach_the_phone)
        self.exchange.after(self.exchange.latency(SETTING_UP) + for_seconds, self._give_up)

    def rings(self) -> None:
        """The phone has begun to ring."""
        self._progress("ringing", "ringing")

    def connect(self) -> None:
        """Answered: by the phone when the exchange called it, by the exchange when the phone called."""
        if self.answered or self.over:
            return
        self.answered_at = self.exchange.timeline.now()
        self._progress("in-progress", "answered")
        if self._on_answer is not None:
            self.play(self._on_answer(self))

    def end(self, status: str = "completed") -> None:
        """Over, for everyone on it. Safe to repeat: the first ending counts."""
        if self.over:
            return
        self.status = status if not self.answered else "completed"
        self.ended_at = self.exchange.timeline.now()
        self._stop()
        self.leave_parent()
        self._call_back("completed")

    def play(self, script: Script) -> None:
        """Leave whatever is going on and begin this script."""
        self._stop()
        self.exchange.in_turn(lambda: self._begin(script))

    def leave_parent(self) -> None:
        """Let go of the leg that dialled this one, if any."""
        if self.tied:
            self.tied = False
            self.tell_parent(Gone(self))

    def tell_parent(self, event: Event) -> None:
        """Tell the leg that dialled this one what has become of it."""
        if self.parent is not None:
            self.exchange.tell(self.parent, event)

    def take(self, event: Event) -> None:
        """Give an event to the script, if it waits for one like it. A script that is being closed hears nothing."""
        script = self._script
        if script is not None and getgeneratorstate(script) != GEN_RUNNING and self._expects(event):
            self._resume(lambda: script.send(event))

    def press(self, digit: str) -> None:
        self.exchange.tell(self, Key(digit))

    def hear(self, text: str, *, language: str = "", sound: str = "") -> None:
        self.heard.append(Heard(text, language, sound, self.exchange.timeline.now()))

    def speak(self, words: str) -> None:
        """Say something to whoever is at the other end."""
        self.said.append(Heard(words, "", "", self.exchange.timeline.now()))
        for peer in self.peers:
            peer.hear(words)

    def goes_round_in_circles(self) -> bool:
        """Whether it is about to ask for yet another document while no time passes."""
        now = self.exchange.timeline.seconds()
        self._asked_at.append(now)
        return len(self._asked_at) == self._asked_at.maxlen and now - self._asked_at[0] < 1

    def params(self) -> dict[str, str]:
        """What the carrier says about this call in every webhook, the blank values included."""
        told = {
            "AccountSid": self.exchange.account.sid,
            "ApiVersion": API_VERSION,
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Direction": self.direction,
        }
        for name, number in (("From", self.sender), ("Caller", self.sender), ("To", self.to), ("Called", self.to)):
            told |= {name: number, f"{name}City": "", f"{name}State": "", f"{name}Zip": ""}
            told[f"{name}Country"] = country(number)
        if self.parent is not None:
            told["ParentCallSid"] = self.parent.sid
        if self.answered_by:
            told["AnsweredBy"] = self.answered_by
        return told

    def _reach_the_phone(self) -> None:
        if self.over:
            return
        if self.phone is None:
            self.end("failed")
        else:
            self.phone.is_called(self)

    def _give_up(self) -> None:
        if not self.answered:
            self.end("no-answer")

    def _progress(self, status: str, event: str) -> None:
        self.status = status
        self._call_back(event)

    def _call_back(self, event: str) -> None:
        if self.callback is None or event not in self.callback.events:
            return
        told = self.params() | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._events_told),
            "Timestamp": rfc2822(self.exchange.timeline.now()) or "",
        }
        if self.over:
            told |= {"CallDuration": str(self.seconds_talked), "Duration": str(-(-self.seconds_talked // 60))}
        if self.status == "failed":
            told["ErrorCode"] = str(NUMBER_NOT_IN_USE)
        self._events_told += 1
        self.exchange.webhooks.tell(self.callback.url, told, about=self.sid, final=event == "completed")

    def _begin(self, script: Script) -> None:
        if not self.over:
            self._script = script
            self._resume(lambda: next(script))

    def _expects(self, event: Event) -> bool:
        if isinstance(event, Elapsed | Fetched):
            return event.turn == self._turn
        return self._wait is not None and isinstance(event, self._wait.events)

    def _resume(self, step: Callable[[], Wait]) -> None:
        self._turn += 1
        self._wait = None
        if self._timer is not None:
            self._timer.cancel()
        try:
            wait = step()
        except StopIteration:
            self._finish("no-answer")
        except HangUp as over:
            self._finish(over.status)
        else:
            self._begin_waiting(wait)

    def _finish(self, status: str) -> None:
        self._script = None
        self.end(status)

    def _begin_waiting(self, wait: Wait) -> None:
        self._wait = wait
        turn = self._turn
        if wait.seconds is not None:
            self._timer = self.exchange.after(wait.seconds, lambda: self.exchange.tell(self, Elapsed(turn)))
        if wait.ask is not None:
            params = self.params() | dict(wait.ask.params)
            self.exchange.webhooks.ask(
                wait.ask.url, params, about=self.sid, then=lambda outcome: self._fetched(turn, outcome)
            )

    def _fetched(self, turn: int, outcome: Answer | Trouble) -> None:
        self.exchange.tell(self, Fetched(turn, outcome))

    def _stop(self) -> None:
        """Close the script where it stands; it must not be the one that is speaking."""
        script, self._script, self._wait = self._script, None, None
        self._turn += 1
        self.wants_keys = False
        if self._timer is not None:
            self._timer.cancel()
        if script is not None:
            script.close()
