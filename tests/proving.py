"""People who prove their channels, as they do it: in the console, with their telephones in their hands."""

from __future__ import annotations

import re

from app.notifications import proven, proving
from app.staff.directory import everyone
from tests.browsers import Browser
from tests.hotline import Hotline

HERE = "/console/channels"


def press(browser: Browser, what: str, **fields: str):
    """Send a form of the page of one's channels."""
    return browser.post(f"{HERE}/{what}", data={"csrf": browser.word, **fields})


def code_in(text: str) -> str:
    """The six digits."""
    found = re.search(r"\b(\d{6})\b", text)
    assert found, text
    return found[1]


def prove_by_text(line: Hotline, alias: str) -> Browser:
    """Somebody has a code texted and types it back."""
    browser = line.sign_in(alias)
    press(browser, "codes", channel="sms")
    line.work()
    answer = press(browser, "codes/typed", channel="sms", code=code_in(line.phone(alias).inbox[-1].body))
    assert answer.status_code == 200
    return browser


def trust_everybody(line: Hotline) -> None:
    """Take every telephone for proved, as the demo does."""
    with line.db.transaction() as session:
        for person in everyone(session):
            if person.has_telephone and not proven.of(session, person):
                proving.vouch(session, person, "sms", at=line.now, by="operator")


def is_proved(line: Hotline, alias: str, channel: str = "sms") -> bool:
    with line.db.reading() as session:
        (person,) = [one for one in everyone(session) if one.alias == alias]
        return channel in proven.of(session, person)


def is_counted_on(line: Hotline, alias: str) -> bool:
    """Whether the roster counts on them now."""
    with line.db.reading() as session:
        return alias in proven.sound(session, everyone(session), at=line.now)
