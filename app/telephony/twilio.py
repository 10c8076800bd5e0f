"""Twilio, by its own SDK: bounded in time, no retries inside, nothing of a request in the log.

Retrying is the outbox's business, which knows what may have been done already. The address is a setting, so
that a simulator or a compatible carrier can stand in; the SDK itself can only be told regions of twilio.com.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

import requests
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]
from urllib3.exceptions import MaxRetryError, NewConnectionError

from app.errors import Misconfigured
from app.telephony.carrier import CarrierError, Trouble, classify
from app.telephony.numbers import may_be_dialled

TWILIO: Final = "https://api.twilio.com"
_LONGEST_VALIDITY = timedelta(hours=10)
_LONGEST_RING = timedelta(minutes=10)
_CALL_EVENTS: Final = ["initiated", "ringing", "answered", "completed"]
_SERVER_ERROR = 500

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # at INFO it writes numbers

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Line:
    """One of our numbers as the carrier has it set up."""

    number: str
    voice_url: str
    voice_method: str
    voice_fallback_url: str
    sms_url: str
    sms_method: str
    sms_fallback_url: str


@dataclass(kw_only=True)
class TwilioCarrier:
    """A `Carrier` that is Twilio, or speaks like it.

    `sender` is our own number, E.164, shown on texts and calls. `api_key` and `api_secret` replace the
    account's token for REST calls where given. `region` and `edge` count only at Twilio's own address.
    `patience`: seconds to wait for a connection, and again for the answer.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    api_url: str = TWILIO
    region: str = ""
    edge: str = ""
    patience: float = 10.0
    _client: Client = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for setting in ("account_sid", "auth_token"):
            if not getattr(self, setting):
                raise Misconfigured(f"TWILIO_{setting.upper()} is missing: nothing can be sent or called.")
        self._client = self._connected()

    def text(self, *, to: str, body: str, status_url: str, valid_for: timedelta) -> str:
        """Send an SMS; Twilio drops it when it is still queued after `valid_for` (1 s to 10 h)."""
        _insist_on_dialable(to)
        return _reference(
            lambda: self._client.messages.create(
                to=to,
                from_=self.sender,
                body=body,
                status_callback=status_url,
                validity_period=_seconds(valid_for, at_most=_LONGEST_VALIDITY),
            )
        )

    def call(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """Ring a phone for `ring_for` (1 s to 10 min; Twilio may add 5 s) and play `answer_url` when answered."""
        _insist_on_dialable(to)
        return _reference(
            lambda: self._client.calls.create(
                to=to,
                from_=self.sender,
                url=answer_url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=_CALL_EVENTS,
                timeout=_seconds(ring_for, at_most=_LONGEST_RING),
            )
        )

    def account_state(self) -> str:
        """What Twilio says of the account now: "active", "suspended" or "closed"."""
        account = _asked(lambda: self._client.api.accounts(self.account_sid).fetch())
        return str(account.status)

    def lines(self) -> list[Line]:
        """The account's numbers with the addresses set for them, for the preflight to compare."""
        numbers = _asked(self._client.incoming_phone_numbers.list)
        return [
            Line(
                number=each.phone_number or "",
                voice_url=each.voice_url or "",
                voice_method=each.voice_method or "",
                voice_fallback_url=each.voice_fallback_url or "",
                sms_url=each.sms_url or "",
                sms_method=each.sms_method or "",
                sms_fallback_url=each.sms_fallback_url or "",
            )
            for each in numbers
        ]

    def _connected(self) -> Client:
        ours = self.api_url.rstrip("/") != TWILIO
        bounds: dict[str, Any] = {"timeout": self.patience, "max_retries": 0}
        return Client(
            username=self.api_key or self.account_sid,
            password=self.api_secret if self.api_key else self.auth_token,
            account_sid=self.account_sid,
            region=None if ours else self.region or None,
            edge=None if ours else self.edge or None,
            http_client=_AtAnotherAddress(self.api_url, **bounds) if ours else TwilioHttpClient(**bounds),
            environment={"TWILIO_REGION": ""},  # an empty one would be replaced by the process's own
        )


class _AtAnotherAddress(TwilioHttpClient):  # type: ignore[misc]
    """Sends every product's requests (api., lookups., next pages) to one configured origin."""

    def __init__(self, api_url: str, **bounds: Any) -> None:
        super().__init__(**bounds)
        self._origin: SplitResult = urlsplit(api_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        here = urlsplit(url)._replace(scheme=self._origin.scheme, netloc=self._origin.netloc)
        return super().request(method, here.geturl(), *args, **kwargs)


def _reference(ask: Callable[[], Any]) -> str:
    """The reference of what was created. An answer without one leaves open whether it was."""
    created = _asked(ask)
    if not created.sid:
        raise CarrierError(Trouble.TRANSIENT, maybe_done=True)
    return str(created.sid)


def _asked(ask: Callable[[], Answer]) -> Answer:
    """The SDK's answer, its errors put into our one kind. Theirs quote the request, so none is kept as a cause."""
    try:
        return ask()
    except TwilioException as refused:
        raise _refusal(_whole(refused, "code"), _whole(refused, "status")) from None
    except requests.RequestException as problem:
        raise CarrierError(Trouble.TRANSIENT, maybe_done=not _never_connected(problem)) from None
    except (ValueError, KeyError, TypeError, AttributeError):  # a success whose body is not the JSON promised
        raise CarrierError(Trouble.TRANSIENT, maybe_done=True) from None


def _refusal(code: int | None, status: int | None) -> CarrierError:
    named = code if code != status else None  # the SDK fills in the HTTP status where the carrier gave no code
    refused_outright = status is not None and status < _SERVER_ERROR
    return CarrierError(classify(named, status), code=named, maybe_done=not refused_outright)


def _whole(refused: TwilioException, name: str) -> int | None:
    value = getattr(refused, name, None)
    return value if isinstance(value, int) else None


def _never_connected(problem: requests.RequestException) -> bool:
    """Whether the request cannot have arrived: there was no connection to send it over."""
    cause = problem.args[0] if problem.args else None
    no_connection = isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
    return isinstance(problem, requests.ConnectTimeout) or no_connection


def _insist_on_dialable(number: str) -> None:
    """No emergency, short or premium number goes out, whoever asked for it."""
    if not may_be_dialled(number):
        raise CarrierError(Trouble.PERMANENT)


def _seconds(duration: timedelta, *, at_most: timedelta) -> int:
    return max(1, int(min(duration, at_most).total_seconds()))
