"""What can go wrong on purpose, for tests: refusals, losses, delays, repetitions.

Each fault is set once and wears off by itself (`times`), or stays until `clear()`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

FOREVER = 1_000_000_000


@dataclass
class Refusal:
    """The next requests over REST answered with an error instead of being done."""

    status: int
    code: int
    on: str
    method: str
    times: int


class Faults:
    """The exchange's bad days. Everything is in order until something is set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Everything in order again."""
        self.duplicate_webhooks = False
        """Post every webhook twice with one idempotency token; the second answer is thrown away."""
        self.reorder_callbacks = False
        """Keep a call's or text's status callbacks until it is over, then post them last first."""
        self.webhook_delay = 0.0
        """Seconds before any webhook sets out."""
        self.answers_take = 0.0
        """Seconds the customer's answers are on their way back; too many (15, or fewer by override) and none comes."""
        self.unreachable = False
        """Nobody listens at the customer's. What the exchange itself hosts goes on answering."""
        self.message_delay = 0.0
        """Seconds a text waits in the queue before it is sent (see `ValidityPeriod`)."""
        self.settling_time = 0.0
        """Seconds after a call or text is over during which its record can be neither deleted nor redacted (20009)."""
        self._refusals: list[Refusal] = []
        self._times = {"lost answer": 0, "broken answer": 0, "lost callback": 0, "late answer": 0, "no connection": 0}

    def refuse(self, times: int = 1, *, status: int, code: int, on: str = "", method: str = "") -> None:
        """Refuse the next REST requests whose path holds `on` ("Messages", "Calls", or any), by this method or any."""
        with self._lock:
            self._refusals.append(Refusal(status, code, on, method, times))

    def lose_answers(self, times: int = 1) -> None:
        """Do what the next REST requests that change something ask for, but drop the line before answering."""
        self._set("lost answer", times)

    def break_after_doing(self, times: int = 1) -> None:
        """Do what the next REST requests that change something ask for, and answer that the server broke (500)."""
        self._set("broken answer", times)

    def lose_callbacks(self, times: int = FOREVER) -> None:
        """Never post the next status callbacks."""
        self._set("lost callback", times)

    def answer_too_late(self, times: int = 1) -> None:
        """The next webhooks reach the customer, but its answers come after the exchange gave up (15 s)."""
        self._set("late answer", times)

    def cannot_connect(self, times: int = 1) -> None:
        """The next attempts to post a webhook find nobody listening."""
        self._set("no connection", times)

    def refusal(self, method: str, path: str) -> Refusal | None:
        """The refusal this REST request must get, if any."""
        with self._lock:
            for refusal in self._refusals:
                if refusal.times > 0 and refusal.on in path and refusal.method in ("", method):
                    refusal.times -= 1
                    return refusal
        return None

    def strikes(self, what: str) -> bool:
        """Whether a counted fault happens now; counts it down."""
        if what == "no connection" and self.unreachable:
            return True
        with self._lock:
            struck = self._times[what] > 0
            self._times[what] -= struck
        return struck

    def _set(self, what: str, times: int) -> None:
        with self._lock:
            self._times[what] = times
