from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from app.simulator import Exchange, ManualTimeline, Phone, create_rest
from tests.simulator.customer import ACCOUNT, ANNA, BO, CALLER, LINE, SITE, START, Customer


@pytest.fixture
def customer() -> Customer:
    return Customer()


@pytest.fixture
def timeline() -> ManualTimeline:
    return ManualTimeline(START)


@pytest.fixture
def exchange(customer: Customer, timeline: ManualTimeline) -> Exchange:
    exchange = Exchange(ACCOUNT, timeline=timeline, post=customer.post)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url=f"{SITE}/sms", voice_fallback_url=f"{SITE}/fallback")
    return exchange


@pytest.fixture
def caller(exchange: Exchange) -> Phone:
    return exchange.phone(CALLER)


@pytest.fixture
def anna(exchange: Exchange) -> Phone:
    return exchange.show(ANNA, "anna")


@pytest.fixture
def bo(exchange: Exchange) -> Phone:
    return exchange.show(BO, "bo")


@pytest.fixture
def rest(exchange: Exchange) -> Iterator[TestClient]:
    with TestClient(create_rest(exchange), base_url="http://exchange") as client:
        client.auth = (ACCOUNT.sid, ACCOUNT.auth_token)
        yield client


class InProcess(HttpClient):
    """Twilio's client without a socket between it and the exchange."""

    def __init__(self, rest: TestClient) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=False, timeout=30)
        self.rest = rest

    def request(self, method: str, url: str, **asked: Any) -> Response:
        sent = {name: asked.get(name) for name in ("params", "data", "headers", "auth")}
        answer = self.rest.request(method, url, **sent)
        return Response(answer.status_code, answer.text, answer.headers)


@pytest.fixture
def twilio(rest: TestClient) -> Client:
    client = Client(ACCOUNT.sid, ACCOUNT.auth_token, http_client=InProcess(rest))
    client.api.base_url = "http://exchange"
    return client
