"""Every document that went over the wire in a test, judged by the grammar; and a caller who tries every key there is.

The walk knows no menu: it does what each document allows (keys to gather, an address to go on to, a phone to ring),
so that a new menu is walked through without a word being changed here.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from app.simulator.debugger import Posted
from app.simulator.numbers import new_sid
from app.simulator.posting import sign
from tests.evidence import secrets_of
from tests.grammar import Document, faults
from tests.hotline import ACCOUNT, PUBLIC_URL, Hotline
from tests.people import LINE, NUMBERS

Told = Mapping[str, str]

KEYS: Final = "1234567890*#"
TWICE: Final = 2
NUMBERS_TO_KEY: Final = ("0701740677", "112", "0046701740677", "12345678", "*")
ENDINGS: Final = ("no-answer", "busy", "failed", "canceled", "completed")

MAY_BE_OPEN: Final[Mapping[str, str]] = {
    "/carrier/sms": "a text is never answered to the phone it came from",
    "/carrier/ring/screen/{id}/{id}/key": "an empty end lets the handler who pressed 1 through to the caller",
    "/carrier/kept/screen/key": "the same, while the database is away",
    "/carrier/bridge/{id}/wait": "what is heard by somebody alone in a room; the carrier asks for it again and again",
}
"""Where a document may end with nothing: the doors, and why."""

HEARD_WHILE_SCREENED: Final = re.compile(r"/carrier/(ring|kept)/screen")
_AN_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Heard:
    """One answer to one request of the carrier's."""

    url: str
    told: Told
    answer: str

    @property
    def door(self) -> str:
        """The path without what is different for each call."""
        return door_of(self.url)

    def __str__(self) -> str:
        return f"{self.door} {self.told.get('Digits', '')!r}: {self.answer}"


def door_of(url: str) -> str:
    """`/carrier/page/{id}/key` for any page's address."""
    return _AN_ID.sub("{id}", urlsplit(url).path)


def heard_by(posts: Iterable[Posted]) -> list[Heard]:
    """The TwiML among what the carrier was answered."""
    return [
        Heard(post.url, post.params, post.answer.body)
        for post in posts
        if post.answer.status == 200 and post.answer.content_type.startswith("text/xml")
    ]


def wrong_in(line: Hotline, heard: Iterable[Heard]) -> list[str]:
    """Every fault in every document, each with the door that said it."""
    secrets = secrets_of(line)
    return sorted({f"{each.door}: {fault}" for each in heard for fault in faults(judged(each, secrets))})


def judged(heard: Heard, secrets: Iterable[str] = ()) -> Document:
    """The document with what one must know to judge it."""
    return Document(
        heard.answer,
        origin=PUBLIC_URL,
        line=LINE,
        staff=frozenset(NUMBERS.values()),
        keyed=heard.told.get("Digits", ""),
        secrets=frozenset(secrets),
        may_be_open=heard.door in MAY_BE_OPEN,
        screening=HEARD_WHILE_SCREENED.search(heard.url) is not None,
    )


@dataclass
class Walk:
    """One phone that tries everything in every document it is given, each thing once."""

    line: Hotline
    sender: str
    to: str = LINE
    keys: str = KEYS
    """What it presses where one key is asked for."""

    heard: list[Heard] = field(default_factory=list)
    _asked: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)
    _sid: str = field(default_factory=lambda: new_sid("CA"))

    def ask(self, url: str, **told: str) -> Heard:
        """Post one request, signed, as the carrier would; 200 is the only answer that will do."""
        numbers = {"From": self.sender, "To": self.to, "Caller": self.sender, "Called": self.to}
        params = {"AccountSid": ACCOUNT.sid, "CallSid": self._sid, "CallStatus": "in-progress", **numbers, **told}
        address = url.partition("#")[0]
        headers = {"X-Twilio-Signature": sign(ACCOUNT.auth_token, address, params)}
        answer = self.line.doors.post(address, data=params, headers=headers, follow_redirects=False)
        assert answer.status_code == 200, f"{url} {told} was answered {answer.status_code}"
        heard = Heard(url, params, answer.text)
        self.heard.append(heard)
        return heard

    def everything_from(self, first: Heard) -> None:
        """Do whatever this document and those it leads to allow, except answering the phones they ring."""
        waiting = deque([first])
        while waiting:
            here = waiting.popleft()
            for url, told in _ways_on(here, self.keys):
                if self._is_new(url, told):
                    waiting.append(self.ask(url, **told))

    def until_somebody_is_rung(self, here: Heard) -> None:
        """Press 1 at every question, until a document rings a phone."""
        for _ in range(20):
            if self.screens():
                return
            way = next(_ways_on(here, "1"), None)
            assert way, f"nobody was rung: {here}"
            here = self.ask(way[0], **way[1])

    def hang_up(self, url: str) -> None:
        """The call is over, as a dial's action is told whose caller is gone."""
        self.ask(url, CallStatus="completed")

    def screens(self) -> list[str]:
        """What the phones that were to be rung would have heard."""
        return sorted({url for each in self.heard for url in _screens(each)})

    def _is_new(self, url: str, told: Told) -> bool:
        """Whether this was hardly asked before: the same door may be knocked at twice, with what it remembers of us."""
        question = (door_of(url), tuple(sorted(told.items())))
        self._asked[question] += 1
        return self._asked[question] <= TWICE


def _ways_on(heard: Heard, keys: str) -> Iterator[tuple[str, Told]]:
    for element in ET.fromstring(heard.answer).iter():  # noqa: S314 - our own
        there = urljoin(heard.url, element.get("action") or element.get("waitUrl") or (element.text or "").strip())
        if element.tag == "Gather":
            yield from ((there, {"Digits": digits}) for digits in _keys_for(element, keys))
        elif element.tag in {"Dial", "Enqueue"} and "action" in element.attrib:
            yield from ((there, {"DialCallStatus": status}) for status in ENDINGS)
        elif element.tag == "Redirect" or (element.tag == "Conference" and element.get("waitUrl")):
            yield there, {}


def _keys_for(gather: ET.Element, keys: str) -> Iterator[str]:
    ends_on = gather.get("finishOnKey", "#")
    yield from keys.replace(ends_on or " ", "") if gather.get("numDigits") == "1" else NUMBERS_TO_KEY
    if gather.get("actionOnEmptyResult") == "true":
        yield ""


def _screens(heard: Heard) -> Iterator[str]:
    root = ET.fromstring(heard.answer)  # noqa: S314 - our own
    yield from (urljoin(heard.url, number.get("url", "")) for number in root.iter("Number"))
