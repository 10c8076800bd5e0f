"""Which channels are proved, and when each was last seen to arrive. Only looks; `proving.py` makes the facts.

A proof is about one number, one address, one set of browsers. Another one has nothing proved about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.notifications import unusable
from app.notifications.models import TELEPHONE
from app.programme.apply import current
from app.staff.models import ChannelKind, Endpoint, EndpointKind, Person
from app.staff.probes import Probe, Proof

PROVABLE: Final = ("sms", "call", "push", "email")
"""Behind a webhook stands a system, which types nothing back."""

AS_GOOD_AS_A_CODE: Final = ("code", "vouched")


@dataclass(frozen=True)
class Proven:
    """A channel that is proved: since when, by somebody's word alone or not, and when it was last seen to arrive."""

    channel: str
    since: datetime
    seen_at: datetime
    vouched: bool


def tag_of(session: Session, person: Person, channel: str) -> str | None:
    """By which a channel is known to be the same one still; None when the person has no such channel."""
    if channel == "push":
        theirs = Endpoint.person_id == person.id, Endpoint.kind == EndpointKind.PUSH, Endpoint.over_at.is_(None)
        marks = session.scalars(select(Endpoint.mark).where(*theirs).order_by(Endpoint.mark)).all()
        return _digest(*(mark.encode() for mark in marks if mark)) if marks else None
    kind = {"sms": ChannelKind.PHONE, "call": ChannelKind.PHONE, "email": ChannelKind.EMAIL}.get(channel)
    row = person.channel(kind) if kind else None
    return digest_of_box(row.box.box) if row else None


def digest_of_box(box: bytes) -> str:
    """By which a number or an address is known to be the same one still, without opening it."""
    return _digest(box)


def of(session: Session, person: Person) -> Mapping[str, Proven]:
    """The person's proved channels, by name."""
    facts = select(Probe, Proof).join(Proof, Proof.probe_id == Probe.id).where(Probe.person_id == person.id)
    rows = session.execute(facts.order_by(Probe.channel, Proof.at)).all()
    found = {}
    for channel, shown in groupby(rows, key=lambda row: row[0].channel):
        tag = tag_of(session, person, channel)
        if one := _proven(channel, [row for row in shown if row[0].tag == tag]):
            found[channel] = one
    return found


def of_channel(session: Session, person: Person, channel: str) -> Proven | None:
    """What is known of one channel; None when it is not proved."""
    return of(session, person).get(channel)


def sound(session: Session, people: Iterable[Person], *, at: datetime) -> frozenset[str]:
    """The aliases of those whose telephone rings or shows a text, as far as anybody can know: proved, seen to arrive
    not too long ago, and not refused by a carrier. A letter or a push wakes nobody for certain."""
    counts_since = at - current(session).programme.test_pages_count_for
    refused = broken(session)
    return frozenset(
        person.alias
        for person in people
        if any(
            one.seen_at > counts_since and (person.id, one.channel) not in refused
            for one in of(session, person).values()
            if one.channel in TELEPHONE
        )
    )


def broken(session: Session) -> frozenset[tuple[str, str]]:
    """What does not work by a carrier's word: the person's id and the channel."""
    return frozenset((mark.person_id, mark.channel) for mark in unusable.standing(session))


def _proven(channel: str, shown: list[tuple[Probe, Proof]]) -> Proven | None:
    codes = [(probe, proof) for probe, proof in shown if probe.kind in AS_GOOD_AS_A_CODE]
    if not codes:
        return None
    probe, proof = codes[-1]
    return Proven(channel, proof.at, max(proof.at for _, proof in shown), probe.kind == "vouched")


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"|".join(parts)).hexdigest()
