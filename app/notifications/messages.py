"""What one message says: a reference for each case, the time left now, a way to answer; nothing about anybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session, object_session

from app.catalogue import FIRST_LANGUAGE
from app.notifications import alarms, bundling, wording
from app.notifications.models import THE_CANARY, THE_PAGE, Notification

_SUBJECTS: Final = {"probe.code": "mail.code", "probe.test_at": "mail.test", THE_CANARY: "mail.test"}


@dataclass(frozen=True)
class Waiting:
    """A case that a message names."""

    reference: str
    due_at: datetime


@dataclass(frozen=True)
class Message:
    """To one person, at the moment of sending. `text` is what a telephone or a locked screen shows.

    `key` names the page it is sent as, for those who have to recognise one that comes twice.
    """

    key: str
    language: str
    subject: str
    text: str
    waiting: tuple[Waiting, ...]
    sent_at: datetime
    valid_until: datetime
    path: str = ""
    """Where in the console it leads, when it is about no case."""

    def left(self, case: Waiting) -> str:
        """The time left of a case, in the reader's words."""
        return wording.time_left(case.due_at - self.sent_at, self.language)


Codes = Callable[[Session, str], str]
"""The code of the probe with an id: `Directory.code_of`."""


def message_for(bundle: Sequence[Notification], *, at: datetime, codes: Codes) -> Message:
    """The message for pages to one person (see `bundling`), or for one notification about something else."""
    lead = bundle[0]
    language = lead.person.languages[0] if lead.person.languages else FIRST_LANGUAGE
    waiting = tuple(waiting_in(row) for row in bundling.named(bundle) if row.wording == THE_PAGE)
    return Message(
        key=lead.id,
        language=language,
        subject=_subject(lead, len(waiting), language),
        text=text_for(bundle, at=at, codes=codes),
        waiting=waiting,
        sent_at=at,
        valid_until=bundling.valid_until(bundle),
        path=_path(lead),
    )


def text_for(bundle: Sequence[Notification], *, at: datetime, codes: Codes) -> str:
    """The text as it reads at the moment of sending: the time left is the time left now."""
    lead, *others = bundling.named(bundle)
    language = lead.person.languages[0] if lead.person.languages else FIRST_LANGUAGE
    if others:
        return _several([waiting_in(row) for row in (lead, *others)], language, at)
    if lead.wording == "probe.code":
        return wording.say(language, lead.wording, code=spoken_code(lead, codes))
    values: dict[str, str] = json.loads(lead.values)
    if due := values.pop("due_at", None):
        values["left"] = wording.time_left(datetime.fromisoformat(due) - at, language)
    return wording.say(language, lead.wording, **values)


def page_at(row: Notification, link: str, *, at: datetime) -> str:
    """The text of a page that carries a link."""
    language = row.person.languages[0] if row.person.languages else FIRST_LANGUAGE
    case = waiting_in(row)
    left = wording.time_left(case.due_at - at, language)
    return wording.say(language, "sms.page_at", reference=case.reference, left=left, link=link)


def _path(lead: Notification) -> str:
    if lead.wording == THE_CANARY:
        return f"/console/cases/{json.loads(lead.values)['reference']}"
    return f"/console/channels/tests/{probe_of(lead)}" if lead.wording == "probe.test_at" else ""


def spoken_code(row: Notification, codes: Codes) -> str:
    """The code that a notification carries, opened for the one it goes to."""
    session = object_session(row)
    if session is None:
        raise RuntimeError("a notification is written out inside a transaction")
    return codes(session, probe_of(row))


def probe_of(row: Notification) -> str:
    """The id of the probe that a code or a test page is about."""
    return str(json.loads(row.values)["probe"])


def waiting_in(row: Notification) -> Waiting:
    """The case a page is about, as its values name it."""
    values = json.loads(row.values)
    return Waiting(values["reference"], datetime.fromisoformat(values["due_at"]))


def _several(waiting: Sequence[Waiting], language: str, at: datetime) -> str:
    left = wording.time_left(min(case.due_at for case in waiting) - at, language)
    lines = ", ".join(case.reference for case in waiting)
    return wording.say(language, "sms.pages", count=len(waiting), lines=lines, left=left)


def _subject(lead: Notification, cases: int, language: str) -> str:
    if cases > 1:
        return wording.say(language, "mail.several", count=cases)
    if lead.wording in _SUBJECTS:
        return wording.say(language, _SUBJECTS[lead.wording])
    return wording.say(language, "mail.one" if cases or not alarms.is_alarm(lead) else "mail.subject")
