"""The wire to Twilio: its own SDK, bounded in time, no retries inside, nothing of a request in the log.

Retrying is the outbox's business, which knows what may have been done already. While the account's token is being
changed two are given: the one that Twilio refuses is put aside, and the other is used from then on.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, urlsplit

import requests
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from app.telephony.carrier import AUTHENTICATION_FAILED, CarrierError, Trouble, classify
from app.telephony.wire import never_connected

TWILIO: Final = "https://api.twilio.com"
_SERVER_ERROR = 500
_UNAUTHORIZED = 401

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # at INFO it writes numbers

Answer = TypeVar("Answer")


class Wire:
    """One account, asked by whichever of its credentials Twilio accepts."""

    def __init__(
        self,
        *,
        account_sid: str,
        credentials: tuple[tuple[str, str], ...],
        api_url: str,
        region: str,
        edge: str,
        patience: float,
    ) -> None:
        """`credentials`: user and password, the first tried first. `region` and `edge` count at Twilio itself only."""
        self._ours = api_url.rstrip("/") != TWILIO
        bounds: dict[str, Any] = {"timeout": patience, "max_retries": 0}
        self._clients = [
            Client(
                username=user,
                password=password,
                account_sid=account_sid,
                region=None if self._ours else region or None,
                edge=None if self._ours else edge or None,
                http_client=_AtAnotherAddress(api_url, **bounds) if self._ours else TwilioHttpClient(**bounds),
                environment={"TWILIO_REGION": ""},  # an empty one would be replaced by the process's own
            )
            for user, password in credentials
        ]
        self._in_use = 0
        self._changing = threading.Lock()

    @property
    def client(self) -> Client:
        """The SDK's client with the credentials in use."""
        return self._clients[self._in_use]

    def ask(self, what: Callable[[Client], Answer]) -> Answer:
        """The SDK's answer. CarrierError when there is none; refused credentials are tried once with the next ones."""
        for _ in self._clients[1:]:
            tried = self._in_use
            try:
                return asked(lambda: what(self._clients[tried]))  # noqa: B023 - called at once
            except CarrierError as problem:
                if problem.code != AUTHENTICATION_FAILED:
                    raise
                self._try_the_next(tried)
        return asked(lambda: what(self.client))

    def _try_the_next(self, refused: int) -> None:
        with self._changing:
            if self._in_use == refused:
                self._in_use = (refused + 1) % len(self._clients)


class _AtAnotherAddress(TwilioHttpClient):  # type: ignore[misc]
    """Sends every product's requests (api., lookups., next pages) to one configured origin."""

    def __init__(self, api_url: str, **bounds: Any) -> None:
        super().__init__(**bounds)
        self._origin: SplitResult = urlsplit(api_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        here = urlsplit(url)._replace(scheme=self._origin.scheme, netloc=self._origin.netloc)
        return super().request(method, here.geturl(), *args, **kwargs)


def asked(ask: Callable[[], Answer]) -> Answer:
    """The SDK's answer, its errors put into our one kind. Theirs quote the request, so none is kept as a cause."""
    try:
        return ask()
    except TwilioException as refused:
        raise _refusal(*_code_and_status(refused)) from None
    except requests.RequestException as problem:
        raise CarrierError(Trouble.TRANSIENT, maybe_done=not never_connected(problem)) from None
    except (ValueError, KeyError, TypeError, AttributeError):  # a success whose body is not the JSON promised
        raise CarrierError(Trouble.TRANSIENT, maybe_done=True) from None


def _refusal(code: int | None, status: int | None) -> CarrierError:
    named = code if code != status else None  # the SDK fills in the HTTP status where the carrier gave no code
    if named is None and status == _UNAUTHORIZED:
        named = AUTHENTICATION_FAILED
    refused_outright = status is not None and status < _SERVER_ERROR
    return CarrierError(classify(named, status), code=named, maybe_done=not refused_outright)


def _code_and_status(refused: TwilioException) -> tuple[int | None, int | None]:
    """What Twilio answered with. A list that is refused is told by the SDK without either: the answer hangs at it."""
    answer = next((each for each in refused.args if isinstance(each, Response)), None)
    if answer is None:
        return _whole(getattr(refused, "code", None)), _whole(getattr(refused, "status", None))
    try:
        told = json.loads(answer.text)
    except ValueError:
        told = None
    return _whole(told.get("code") if isinstance(told, dict) else None), _whole(answer.status_code)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
