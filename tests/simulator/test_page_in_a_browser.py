"""The page in a real Chromium: by keyboard, on a phone's screen, with a carrier that has a bad day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.simulator import Exchange, LiveTimeline, create_simulator
from tests.looked_at import well_made
from tests.serving import served
from tests.simulator.customer import ACCOUNT, ANNA, BO, CALLER, LINE, SITE, Customer, twiml

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ON_A_PHONE = pytest.mark.parametrize("page", ["phone"], indirect=True)


@pytest.fixture
def live(customer: Customer) -> Iterator[Exchange]:
    timeline = LiveTimeline()
    exchange = Exchange(ACCOUNT, timeline=timeline, post=customer.post, pace=0)
    exchange.sell_line(LINE, voice_url=f"{SITE}/voice", sms_url=f"{SITE}/sms")
    for number, name in ((ANNA, "anna"), (BO, "bo")):
        exchange.show(number, name)
    customer.replies |= {
        "/voice": twiml(
            '<Gather numDigits="1" action="/dial" timeout="30"><Say language="sv-SE">Tryck 1.</Say></Gather>'
        ),
        "/dial": twiml(f'<Dial hangupOnStar="true" action="/dialled">{ANNA}</Dial>'),
        "/dialled": twiml('<Say language="sv-SE">Vi ringer upp.</Say><Pause length="60"/>'),
        "/sms": twiml(),
    }
    yield exchange
    timeline.close()


@pytest.fixture
def address(live: Exchange) -> Iterator[str]:
    with served(create_simulator(live, callers=(CALLER,))) as origin:
        yield origin


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport=SIZES[request.param])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(address)
    page.locator("#handlers article").first.wait_for()
    page.locator(".carrier").first.wait_for()
    yield page
    assert wrong == []
    context.close()


def the_caller(page: Page) -> Locator:
    return page.locator("#callers article")


def test_a_call_is_made_and_let_go_by_keyboard_alone(page: Page, customer: Customer):
    caller = the_caller(page)
    well_made(page)
    caller.get_by_role("button", name="Call", exact=True).focus()
    page.keyboard.press("Enter")
    expect(caller.locator(".screen")).to_contain_text("Tryck 1.")
    caller.locator(".screen").focus()
    page.keyboard.press("1")
    expect(page.get_by_role("link", name="Anna’s phone rings")).to_be_visible()
    well_made(page)
    page.keyboard.press("*")
    expect(caller.locator(".screen")).to_contain_text("Vi ringer upp.")
    expect(page.locator("#ringing")).to_be_empty()
    assert customer.told("/dialled")[0]["DialCallStatus"] == "canceled"


@ON_A_PHONE
def test_a_bad_day_is_seen_in_what_is_posted(page: Page, live: Exchange):
    carrier = page.locator(".carrier").first
    carrier.locator("summary").click()
    carrier.get_by_label("It posts everything twice").check()
    expect(page.locator("#day")).to_have_text("bad at Twilio")
    assert live.faults.duplicate_webhooks
    text(page, "STOP")
    expect(the_caller(page).locator(".opted-out")).to_contain_text(LINE)
    expect(page.locator("#traffic .again")).to_have_count(1)
    page.locator("#traffic summary").first.click()
    expect(page.locator("#traffic .whole")).to_contain_text("OptOutType")
    page.get_by_label("Show only").fill("nothing like it")
    expect(page.locator("#traffic li:visible")).to_have_count(0)
    page.get_by_label("Show only").fill("")
    well_made(page)
    carrier.get_by_role("button", name="Everything in order").click()
    expect(page.locator("#day")).to_have_text("in order")
    assert not live.faults.duplicate_webhooks


@ON_A_PHONE
def test_a_long_text_says_how_many_parts_it_has_and_takes_a_picture_along(page: Page, customer: Customer):
    caller = the_caller(page)
    caller.locator(".write .words").fill("å" * 161)
    expect(caller.locator(".length")).to_have_text("161 characters, 2 parts")
    caller.get_by_role("button", name="With a picture").click()
    caller.get_by_role("button", name="Send text").click()
    expect(caller.locator(".inbox li")).to_contain_text("[picture]")
    expect(caller.get_by_role("button", name="With a picture")).to_have_attribute("aria-pressed", "false")
    assert (customer.told("/sms")[0]["NumMedia"], customer.told("/sms")[0]["NumSegments"]) == ("1", "2")


def text(page: Page, word: str) -> None:
    the_caller(page).get_by_role("button", name=f"Text {word}").click()
