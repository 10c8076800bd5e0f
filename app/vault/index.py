"""Recognising a repeat caller without keeping anything that names one.

Whoever has the key of an index of telephone numbers can try them all in minutes, so no full index is keyed
by anything on disk. The full one lives and dies with the process; the short one may survive, because a hit
in it proves nothing.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from datetime import UTC, date, datetime, timedelta

from app.vault.secrecy import Secret

TAG_BYTES = 16
_DAY = timedelta(days=1)


class WaitingIndex(Secret):
    """Full tags of numbers whose cases wait for first contact.

    The secret exists in this object's memory only: new at each start and each day (UTC). Yesterday's is
    still honoured; older tags match nothing, and a caller behind one opens a second case.
    """

    __slots__ = ("_lock", "_secrets")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[date, bytes] = {}

    def tag(self, number: str, *, at: datetime) -> bytes:
        """The tag to store for an E.164 number that reaches us at this moment."""
        return _tag(self._secret_of(_day(at)), number)

    def tags(self, number: str, *, at: datetime) -> tuple[bytes, ...]:
        """The tags to look for: the one of today and the one of yesterday, if this process lived then."""
        day = _day(at)
        today = self._secret_of(day)
        with self._lock:
            yesterday = self._secrets.get(day - _DAY)
        return tuple(_tag(secret, number) for secret in (today, yesterday) if secret)

    def _secret_of(self, day: date) -> bytes:
        with self._lock:
            if day not in self._secrets:
                yesterday = {each: secret for each, secret in self._secrets.items() if each == day - _DAY}
                self._secrets = yesterday | {day: secrets.token_bytes(32)}
            return self._secrets[day]


def short_tag(index_key: bytes, number: str) -> int:
    """Eight bits of an E.164 number, 0 to 255: enough to propose, too little to prove anything by."""
    return hmac.digest(index_key, b"dygnet short tag v1|" + number.encode(), "sha256")[0]


def _day(at: datetime) -> date:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(UTC).date()


def _tag(secret: bytes, number: str) -> bytes:
    return hmac.digest(secret, number.encode(), "sha256")[:TAG_BYTES]
