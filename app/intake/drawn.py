"""When a form was drawn, by our own word: it stands signed in the form itself, and nothing is kept of who asked for it.

A form that comes back faster than anybody reads was not filled in by a person, nor one that was never drawn. So it is
received, and doubted (`app/cases/doubts.py`).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

READS_FOR: Final = timedelta(seconds=3)
"""Nobody finds the one question that must be answered, answers it and finds the button in less."""

_MARK: Final = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9a-f]{8,12})\.([0-9a-f]{32})", re.ASCII)


def mark(index_key: bytes, *, at: datetime) -> str:
    """A form's nonce, 256 random bits, with the second in which it was drawn (UTC) and our word for that."""
    nonce, second = secrets.token_urlsafe(32), f"{int(at.timestamp()):08x}"
    return f"{nonce}.{second}.{_word(index_key, nonce, second)}"


def drawn_at(index_keys: Iterable[bytes], mark: str) -> datetime | None:
    """The moment in a mark of ours, under a key of any generation; None when it is not ours."""
    found = _MARK.fullmatch(mark)
    if found is None:
        return None
    nonce, second, word = found.groups()
    if not any(hmac.compare_digest(_word(key, nonce, second), word) for key in index_keys):
        return None
    return datetime.fromtimestamp(int(second, 16), UTC)


def in_haste(drawn: datetime | None, *, at: datetime) -> bool:
    """Whether a form that came back at a moment was read by nobody.

    One from a moment that has not come yet was drawn by another process of ours with a fast clock: that says nothing.
    """
    return drawn is None or timedelta(0) <= at - drawn < READS_FOR


def _word(index_key: bytes, nonce: str, second: str) -> str:
    return hmac.digest(index_key, f"dygnet form drawn v1|{nonce}|{second}".encode(), "sha256").hex()[:32]
