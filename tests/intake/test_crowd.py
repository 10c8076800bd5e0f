"""A flood of forms from one place leaves room for everybody else, and nothing of any place is kept."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser
from starlette.requests import Request

from app.clock import WallClock
from app.errors import Crowded
from app.intake.crowd import AT_ONCE, FREE, LONGEST_LINE, MOST_SOURCES, Crowd
from app.intake.riddle import is_solved

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_request(client: str, **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "client": (client, 1), "headers": named})


def test_a_source_has_a_few_forms_a_day_to_itself_and_tomorrow_it_has_them_again() -> None:
    crowd = Crowd()

    assert [crowd.comes_again("9.9.9.9", at=NOON) for _ in range(FREE + 2)] == [False] * FREE + [True] * 2
    assert not crowd.comes_again("9.9.9.8", at=NOON), "whoever comes for the first time does not wait"
    assert not crowd.comes_again("9.9.9.9", at=NOON + timedelta(hours=12))


def test_nothing_of_an_address_is_kept_and_the_same_one_is_another_tomorrow() -> None:
    crowd, kept = Crowd(), list[bytes]()
    for at in (NOON, NOON + timedelta(days=1)):
        crowd.comes_again("9.9.9.9", at=at)
        kept += crowd._sent

    assert b"9.9.9.9" not in b"".join(kept)
    assert len({*kept}) == len(kept) == 2


def test_a_hundred_thousand_sources_are_told_apart_and_no_more() -> None:
    crowd = Crowd()
    for source in range(MOST_SOURCES + 5):
        crowd.comes_again(str(source), at=NOON)

    assert len(crowd._sent) == 5


@pytest.mark.parametrize(
    ("client", "header", "written", "source"),
    [
        ("9.9.9.9", None, "8.8.8.8", "9.9.9.9"),
        ("127.0.0.1", None, "8.8.8.8", None),
        ("10.0.0.1", "X-Real-IP", "8.8.8.8", "8.8.8.8"),
        ("10.0.0.1", "X-Real-IP", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("9.9.9.9", "X-Real-IP", "", None),
        ("9.9.9.9", "X-Real-IP", "nonsense", None),
        ("2a00:801:1:2::7", None, "", "2a00:801:1:2::/64"),
        ("::ffff:9.9.9.9", None, "", "9.9.9.9"),
        ("testclient", None, "", None),
    ],
)
def test_only_the_proxy_we_were_told_of_is_believed(
    client: str, header: str | None, written: str, source: str | None
) -> None:
    assert Crowd(header).source_of(a_request(client, x_real_ip=written)) == source


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_while_one_place_floods_the_form_somebody_else_is_received_at_once(public: FastAPI) -> None:
    asyncio.run(_flooded(public))


def test_a_line_that_is_too_long_says_so_and_one_that_is_shorter_again_lets_people_in() -> None:
    asyncio.run(_too_long(Crowd()))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_where_the_line_is_too_long_the_form_comes_back_with_everything_typed_and_a_riddle(public: FastAPI) -> None:
    asyncio.run(_comes_back(public))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_browser_with_script_answers_the_riddle_while_its_owner_writes(
    public: FastAPI, chromium: Browser, origin: str
) -> None:
    public.state.crowd.lane.length = AT_ONCE + 1  # as if so many stood there
    page = chromium.new_page()
    page.goto(f"{origin}/sv/contact")
    page.wait_for_function("document.forms[0].elements.solved.value")
    mark, answer = (page.input_value(f"[name={name}]") for name in ("nonce", "solved"))
    page.check("#contact-none")
    page.click("form button[type=submit]")
    page.locator(".code").wait_for()

    assert is_solved(mark, answer)
    page.close()


async def _comes_back(public: FastAPI) -> None:
    crowd: Crowd = public.state.crowd
    for _ in range(FREE):
        crowd.comes_again("9.9.9.9", at=WallClock().now())
    crowd.lane.length = LONGEST_LINE
    typed = {"contact": "none", "message": "min <b>hemliga", "place": "Ekeby"}
    refused = await _send(public, "9.9.9.9", **typed)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    for kept in ("Många skriver till oss just nu", "min &lt;b&gt;hemliga", 'value="Ekeby"', 'data-riddle="14"'):
        assert kept in refused.text
    wrong = await _send(public, "9.9.9.9", **_solved(refused), **typed | {"contact": "nobody knows"})
    assert wrong.status_code == 422, "whoever has something to put right is not sent back to the line for it"
    crowd.solved_lane.length = LONGEST_LINE
    fields = _solved(wrong)
    assert (await _send(public, "9.9.9.9", **fields, **typed)).status_code == 503, "riddles too are solved in floods"
    crowd.solved_lane.length = 0
    fields = _solved(await _send(public, "9.9.9.9", **typed))
    paid = await _send(public, "9.9.9.9", **fields, **typed)
    assert "Din kod" in paid.text, "past the line, which is as long as before"
    again = await _send(public, "9.9.9.9", **fields, **typed)
    assert again.status_code == 503, "an answer pays once"


def _solved(page: httpx2.Response) -> dict[str, str]:
    """The mark of the form on a page, and the answer to its riddle."""
    found = re.search('name="nonce" value="([^"]+)"', page.text)
    assert found
    return {"nonce": found[1], "solved": next(str(number) for number in count() if is_solved(found[1], str(number)))}


async def _too_long(crowd: Crowd) -> None:
    standing = [crowd.lane.line() for _ in range(LONGEST_LINE)]
    waiting = [asyncio.create_task(one.__aenter__()) for one in standing]
    await asyncio.sleep(0)
    with pytest.raises(Crowded):
        await crowd.lane.line().__aenter__()
    for one, task in zip(standing, waiting, strict=True):
        await task
        await one.__aexit__(None, None, None)
    async with crowd.lane.line():
        pass


async def _flooded(public: FastAPI) -> None:
    crowd: Crowd = public.state.crowd
    for _ in range(FREE):
        assert (await _send(public, "9.9.9.9")).status_code == 200
    others = [crowd.lane.line() for _ in range(AT_ONCE)]
    for one in others:
        await one.__aenter__()  # others of the flood are being taken in
    one_more = asyncio.create_task(_send(public, "9.9.9.9"))

    assert "Din kod" in (await asyncio.wait_for(_send(public, "8.8.8.8"), timeout=20)).text
    assert not one_more.done()
    for one in others:
        await one.__aexit__(None, None, None)
    assert "Din kod" in (await one_more).text, "what stood in line is received as well"


async def _send(public: FastAPI, client: str, **answers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(public, client=(client, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="https://line.example.org") as browser:
        return await browser.post("/sv/contact", data={"contact": "none", **answers})
