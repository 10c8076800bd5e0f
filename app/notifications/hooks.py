"""Pages by webhook: a signed JSON body to an address of the person's own, such as a pager gateway of the city's.

    POST /…  Content-Type: application/json
    Dygnet-Key: the page's id, the same when it comes twice
    Dygnet-Signature: t=1767607200,v1=<hex of HMAC-SHA256 over "1767607200." and the body, with the shared secret>

    {"cases": [{"address": "https://…/console/cases/K7Q2", "due_at": "2026-01-06T08:00:00+00:00", "reference": "K7Q2"}]}

The body is neutral: a reference, the moment at which the time is out, an address where one has to sign in. Any 2xx is
a receipt: it has arrived. A receiver refuses signatures that are old, and a key it has seen.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import requests
from sqlalchemy.orm import Session

from app.notifications.messages import Message
from app.notifications.posts import PATIENCE, NotTaken, Sent
from app.staff.directory import Directory, Opened
from app.staff.models import EndpointKind, Person
from app.telephony.carrier import Trouble
from app.telephony.wire import never_connected

SIGNATURE: Final = "Dygnet-Signature"
KEY: Final = "Dygnet-Key"
_TAKEN: Final = range(200, 300)
_PASSES: Final = frozenset({408, 425, 429})
_SERVER_ERROR: Final = 500


@dataclass
class Hooks:
    """Posts to staff's webhooks. `origin`: where the console stands, as in PUBLIC_URL."""

    directory: Directory = field(repr=False)
    origin: str
    patience: float = PATIENCE
    channel: str = "webhook"
    name: str = "webhook"

    def find(self, session: Session, person: Person) -> Sequence[Opened]:
        """The address and the secret that the programme file gives them."""
        return self.directory.endpoints_of(session, person, EndpointKind.WEBHOOK)

    def send(self, message: Message, to: Sequence[Opened]) -> Sent:
        """One POST; redirects are not followed, and nothing of the answer is read but its status."""
        if not to:
            raise NotTaken(Trouble.PERMANENT)
        url, secret = to[0].about["url"], to[0].about["secret"]
        body = body_of(message, self.origin)
        headers = {
            "Content-Type": "application/json",
            KEY: message.key,
            SIGNATURE: signature(secret, body, at=message.sent_at),
        }
        status = posted(url, body, headers, patience=self.patience)
        if status in _TAKEN:
            return Sent(arrived=True)
        passes = status >= _SERVER_ERROR or status in _PASSES
        raise NotTaken(Trouble.TRANSIENT if passes else Trouble.PERMANENT, code=status)


def body_of(message: Message, origin: str) -> bytes:
    """The cases it is about; where it is about none, what is said instead."""
    cases = [
        {
            "reference": case.reference,
            "due_at": case.due_at.isoformat(),
            "address": f"{origin}/console/cases/{case.reference}",
        }
        for case in message.waiting
    ]
    return json.dumps({"cases": cases} if cases else {"cases": [], "text": message.text}, sort_keys=True).encode()


def signature(secret: str, body: bytes, *, at: datetime) -> str:
    """The header that proves who wrote the body, and when (seconds since 1970)."""
    moment = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def posted(url: str, body: bytes, headers: dict[str, str], *, patience: float) -> int:
    """Post it; the status. NotTaken when there was none: what went wrong quotes the address, and is not kept."""
    try:
        with requests.post(
            url, data=body, headers=headers, timeout=(patience, patience), allow_redirects=False, stream=True
        ) as answer:
            return answer.status_code
    except requests.RequestException as problem:
        raise NotTaken(Trouble.TRANSIENT, maybe_done=not never_connected(problem)) from None
    except ValueError:  # an address that cannot be one after all
        raise NotTaken(Trouble.PERMANENT) from None
