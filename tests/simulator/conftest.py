from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

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
