"""What is left of us at the carrier, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.telephony.carrier import TROUBLE_BY_CODE, Trouble
from app.traces.known import LATE_AFTER
from app.traces.models import Trace

_REFUSED: Final = [code for code, trouble in TROUBLE_BY_CODE.items() if trouble is Trouble.PERMANENT]


@dataclass(frozen=True)
class AtCarrier:
    """Records that are still to be deleted; and of these, the ones that the carrier should have let go by now."""

    waiting: int
    late: int


def at_carrier(session: Session, *, at: datetime) -> AtCarrier:
    """How much is left there at a moment."""
    left = Trace.gone_at.is_(None)
    late = left, or_(Trace.at <= at - LATE_AFTER, Trace.code.in_(_REFUSED))
    count = select(func.count()).select_from(Trace)
    return AtCarrier(session.scalar(count.where(left)) or 0, session.scalar(count.where(*late)) or 0)
