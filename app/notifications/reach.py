"""By which channels a page goes to somebody: those the ladder names, what they wished for besides, never none.

The ladder's come first. A channel that a person lacks, or that does not work for them, is passed over; a step whose
channels all are goes out as a text, and to somebody without a telephone by whatever they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notifications import unusable
from app.notifications.models import CHANNELS, TELEPHONE
from app.remembered import remembered
from app.staff.models import Channel, ChannelKind, Colleague, Endpoint, Person, Wish


@dataclass(frozen=True)
class _Ways:
    """What is set up for somebody besides the telephone, and by what they want to be paged as well."""

    set_up: frozenset[str] = frozenset()
    wished: tuple[str, ...] = ()


_NONE = _Ways()


class Reach:
    """How everybody is reached now, looked up once for all the pages of a transaction."""

    def __init__(self, session: Session) -> None:
        self._ways = _ways(session)
        self._broken = unusable.broken(session)

    def channels(self, person: Person | Colleague, by: Sequence[str]) -> list[str]:
        """What a page to them goes out by, each once; empty for somebody who has no way at all."""
        others = self.others(person)
        found = [channel for channel in by if channel in others]
        if person.has_telephone:
            rung = [channel for channel in by if channel in TELEPHONE]
            usable = unusable.passable(rung or ["sms"], broken=self._broken_for(person)) if rung or not found else ()
            found = [*usable, *found]
        return list(dict.fromkeys([*(found or others), *self._wished_for(person, others)]))

    def others(self, person: Person | Colleague) -> list[str]:
        """What works for them besides the telephone."""
        working = self._ways.get(person.id, _NONE).set_up - self._broken_for(person)
        return [channel for channel in CHANNELS if channel in working]

    def _wished_for(self, person: Person | Colleague, others: Sequence[str]) -> list[str]:
        wishes = self._ways.get(person.id, _NONE).wished
        rung = [channel for channel in wishes if channel in TELEPHONE] if person.has_telephone else []
        broken = self._broken_for(person)
        return [channel for channel in wishes if channel in others or (channel in rung and channel not in broken)]

    def _broken_for(self, person: Person | Colleague) -> frozenset[str]:
        return self._broken.get(person.id, frozenset())


def otherwise(session: Session, person: Person) -> list[str]:
    """Everything a page could go out by when one way has failed, in the order in which it is tried."""
    others = Reach(session).others(person)
    rung = TELEPHONE if person.has_telephone else ()
    return [channel for channel in CHANNELS if channel in rung or channel in others]


def has(session: Session, person: Person) -> list[str]:
    """Every channel that is set up for them, whether it works or not."""
    found = set(TELEPHONE if person.has_telephone else ()) | _ways(session).get(person.id, _NONE).set_up
    return [channel for channel in CHANNELS if channel in found]


@remembered
def _ways(session: Session) -> Mapping[str, _Ways]:
    set_up, wished = defaultdict[str, set[str]](set), defaultdict[str, list[str]](list)
    for person_id, kind in session.execute(select(Endpoint.person_id, Endpoint.kind).where(Endpoint.over_at.is_(None))):
        set_up[person_id].add(kind)
    for person_id in session.scalars(select(Channel.person_id).where(Channel.kind == ChannelKind.EMAIL)):
        set_up[person_id].add("email")
    for person_id, channel in session.execute(select(Wish.person_id, Wish.channel).order_by(Wish.channel)):
        wished[person_id].append(channel)
    everybody = set_up.keys() | wished.keys()
    return MappingProxyType({one: _Ways(frozenset(set_up[one]), tuple(wished[one])) for one in everybody})
