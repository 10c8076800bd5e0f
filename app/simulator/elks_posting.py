"""The second carrier's postman: form-encoded POSTs, not signed, repeated for hours until one is answered well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.simulator.faults import Faults
from app.simulator.posting import Answer, CannotConnect, Params, Then, TimedOut, Trouble

if TYPE_CHECKING:
    from app.simulator.exchange import Exchange

AGAIN_AFTER: Final = (10.0, 60.0, 600.0, 3600.0, 18_000.0)
"""Seconds between the attempts: five more, over six hours."""
ANSWERED: Final = range(200, 205)
NOTHING: Final = Answer(0, "", "")
HEADERS: Final = {"User-Agent": "46elks/0.2", "Accept": "*/*"}


class ElksPostman:
    """Posts what a call asks for once, and what the customer is only told again and again."""

    def __init__(self, exchange: Exchange, faults: Faults) -> None:
        self._exchange = exchange
        self._faults = faults

    def ask(self, url: str, params: Params, *, about: str, then: Then) -> None:
        """Ask what a call is to do next. Without an answer the call is over."""
        self._exchange.timeline.apart(lambda: then(self._attempt(url, params)))

    def tell(self, url: str, params: Params) -> None:
        """Report something, when there is an address for it."""
        if not url or self._faults.strikes("lost callback"):
            return
        copies = 2 if self._faults.duplicate_webhooks else 1
        for _ in range(copies):
            self._exchange.after(self._faults.webhook_delay, lambda: self._in_a_while(url, params, AGAIN_AFTER))

    def _in_a_while(self, url: str, params: Params, again_after: tuple[float, ...]) -> None:
        self._exchange.timeline.apart(lambda: self._try(url, params, again_after))

    def _try(self, url: str, params: Params, again_after: tuple[float, ...]) -> None:
        if isinstance(self._attempt(url, params), Trouble) and again_after:
            soon, *later = again_after
            self._exchange.after(soon, lambda: self._in_a_while(url, params, tuple(later)))

    def _attempt(self, url: str, params: Params) -> Answer | Trouble:
        answer, trouble = NOTHING, Trouble(0, "no answer", url)
        try:
            if not self._faults.strikes("no connection"):
                answer = Answer(*self._exchange.webhooks.post(url, params, HEADERS))
        except (TimedOut, CannotConnect):
            pass
        self._exchange.webhooks.note(url, params, HEADERS, answer)
        return answer if answer.status in ANSWERED else trouble
