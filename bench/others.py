"""The other webhooks, each once: who is calling, the first ring, a text, the carrier's receipt for a page."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import select

from app.clock import WallClock
from app.db import Database
from app.escalation import engine
from app.notifications.models import Notification
from bench.load import Webhook, median, send, webhook

CALLERS: Final = 8


def measure(database: Database, ours: int, bare: int, *, calls: int) -> None:
    """Each webhook as a ratio to the bare endpoint, whose run comes right before it."""
    known = [webhook("/carrier/voice") for _ in range(calls)]
    send(ours, known, callers=CALLERS)
    engine.play(database, at=WallClock().now())
    for name, webhooks in {
        "role": [_later(each, "/carrier/voice/role", Digits="1") for each in known],
        "first ring": [_later(each, "/carrier/ring") for each in known],
        "the same again": known,
        "sms": [webhook("/carrier/sms", MessageSid=f"SM{n:032x}", Body="hej") for n in range(calls)],
        "receipt": [webhook(f"/carrier/receipts/{page}", MessageStatus="sent") for page in _pages(database, calls)],
    }.items():
        least = median([send(bare, [webhook("/carrier/voice") for _ in webhooks], callers=CALLERS)])
        figure = median([send(ours, webhooks, callers=CALLERS)])
        print(
            f"{CALLERS:8}  {name:16}{figure.rate:6.0f}{figure.p99:9.1f}"
            f"{figure.rate / least.rate:11.2f}{figure.p99 / least.p99:7.1f}x",
            flush=True,
        )


def _later(first: Webhook, path: str, **changed: str) -> Webhook:
    """A later webhook of the same call."""
    found = re.search("CallSid=([^&]*)", first.body)
    return webhook(path, CallSid=found[1] if found else "", CallStatus="in-progress", **changed)


def _pages(database: Database, most: int) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Notification.id).limit(most)))
