"""Webhooks to the customer: form-encoded POSTs, signed, repeated when nobody listens; and documents hosted here."""

from __future__ import annotations

import threading

from app.simulator.attempts import Webhook
from app.simulator.debugger import Debugger
from app.simulator.faults import Faults
from app.simulator.posting import Answer, Params, Post, Then, Trouble
from app.simulator.timeline import Timeline


class Webhooks:
    """The postman. Never called with the switchboard's lock held while something is on its way."""

    def __init__(self, post: Post, auth_token: str, timeline: Timeline, debugger: Debugger, faults: Faults) -> None:
        self.post = post
        self.auth_token = auth_token
        self.timeline = timeline
        self.faults = faults
        self.hosted: dict[str, str] = {}
        """Documents the exchange keeps for the customer, by address; they answer while the customer does not."""
        self._debugger = debugger
        self._held: dict[str, list[tuple[str, Params]]] = {}
        self._lock = threading.Lock()

    def ask(self, url: str, params: Params, *, about: str, then: Then) -> None:
        """Post, and hand the answer (or the trouble, already on record) to `then` when it is there."""
        webhook = Webhook(self, url, params, about=about, then=then)
        if self.faults.webhook_delay:
            self.timeline.after(self.faults.webhook_delay, lambda: self.timeline.apart(webhook.deliver))
        else:
            self.timeline.apart(webhook.deliver)

    def tell(self, url: str, params: Params, *, about: str, final: bool) -> None:
        """Post a status callback; nobody waits for the answer. `final`: the last about this call or text."""
        if self.faults.strikes("lost callback"):
            return
        for each_url, each in self._in_order(url, params, about, final):
            self.ask(each_url, each, about=about, then=_nothing)

    def record(self, trouble: Trouble, *, about: str) -> None:
        """Write a mistake of the customer's into the debugger."""
        self._debugger.warn(self.timeline.now(), trouble.code, trouble.text, about=about, url=trouble.url)

    def note(self, url: str, params: Params, headers: Params, answer: Answer) -> None:
        """Write an attempt into the debugger, whatever came of it."""
        self._debugger.note(self.timeline.now(), url, params, headers, answer)

    def _in_order(self, url: str, params: Params, about: str, final: bool) -> list[tuple[str, Params]]:
        if not self.faults.reorder_callbacks:
            return [(url, params)]
        with self._lock:
            self._held.setdefault(about, []).append((url, params))
            return list(reversed(self._held.pop(about))) if final else []


def _nothing(_outcome: Answer | Trouble) -> None:
    """What is done with the answer to a status callback."""
