"""A leg: one phone's connection to the exchange. The carrier's API calls it a Call."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.simulator.detection import MachineDetection
from app.simulator.hearing import Heard
from app.simulator.numbers import new_sid
from app.simulator.playing import Player
from app.simulator.posting import Postman
from app.simulator.progress import StatusCallback
from app.simulator.scripts import Event, Gone, Key, Script, Star
from app.simulator.telling import about

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange
    from app.simulator.phones import Phone

OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
SETTING_UP: Final = 0.6
"""Seconds before a called phone begins to ring."""


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
        detection: MachineDetection | None = None,
        forwarded_from: str = "",
        on_answer: Callable[[Leg], Script] | None = None,
    ) -> None:
        self.exchange = exchange
        self.brought_by = ""
        """The name of the carrier that placed it, where the page shows more than one."""
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
        self.detection = detection
        self.forwarded_from = forwarded_from
        self.status = "ringing" if direction == "inbound" else "queued"
        self.created_at = exchange.timeline.now()
        self.started_at: datetime | None = self.created_at if direction == "inbound" else None
        """When it came in, or when the exchange began to call."""
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.answered_by = ""
        self.detection_ms = 0
        self.muted = False
        """Whether a conference keeps what it says from the others."""
        self.recording_sid = ""
        self.deleted = False
        """Whether the customer has had the record deleted."""
        self.heard: list[Heard] = []
        self.said: list[Heard] = []
        """What the phone itself said; only the page shows it."""
        self.peers: list[Leg] = []
        self.wants_keys = False
        self._asked_at: deque[float] = deque(maxlen=50)
        self._on_answer = on_answer
        self._player = Player(self)

    def __repr__(self) -> str:
        return f"<Leg {self.direction} {self.status}>"

    @property
    def postman(self) -> Postman:
        """Who asks the customer what this call is to do."""
        return self.exchange.webhooks

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def wire_status(self) -> str:
        """The status as REST spells it; `initiated` is only ever an event."""
        return "queued" if self.status == "initiated" else self.status

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
        self.started_at = self.exchange.timeline.now()
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
        self.recording_sid = new_sid("RE") if self.exchange.account.records_calls else ""
        self._progress("in-progress", "answered")
        if self._on_answer is not None:
            self.play(self._on_answer(self))

    def end(self, status: str = "completed") -> None:
        """Over, for everyone on it. Safe to repeat: the first ending counts."""
        if self.over:
            return
        self.status = status if not self.answered else "completed"
        self.ended_at = self.exchange.timeline.now()
        self.wants_keys = False
        self._player.stop()
        self.leave_parent()
        self._call_back("completed")

    def play(self, script: Script) -> None:
        """Leave whatever is going on and begin this script."""
        self.wants_keys = False
        self._player.play(script)

    def leave_parent(self) -> None:
        """Let go of the leg that dialled this one, if any."""
        if self.tied:
            self.tied = False
            self.peers = []
            self.tell_parent(Gone(self))

    def tell_parent(self, event: Event) -> None:
        """Tell the leg that dialled this one what has become of it."""
        if self.parent is not None:
            self.exchange.tell(self.parent, event)

    def take(self, event: Event) -> None:
        """Something has happened to this call."""
        self._player.take(event)

    def press(self, digit: str) -> None:
        """A key is heard only on a call that was answered: before, there is no sound on the line."""
        if self.answered:
            self.exchange.tell(self, Star() if digit == "*" else Key(digit))

    def hear(self, text: str, *, language: str = "", sound: str = "") -> None:
        self.heard.append(Heard(text, language, sound, self.exchange.timeline.now()))

    def speak(self, words: str) -> None:
        """Say something to whoever is at the other end."""
        self.said.append(Heard(words, "", "", self.exchange.timeline.now()))
        for peer in [] if self.muted else self.peers:
            peer.hear(words)

    def goes_round_in_circles(self) -> bool:
        """Whether it is about to ask for yet another document while no time passes."""
        now = self.exchange.timeline.seconds()
        self._asked_at.append(now)
        return len(self._asked_at) == self._asked_at.maxlen and now - self._asked_at[0] < 1

    def params(self) -> dict[str, str]:
        """What the carrier says about this call in every webhook, the blank values included."""
        return about(self)

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
        if self.callback is not None:
            self.callback.tell(self, event)
