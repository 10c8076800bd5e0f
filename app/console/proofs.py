"""What the page of one's channels says of each: is it proved, when was it last seen to arrive, what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notifications import proven, reach
from app.notifications.proving import MOST_MISSES
from app.programme.apply import current
from app.staff.models import Person
from app.staff.probes import Probe


@dataclass(frozen=True)
class Way:
    """One channel. `is_sound`: proved, and seen to arrive not too long ago. What is on its way: since when."""

    channel: str
    proven: proven.Proven | None
    is_sound: bool
    code_sent_at: datetime | None
    test_sent_at: datetime | None


def ways(session: Session, person: Person, *, at: datetime) -> Sequence[Way]:
    """Every channel of theirs behind which a person sits."""
    counts_since = at - current(session).programme.test_pages_count_for
    shown, asked = proven.of(session, person), _asked(session, person, at=at)
    has = reach.has(session, person)
    return [
        Way(
            channel,
            one := shown.get(channel),
            one is not None and one.seen_at > counts_since,
            asked.get((channel, "code")),
            asked.get((channel, "test")),
        )
        for channel in proven.PROVABLE
        if channel in has
    ]


def _asked(session: Session, person: Person, *, at: datetime) -> dict[tuple[str, str], datetime]:
    """What was sent and may be answered yet, with when."""
    unanswered = ~Probe.proof.has(), Probe.expires_at > at, Probe.misses < MOST_MISSES
    mine = select(Probe).where(Probe.person_id == person.id, *unanswered)
    return {(probe.channel, probe.kind): probe.sent_at for probe in session.scalars(mine.order_by(Probe.sent_at))}
