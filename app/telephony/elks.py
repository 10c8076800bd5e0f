"""46elks, over its plain HTTP API: bounded in time, no retries inside, nothing of a request in the log.

Read in its public documentation (46elks.se/docs, make-call, call-actions, voice-ivr, voice-play,
sms-delivery-reports, get-account, ip-addresses): `POST /a1/sms` and `/a1/calls` with Basic authentication and a form;
`dontlog=message` keeps a text out of its history; `voice_start` names the address that is asked once the phone is
answered, `whenhangup` the one told of the end; receipts say `sent`, `delivered` or `failed`, calls end as `success`,
`failed` or `busy`; whatever is not answered with 200 to 204 is posted again, at least five times over six hours;
callbacks are not signed. Speech is a beta for English alone, so what is heard has to be a file.

Not found there, and therefore not relied upon: error codes (we go by the HTTP status), a validity period (a text may
arrive late), keeping the numbers of a call out of its history, deleting records, how a phone that rings out is told
from one that could not be rung (both are taken for unanswered).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import requests

from app.errors import Misconfigured
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.wire import insist_on_dialable, never_connected

ELKS: Final = "https://api.46elks.com"
FAILED: Final = "failed"
_SUCCESS: Final = range(200, 300)
_SERVER_ERROR: Final = 500
_LONGEST_RING: Final = timedelta(minutes=2)
_TROUBLE_BY_STATUS: Final = {
    400: Trouble.PERMANENT,  # something about this number or text
    401: Trouble.CONFIGURATION,  # the name or the password
    402: Trouble.CONFIGURATION,
    403: Trouble.CONFIGURATION,  # not enough credits, or not allowed to send under this number
    404: Trouble.CONFIGURATION,  # the address in ELKS_API_URL
}
"""Every other status is taken for something that passes."""


@dataclass(frozen=True)
class Line:
    """One of our numbers as the carrier has it set up."""

    number: str
    is_active: bool
    sms_url: str


@dataclass(kw_only=True)
class ElksCarrier:
    """A `Carrier` that is 46elks, or speaks like it.

    `sender` is the number (E.164) shown on texts and calls, or what says which it is at the moment of sending: one of
    the account's, or one unlocked for it.
    `patience`: seconds to wait for a connection, and again for the answer.
    """

    username: str
    password: str = field(repr=False)
    sender: str | Callable[[], str]
    api_url: str = ELKS
    patience: float = 10.0

    def __post_init__(self) -> None:
        for setting in ("username", "password"):
            if not getattr(self, setting):
                raise Misconfigured(f"ELKS_{setting.upper()} is missing: the second carrier cannot be used.")

    def text(self, *, to: str, body: str, status_url: str, valid_for: timedelta) -> str:
        """Send an SMS. 46elks knows no validity period: `valid_for` is not passed on."""
        insist_on_dialable(to)
        sent = {"from": self.shown, "to": to, "message": body, "whendelivered": status_url, "dontlog": "message"}
        return _reference(self._asked("POST", "sms", sent), state="status")

    def call(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """Ring a phone for `ring_for` (1 s to 2 min); what `answer_url` says is carried out when it is answered."""
        insist_on_dialable(to)
        seconds = max(1, int(min(ring_for, _LONGEST_RING).total_seconds()))
        asked = {"from": self.shown, "to": to, "voice_start": answer_url, "whenhangup": status_url}
        return _reference(self._asked("POST", "calls", asked | {"timeout": str(seconds)}), state="state")

    @property
    def shown(self) -> str:
        """The number that a text or call of this moment shows."""
        return self.sender if isinstance(self.sender, str) else self.sender()

    def balance(self) -> float:
        """What is left on the account, in its own currency."""
        left = self._asked("GET", "me").get("balance")
        return left / 10_000 if isinstance(left, int) else 0.0

    def lines(self) -> list[Line]:
        """The account's numbers, for the preflight to compare."""
        numbers = self._asked("GET", "numbers").get("data")
        found = [each for each in numbers if isinstance(each, dict)] if isinstance(numbers, list) else []
        return [
            Line(
                number=str(each.get("number") or ""),
                is_active=each.get("active") == "yes",
                sms_url=str(each.get("sms_url") or ""),
            )
            for each in found
        ]

    def _asked(self, method: str, path: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The answer's JSON. What went wrong quotes the request, so none of it is kept as a cause."""
        try:
            answer = requests.request(
                method,
                f"{self.api_url}/a1/{path}",
                data=form,
                auth=(self.username, self.password),
                timeout=(self.patience, self.patience),
                allow_redirects=False,
            )
            return _understood(answer)
        except requests.RequestException as problem:
            raise CarrierError(Trouble.TRANSIENT, maybe_done=not never_connected(problem)) from None


def _understood(answer: requests.Response) -> dict[str, Any]:
    """A success has a JSON object for a body; a success without one leaves open what was done."""
    if answer.status_code not in _SUCCESS:
        raise _refusal(answer.status_code)
    told = answer.json()
    if not isinstance(told, dict):
        raise CarrierError(Trouble.TRANSIENT, maybe_done=True)
    return told


def _refusal(status: int) -> CarrierError:
    trouble = _TROUBLE_BY_STATUS.get(status, Trouble.TRANSIENT)
    return CarrierError(trouble, code=status, maybe_done=status >= _SERVER_ERROR)


def _reference(told: Mapping[str, Any], *, state: str) -> str:
    """The reference of what was created, unless it failed on the spot."""
    if told.get(state) == FAILED:
        raise CarrierError(Trouble.TRANSIENT)
    if not told.get("id"):
        raise CarrierError(Trouble.TRANSIENT, maybe_done=True)
    return str(told["id"])
