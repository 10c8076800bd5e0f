"""Webhooks to the customer: form-encoded POSTs, signed, repeated once when nobody listens.

A URL's fragment may hold connection overrides: `rc` (how many retries) and `rp` (after what) are honoured, the
rest is tolerated. Every attempt at one webhook carries the same idempotency token.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs

from app.simulator.debugger import Alert, Debugger, Posted
from app.simulator.faults import Faults
from app.simulator.posting import PATIENCE, Answer, CannotConnect, Params, Post, Then, TimedOut, Trouble, sign
from app.simulator.timeline import Timeline

TOO_MANY_REQUESTS = 429
BAD_STATUS = 11200
LATE = 11205
TOO_MANY = 11217
NOTHING = Answer(0, "", "")


class Webhooks:
    """The postman. Never called with the switchboard's lock held while something is on its way."""

    def __init__(self, post: Post, auth_token: str, timeline: Timeline, debugger: Debugger, faults: Faults) -> None:
        self.post = post
        self._auth_token = auth_token
        self._timeline = timeline
        self._debugger = debugger
        self._faults = faults
        self._held: dict[str, list[tuple[str, Params]]] = {}
        self._lock = threading.Lock()

    def ask(self, url: str, params: Params, *, about: str, then: Then) -> None:
        """Post, and hand the answer (or the trouble, already on record) to `then` when it is there."""
        self._set_out(lambda: self._deliver(url, params, about, then))

    def tell(self, url: str, params: Params, *, about: str, final: bool) -> None:
        """Post a status callback; nobody waits for the answer. `final`: the last about this call or text."""
        if self._faults.strikes("lost callback"):
            return
        for each_url, each in self._in_order(url, params, about, final):
            self.ask(each_url, each, about=about, then=_nothing)

    def record(self, trouble: Trouble, *, about: str) -> None:
        """Write a mistake of the customer's into the debugger."""
        self._debugger.alerts.append(Alert(self._timeline.now(), trouble.code, trouble.text, about, trouble.url))

    def _in_order(self, url: str, params: Params, about: str, final: bool) -> list[tuple[str, Params]]:
        if not self._faults.reorder_callbacks:
            return [(url, params)]
        with self._lock:
            self._held.setdefault(about, []).append((url, params))
            return list(reversed(self._held.pop(about))) if final else []

    def _set_out(self, deliver: Callable[[], None]) -> None:
        if self._faults.webhook_delay:
            self._timeline.after(self._faults.webhook_delay, lambda: self._timeline.apart(deliver))
        else:
            self._timeline.apart(deliver)

    def _deliver(self, url: str, params: Params, about: str, then: Then) -> None:
        address = url.partition("#")[0]
        headers = self._headers(address, params)
        began = self._timeline.seconds()
        outcome = self._attempts(url, params, headers)
        if self._faults.duplicate_webhooks:
            self._attempt(address, params, headers)
        if isinstance(outcome, Trouble):
            self.record(outcome, about=about)
        self._hand_over(outcome, then, not_before=began + PATIENCE)

    def _hand_over(self, outcome: Answer | Trouble, then: Then, *, not_before: float) -> None:
        """An answer at once; the absence of one only when the exchange has waited as long as it does."""
        left = not_before - self._timeline.seconds()
        if isinstance(outcome, Trouble) and outcome.kind == "rt" and left > 0:
            self._timeline.after(left, lambda: then(outcome))
        else:
            then(outcome)

    def _headers(self, address: str, params: Params) -> dict[str, str]:
        return {
            "X-Twilio-Signature": sign(self._auth_token, address, params),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }

    def _attempts(self, url: str, params: Params, headers: Params) -> Answer | Trouble:
        address, _, fragment = url.partition("#")
        retries, after = _overrides(fragment)
        outcome = self._attempt(address, params, headers)
        for _ in range(retries):
            if not _is_worth_repeating(outcome, after):
                break
            outcome = self._attempt(address, params, headers)
        return outcome

    def _attempt(self, url: str, params: Params, headers: Params) -> Answer | Trouble:
        """One POST with what came of it; only 2xx is an answer."""
        trouble: Trouble | None
        try:
            answer = Answer(*self._post(url, params, headers))
        except TimedOut:
            answer, trouble = NOTHING, Trouble(LATE, "no answer within 15 seconds", url, kind="rt")
        except CannotConnect:
            answer, trouble = NOTHING, Trouble(LATE, "cannot connect", url, kind="ct")
        else:
            trouble = _trouble_with(answer, url)
        self._note(url, params, headers, answer)
        return trouble or answer

    def _post(self, url: str, params: Params, headers: Params) -> tuple[int, str, str]:
        if self._faults.strikes("no connection"):
            raise CannotConnect
        answer = self.post(url, params, headers)
        if self._faults.strikes("late answer"):
            raise TimedOut
        return answer

    def _note(self, url: str, params: Params, headers: Params, answer: Answer) -> None:
        self._debugger.requests.append(Posted(self._timeline.now(), url, dict(params), dict(headers), answer))


def _trouble_with(answer: Answer, url: str) -> Trouble | None:
    if answer.status in range(200, 300):
        return None
    code = TOO_MANY if answer.status == TOO_MANY_REQUESTS else BAD_STATUS
    return Trouble(code, f"answered {answer.status}", url, kind=f"{answer.status // 100}xx")


def _nothing(_outcome: Answer | Trouble) -> None:
    """What is done with the answer to a status callback."""


def _overrides(fragment: str) -> tuple[int, frozenset[str]]:
    """How many retries, and after which failures."""
    fields = parse_qs(fragment)
    retries = fields.get("rc", ["1"])[0]
    after = frozenset(fields.get("rp", ["ct"])[0].split(","))
    return min(int(retries), 5) if retries.isdigit() else 1, after


def _is_worth_repeating(outcome: Answer | Trouble, after: frozenset[str]) -> bool:
    return isinstance(outcome, Trouble) and (outcome.kind in after or "all" in after)
