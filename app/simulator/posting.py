"""One POST to the customer: what it is signed with, how it is sent, what can come back.

The signature is ours: base64 of HMAC-SHA1 over the exact URL (without its fragment) and every parameter, sorted
by name, keyed by the account's auth token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import requests

from app.simulator.overrides import patience

Params = Mapping[str, str]
Post = Callable[[str, Params, Params], tuple[int, str, str]]
"""Sends one webhook: (url, params, headers) -> (status, content type, body). Raises `TimedOut` or `CannotConnect`.

The URL comes as the customer gave it, with its fragment, which says how long to wait and is not sent.
"""


class TimedOut(Exception):
    """The customer did not answer in time."""


class CannotConnect(Exception):
    """Nobody listens at the customer's."""


@dataclass(frozen=True)
class Answer:
    """What came back from the customer."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Trouble:
    """Why nothing usable came back, with the carrier's error code."""

    code: int
    text: str
    url: str
    kind: str = ""
    """As connection overrides spell it: `ct` could not connect, `rt` no answer in time, `4xx`, `5xx`."""


Then = Callable[[Answer | Trouble], None]


class Postman(Protocol):
    """Whoever carries what a call asks of the customer; each wire has its own."""

    def ask(self, url: str, params: Params, *, about: str, then: Then) -> None:
        """Post, and hand the answer (or the trouble) to `then` when it is there."""


def sign(auth_token: str, url: str, params: Params) -> str:
    """The signature for a webhook."""
    signed = url.partition("#")[0] + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), hashlib.sha1)).decode()


def post_form(url: str, params: Params, headers: Params) -> tuple[int, str, str]:
    """Post over the network, as an exchange in earnest does. Does not follow redirections: they lose the form."""
    asked = patience(url)
    try:
        answer = requests.post(
            url.partition("#")[0],
            data=dict(params),
            headers=dict(headers),
            timeout=(asked.connect, min(asked.answer, asked.total)),
            allow_redirects=False,
        )
    except requests.exceptions.ReadTimeout as problem:
        raise TimedOut from problem
    except requests.exceptions.RequestException as problem:
        raise CannotConnect from problem
    return answer.status_code, answer.headers.get("Content-Type", ""), answer.text
