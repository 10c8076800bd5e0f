"""Many callers at once: signed webhooks, made before the clock starts, sent one after another on kept connections."""

from __future__ import annotations

import http.client
import secrets
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from app.telephony.signature import signature_of
from bench.servers import PUBLIC_URL, TOKEN

_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Webhook:
    """A request as the carrier sends it."""

    path: str
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Run:
    """How long each answer took, and all of them together, in seconds."""

    took: list[float]
    seconds: float

    def __add__(self, other: Run) -> Run:
        return Run(self.took + other.took, self.seconds + other.seconds)


@dataclass(frozen=True)
class Figure:
    """Answers in a second, and the 99th percentile of the time to an answer, in milliseconds."""

    rate: float
    p99: float


def webhook(path: str, **changed: str) -> Webhook:
    """A signed webhook about a call or text that nobody has heard of, unless `changed` names its id."""
    params = {
        "AccountSid": "AC" + "0" * 32,
        "CallSid": f"CA{secrets.token_hex(16)}",
        "From": "Anonymous",
        "To": "+46846500400",
        "CallStatus": "ringing",
        "Direction": "inbound",
        "CallerZip": "",
    } | changed
    signature = signature_of(TOKEN.encode(), PUBLIC_URL + path, params.items()).decode()
    return Webhook(path, urlencode(params), {"Content-Type": _FORM, "X-Twilio-Signature": signature})


def send(port: int, webhooks: Sequence[Webhook], *, callers: int) -> Run:
    """Send them all, shared out among so many callers at once. Stops at any answer that is no success."""
    took: list[float] = []
    began = time.perf_counter()
    threads = [threading.Thread(target=_call, args=(port, webhooks[n::callers], took)) for n in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if len(took) < len(webhooks):
        raise SystemExit("not every webhook was answered")
    return Run(took, seconds)


def median(runs: Sequence[Run]) -> Figure:
    """The middle rate and the middle 99th percentile of several runs."""
    return Figure(
        statistics.median(len(run.took) / run.seconds for run in runs),
        statistics.median(statistics.quantiles(run.took, n=100)[98] * 1000 for run in runs),
    )


def _call(port: int, webhooks: Sequence[Webhook], took: list[float]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for each in webhooks:
        began = time.perf_counter()
        line.request("POST", each.path, each.body, each.headers)
        answer = line.getresponse()
        answer.read()
        if answer.status not in (200, 204):
            raise SystemExit(f"{each.path} was answered {answer.status}")
        took.append(time.perf_counter() - began)
    line.close()
