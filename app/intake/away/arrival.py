"""When a call came in, by the word of whatever webhook is the first to tell of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from app.telephony.signature import Form

LONGEST_CALL: Final = timedelta(hours=4)
"""The carrier ends a call after that."""

_ON_ITS_WAY: Final = timedelta(hours=1)
"""What a carrier tells later than this about the end of a call, it dates wrongly."""


def arrived(form: Form, *, at: datetime) -> datetime:
    """The moment the call came in: `at`, when this was asked, unless the carrier says that the call is over and how
    long it was. Never later than `at`."""
    seconds = form.get("CallDuration", "")
    if not (seconds.isascii() and seconds.isdecimal()):
        return at
    lasted = min(timedelta(seconds=int(seconds[:9])), LONGEST_CALL)
    return _told(form.get("Timestamp", ""), at) - lasted


def _told(written: str, at: datetime) -> datetime:
    """When the carrier sent it off, which it says in the words of an e-mail's date."""
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return at
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if at - _ON_ITS_WAY <= moment <= at else at
