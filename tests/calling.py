"""What the stories about calling and texting a person have in common: who may be called, and how Anna goes about it."""

from __future__ import annotations

import re

from sqlalchemy import select
from starlette.testclient import TestClient

from app.cases.facts import Content
from app.cases.models import Case
from app.cases.permissions import Hours
from app.settings import Surface
from app.simulator.phones import Phone
from app.staff import sessions
from app.staff.directory import by_alias
from tests.browsers import Browser
from tests.hotline import PUBLIC_URL, Hotline
from tests.people import A_STRANGER

CALL_ME, ANY_TIME, NO = "1", "1", "2"


def says_it_by_key(line: Hotline) -> Phone:
    """Somebody calls in vain, says by key that they may be called back on this number at any hour, and hangs up."""
    caller = line.caller_in_vain(A_STRANGER)
    for key in (CALL_ME, ANY_TIME, NO, NO):
        caller.press(key)
    caller.hang_up()
    line.work()
    return caller


def who_may_be_called(line: Hotline, *, hours: Hours = Hours.ANY, also: tuple[str, ...] = ()) -> Phone:
    """Somebody called and hung up; on another way, they said that they may be called on that number, and what else."""
    caller = line.call_from(A_STRANGER)
    caller.hang_up()
    line.work()
    may(line, "call", *also, hours=hours)
    caller.leg.heard.clear()
    return caller


def may(line: Hotline, *channels: str, hours: Hours = Hours.ANY) -> None:
    """The person said so, about the number they called from."""
    with line.db.transaction() as session:
        case = session.get_one(Case, line.case().id)
        number = session.scalars(select(Content.id).where(Content.kind == "caller_number")).first()
        for channel in channels:
            case.permit(channel, allowed=True, hours=hours, by="caller", at=line.now, content_id=number)


def signed_in(line: Hotline, alias: str) -> TestClient:
    """A browser in which they are signed in already; how one signs in is told elsewhere."""
    site = line.app.surfaces[Surface.CONSOLE].state.site
    browser = Browser(line.app, base_url=PUBLIC_URL, follow_redirects=True)
    with line.db.transaction() as session:
        person = by_alias(session, alias)
        assert person
        browser.cookies.set(site.cookie.wire_name, sessions.begin(session, person, at=line.now))
    return browser


def who_has(line: Hotline, alias: str = "anna") -> TestClient:
    """This member of staff's browser, after they took the case."""
    browser = signed_in(line, alias)
    line.at_the_desk(browser, "hold")
    line.work()
    return browser


def ring(line: Hotline, browser: TestClient) -> None:
    """They press the button; their telephone rings."""
    answer = line.at_the_desk(browser, "bridge")
    assert answer.status_code == 200, answer.text
    line.work()


def put_through(line: Hotline, browser: TestClient, alias: str = "anna") -> Phone:
    """They press the button, answer, and press 1: now the person's telephone rings. Returns the handler's."""
    ring(line, browser)
    handler = line.phone(alias)
    handler.answer()
    handler.press("1")
    line.work()
    return handler


def talking(line: Hotline, browser: TestClient) -> tuple[Phone, Phone]:
    """The person picks up, too: Anna's telephone and theirs."""
    anna = put_through(line, browser)
    person = line.phone(A_STRANGER)
    person.answer()
    line.work()
    assert anna.bridged_with == [person.number]
    return anna, person


def panel(line: Hotline, browser: TestClient) -> str:
    """What the case page says about calling, without its markup."""
    page = browser.get(f"/console/cases/{line.case().reference}").text
    found = re.search(r'<section class="card bridge.*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def calls_to(line: Hotline, number: str) -> int:
    """How often this number was called by the line."""
    return sum(leg.to == number and leg.direction != "inbound" for leg in line.exchange.legs.values())


def attempts(line: Hotline) -> list[str]:
    """The outcomes that are written down."""
    return [attempt.outcome for attempt in line.case().attempts]


def handed_to_the_carrier(line: Hotline) -> str:
    """Every address and every document that the carrier was given; the carrier itself knows who calls whom."""
    asked = line.exchange.debugger.requests
    ours = [posted for posted in asked if "/carrier/bridge/" in posted.url or "/carrier/texts/" in posted.url]
    assert ours
    return "\n".join(f"{posted.url}\n{posted.answer.body}" for posted in ours)


def digits(number: str) -> str:
    """What would give a number away, however it is written."""
    return number.removeprefix("+46")
