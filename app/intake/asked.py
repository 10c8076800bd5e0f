"""What somebody answered about being contacted, as a case keeps it."""

from __future__ import annotations

from datetime import datetime

from app.cases.models import Case
from app.cases.narrowing import narrow
from app.cases.permissions import Hours
from app.intake.approach import Callback


def permit_as_asked(
    case: Case, callback: Callback, *, content_id: str | None, by: str, at: datetime, said_at: datetime
) -> None:
    """Write down everything that was said about being contacted; `content_id` is the row with the number.

    Who was not asked said nothing: nothing is written, and nothing is allowed.
    """
    if callback.wish == "unasked":
        return
    said = {channel: callback.wish in (channel, "both") for channel in ("call", "sms")}
    if callback.voicemail is not None:
        said["voicemail"] = callback.voicemail and said["call"]
    hours = Hours(callback.hours)
    for channel, allowed in said.items():
        case.permit(channel, allowed=allowed, hours=hours, by=by, at=at, content_id=content_id, said_at=said_at)
    if callback.only:
        narrow(case, tuple(said), callback.only)
