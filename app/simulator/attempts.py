"""One webhook and the attempts at it: all with one idempotency token, until one is answered or patience ends."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from app.simulator.overrides import patience
from app.simulator.posting import Answer, CannotConnect, Params, Then, TimedOut, Trouble, sign
from app.simulator.timeline import Deed

if TYPE_CHECKING:
    from app.simulator.webhooks import Webhooks

TOO_MANY_REQUESTS: Final = 429
BAD_STATUS: Final = 11200
LATE: Final = 11205
TOO_MANY: Final = 11217
NOTHING: Final = Answer(0, "", "")


class Webhook:
    """One thing to tell the customer. `then` gets the answer, or the trouble, already on record."""

    def __init__(self, exchange: Webhooks, url: str, params: Params, *, about: str, then: Then) -> None:
        self._exchange = exchange
        self._url = url
        self._address = url.partition("#")[0]
        self._params = params
        self._about = about
        self._then = then
        self._patience = patience(url)
        self._tries = 0
        self._began = 0.0
        self._headers = {
            "X-Twilio-Signature": sign(exchange.auth_token, self._address, params),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }

    def deliver(self) -> None:
        """Try, and see to what follows."""
        now = self._exchange.timeline.seconds()
        self._began = self._began if self._tries else now
        self._tries += 1
        outcome = self._attempt()
        if self._tries == 1 and self._exchange.faults.duplicate_webhooks:
            self._attempt(is_copy=True)
        if isinstance(outcome, Trouble):
            self._fail(outcome, began=now)
        else:
            self._later(now + self._exchange.faults.answers_take, lambda: self._then(outcome))

    def _fail(self, trouble: Trouble, *, began: float) -> None:
        """Try again where the address asks for it and there is time; else that was it."""
        over = began + self._longest(began) if trouble.kind == "rt" else began
        ends = self._began + self._patience.total
        if self._patience.allows(trouble.kind, tries=self._tries) and over < ends:
            self._later(over, lambda: self._exchange.timeline.apart(self.deliver))
        else:
            self._exchange.record(trouble, about=self._about)
            self._later(over, lambda: self._then(trouble))

    def _longest(self, began: float) -> float:
        """Seconds to wait for this attempt's answer."""
        return min(self._patience.answer, self._began + self._patience.total - began)

    def _later(self, moment: float, do: Deed) -> None:
        left = moment - self._exchange.timeline.seconds()
        if left > 0:
            self._exchange.timeline.after(left, do)
        else:
            do()

    def _attempt(self, *, is_copy: bool = False) -> Answer | Trouble:
        """One POST with what came of it; only 2xx is an answer."""
        trouble: Trouble | None
        try:
            answer = Answer(*self._post(is_copy=is_copy))
        except TimedOut:
            answer, trouble = NOTHING, Trouble(LATE, "no answer in time", self._address, kind="rt")
        except CannotConnect:
            answer, trouble = NOTHING, Trouble(LATE, "cannot connect", self._address, kind="ct")
        else:
            trouble = self._trouble_with(answer)
        self._exchange.note(self._address, self._params, self._headers, answer)
        return trouble or answer

    def _post(self, *, is_copy: bool) -> tuple[int, str, str]:
        faults = self._exchange.faults
        hosted = self._exchange.hosted.get(self._address)
        if hosted is not None:
            return 200, "text/xml", hosted
        if faults.strikes("no connection"):
            raise CannotConnect
        answer = self._exchange.post(self._url, self._params, self._headers)
        took_too_long = faults.answers_take >= self._longest(self._exchange.timeline.seconds())
        if not is_copy and (faults.strikes("late answer") or took_too_long):
            raise TimedOut
        return answer

    def _trouble_with(self, answer: Answer) -> Trouble | None:
        if answer.status in range(200, 300):
            return None
        code = TOO_MANY if answer.status == TOO_MANY_REQUESTS else BAD_STATUS
        return Trouble(code, f"answered {answer.status}", self._address, kind=f"{answer.status // 100}xx")
