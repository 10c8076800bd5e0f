"""A try whose answer was lost: was it carried out? The carrier is asked before anybody is told a second time.

Twilio keeps no mark of ours on what it sent. So the mark is what it does keep: a text to this telephone with these
words, or a call to it, since the page was written, under a reference that none of our rows knows. Where the carrier
does not answer this either, the page is sent again: told twice is better than not told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from app.db import Database
from app.notifications.models import Notification
from app.telephony.carrier import CarrierError
from app.telephony.records import Kind, Records

CLOCKS_DIFFER_BY: Final = timedelta(seconds=5)


def done_already(
    db: Database, records: Records, *, channel: str, address: str, words: str, since: datetime
) -> str | None:
    """The reference of what was carried out after all; None when the page is to be sent.

    `words` is what the text cannot be without. `since`: when the page was written (UTC).
    """
    kind = Kind.CALL if channel == "call" else Kind.TEXT
    try:
        candidates = records.went_out(kind, to=address, since=since - CLOCKS_DIFFER_BY)
    except CarrierError:
        return None
    refs = [each.ref for each in candidates if kind is Kind.CALL or words in each.body]
    with db.reading() as session:
        known = set(session.scalars(select(Notification.carrier_ref).where(Notification.carrier_ref.in_(refs))))
    return next((ref for ref in refs if ref not in known), None)
