"""A customer of the telephone company, small enough to read at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from app.simulator import Account

LINE = "+46846500400"
CALLER = "+46701740650"
ANNA = "+46701740605"
BO = "+46701740606"
NOBODY = "+46701740699"
SITE = "https://customer.example"
ACCOUNT = Account("AC" + "0" * 32, "a token", api_key="SK" + "1" * 32, api_secret="a secret")
START = datetime(2026, 1, 5, 8, tzinfo=UTC)

Params = Mapping[str, str]
Reply = str | int | Exception | Callable[[Params], str]


def twiml(*verbs: str) -> str:
    """A document with these verbs."""
    return f"<?xml version='1.0' encoding='UTF-8'?><Response>{''.join(verbs)}</Response>"


class Customer:
    """Answers webhooks by path: with TwiML, with a bare status, by not answering, or by thinking."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []

    def post(self, url: str, params: Params, headers: Params) -> tuple[int, str, str]:
        path = urlsplit(url).path
        self.asked.append((path, dict(params)))
        self.headers.append(dict(headers))
        reply = self.replies.get(path, 204)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, int):
            return reply, "text/plain", ""
        return 200, "application/xml", reply if isinstance(reply, str) else reply(params)

    def told(self, path: str) -> list[dict[str, str]]:
        """What was posted to a path, oldest first."""
        return [params for asked, params in self.asked if asked == path]
