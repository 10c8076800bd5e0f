"""What is not there and what is not yours are answered after the same while."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from app.web.evenly import EvenRefusals, until_the_next
from bench.doors import by_chance, by_sign

BEAT = 0.05


async def house(scope: Scope, receive: Receive, send: Send) -> None:
    """Works for a while that depends on the case, as refusing does."""
    status = HTTPStatus.OK if scope["path"].endswith("/mine") else HTTPStatus.NOT_FOUND
    await asyncio.sleep(0.01 if scope["path"].endswith("/theirs") else 0)
    await PlainTextResponse("", status)(scope, receive, send)


def taken(path: str, *, beat: float = BEAT) -> float:
    browser, began = TestClient(EvenRefusals(house, below="/console/", beat=beat)), time.monotonic()
    browser.get(path)
    return time.monotonic() - began


@pytest.mark.parametrize("path", ["/console/cases/theirs", "/console/cases/nobodys"])
def test_a_refusal_waits_for_the_beat_however_soon_it_was_found(path: str):
    assert taken(path) >= BEAT


@pytest.mark.parametrize("path", ["/console/cases/mine", "/sv/nobodys"])
def test_nothing_else_waits(path: str):
    assert taken(path, beat=60.0) < 60.0


@given(st.floats(0, 100), st.floats(0.01, 10))
def test_whatever_it_took_the_answer_comes_on_a_beat_and_waits_less_than_one(passed: float, beat: float):
    wait = until_the_next(passed, beat)
    assert -1e-9 <= wait <= beat + 1e-9
    assert abs((passed + wait) / beat - round((passed + wait) / beat)) < 1e-6


def test_the_measure_tells_what_differs_from_what_does_not():
    """Against tables: of two samples of ten that do not overlap, U is 0 and p about 0.0002; 15 of 20 signs, 0.025."""
    low, high = [float(number) for number in range(10)], [float(number) for number in range(20, 30)]
    assert by_chance(low, high) == pytest.approx(0.00016, abs=0.00002)
    assert by_chance(low, low) == pytest.approx(1.0)
    assert by_chance([1.0] * 10, [1.0] * 10) == 1.0
    assert by_sign(15, 20) == pytest.approx(0.0253, abs=0.0005)
