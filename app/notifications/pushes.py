"""Pages by web push, to every browser in which a person asked for them.

The push service is a company's; it learns that something was sent to a browser, and when. It cannot read what: a
reference, the time left, the way to the case's page, where one has to sign in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy.orm import Session

from app.notifications import wording
from app.notifications.hooks import posted
from app.notifications.messages import Message
from app.notifications.posts import PATIENCE, NotTaken, Sent
from app.notifications.webpush import NotASubscription, Subscription, encrypted, padded, token
from app.staff.directory import Directory, Opened
from app.staff.models import EndpointKind, Person
from app.telephony.carrier import Trouble

_TAKEN: Final = range(200, 300)
_GONE: Final = frozenset({404, 410})
_WHO_WE_ARE: Final = frozenset({400, 401, 403})
"""RFC 8292, section 4.2, and what push services make of it: they do not believe our token."""

_TOO_LONG: Final = 413


@dataclass
class Pushes:
    """Pushes to staff's browsers. `keys` sign for us, the newest first; `origin` is PUBLIC_URL, which push services may
    complain to. A browser that asked under an older key takes pushes from that one alone, until it asks again."""

    keys: Callable[[], Sequence[EllipticCurvePrivateKey]] = field(repr=False)
    directory: Directory = field(repr=False)
    origin: str
    patience: float = PATIENCE
    channel: str = "push"
    name: str = "push"

    def find(self, session: Session, person: Person) -> Sequence[Opened]:
        """Every browser of theirs."""
        return self.directory.endpoints_of(session, person, EndpointKind.PUSH)

    def send(self, message: Message, to: Sequence[Opened]) -> Sent:
        """To all of them: taken when one is. A browser that is gone is forgotten; without any there is no such way."""
        problems: list[NotTaken] = []
        gone: list[str] = []
        for browser in to:
            try:
                self._push(message, browser)
            except NotTaken as problem:
                gone += [browser.id] if problem.code in _GONE else []
                problems.append(problem)
        if len(problems) < len(to):
            return Sent(gone=tuple(gone))
        worst = next((each for each in problems if each.trouble is not Trouble.PERMANENT), None)
        trouble, code = (worst.trouble, worst.code) if worst else (Trouble.PERMANENT, None)
        raise NotTaken(trouble, code=code, maybe_done=any(each.maybe_done for each in problems), gone=tuple(gone))

    def _push(self, message: Message, browser: Opened) -> None:
        try:
            subscription = Subscription.read(browser.about)
        except NotASubscription:
            raise NotTaken(Trouble.PERMANENT) from None
        *newer, oldest = self.keys()
        for key in newer:
            try:
                return self._post(message, subscription, key)
            except NotTaken as problem:
                if problem.code not in _WHO_WE_ARE:
                    raise
        return self._post(message, subscription, oldest)

    def _post(self, message: Message, subscription: Subscription, key: EllipticCurvePrivateKey) -> None:
        headers = {
            "Authorization": token(key, endpoint=subscription.endpoint, subject=self.origin, at=message.sent_at),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, int((message.valid_until - message.sent_at).total_seconds()))),
            "Urgency": "high",
        }
        body = encrypted(padded(body_of(message)), subscription)
        status = posted(subscription.endpoint, body, headers, patience=self.patience)
        if status not in _TAKEN:
            raise NotTaken(trouble_of(status), code=status)


def body_of(message: Message) -> bytes:
    """What the service worker is given: two lines to show, and where a tap leads. The same `tag` shows once."""
    words, address = message.text, message.path or "/console/"
    if message.waiting:
        lines = ", ".join(case.reference for case in message.waiting)
        first = min(message.waiting, key=lambda case: case.due_at)
        words = wording.say(message.language, "push.page", lines=lines, left=message.left(first))
        address = f"/console/cases/{first.reference}" if len(message.waiting) == 1 else "/console/"
    shown = {"title": message.subject, "body": words, "address": address, "tag": message.key}
    return json.dumps(shown, ensure_ascii=False).encode()


def trouble_of(status: int) -> Trouble:
    """What a push service's refusal means (RFC 8030, sections 5 and 7; RFC 8292, section 4.2)."""
    if status in _GONE or status == _TOO_LONG:
        return Trouble.PERMANENT
    return Trouble.CONFIGURATION if status in _WHO_WE_ARE else Trouble.TRANSIENT
