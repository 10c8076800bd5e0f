"""The exchange's debugger: every webhook with its answer, and everything that was wrong."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.simulator.posting import Answer, Params

KEPT = 10_000


@dataclass(frozen=True)
class Posted:
    """One webhook as it went out, and what came back (`answer.status` 0: nothing did)."""

    at: datetime
    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    answer: Answer
    number: int = 0
    """Its place among everything written down so far, from 1."""


@dataclass(frozen=True)
class Alert:
    """Something the customer did wrong, with the carrier's error code."""

    at: datetime
    code: int
    text: str
    about: str
    """The SID of the call or message."""
    url: str
    number: int = 0


class Debugger:
    """What a customer would look at after a bad night. Keeps the latest ten thousand of each."""

    def __init__(self) -> None:
        self.requests: deque[Posted] = deque(maxlen=KEPT)
        self.alerts: deque[Alert] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)

    def note(self, at: datetime, url: str, params: Params, headers: Params, answer: Answer) -> None:
        """Write down one webhook, whatever came of it."""
        self.requests.append(Posted(at, url, dict(params), dict(headers), answer, next(self._numbers)))

    def warn(self, at: datetime, code: int, text: str, *, about: str, url: str) -> None:
        """Write down something that was wrong."""
        self.alerts.append(Alert(at, code, text, about, url, next(self._numbers)))

    def since(self, number: int) -> list[Posted | Alert]:
        """Everything written down after this, oldest first."""
        both: list[Posted | Alert] = [*list(self.requests), *list(self.alerts)]
        return sorted((each for each in both if each.number > number), key=lambda each: each.number)

    @property
    def codes(self) -> list[int]:
        """The error codes so far, oldest first."""
        return [alert.code for alert in self.alerts]

    def to(self, path: str) -> list[Posted]:
        """The webhooks whose URL holds `path`, oldest first."""
        return [posted for posted in self.requests if path in posted.url]
