"""Proving that a channel arrives: a code that is typed back, and test pages that are answered.

A code proves the number or address it was sent to, once. A test page shows that it still works. Either goes through
the outbox like every page, says nothing about any case, and goes no other way when its own fails: that is the answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.audit.log import record
from app.db import new_id, one_at_a_time
from app.errors import BadInput
from app.notifications import outbox, proven
from app.notifications.models import Priority
from app.staff.models import Person
from app.staff.probes import Probe, Proof
from app.vault.sealed import Sealed

PROBE: Final = "probe."
"""How the wordings of codes and test pages begin."""

CODE_LASTS: Final = timedelta(minutes=10)
TEST_LASTS: Final = timedelta(hours=24)
"""How long an answer to a test page counts as one."""

TRIED_FOR: Final = timedelta(minutes=30)
"""How long a test page is tried to be delivered: later it would show nothing."""

PAUSE: Final = timedelta(minutes=1)
"""Between two to the same channel: nobody makes the line ring a telephone without end."""

MOST_MISSES: Final = 5

_WORDING: Final = {"code": "probe.code", "test": "probe.test"}
_WITH_AN_ADDRESS: Final = ("push", "email")

SealCode = Callable[[str, str], Sealed]
"""Seals a code for the probe with the given id."""


class NotNow(BadInput):
    """Nothing was sent; `why` is a code that the page has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__("Nothing was sent to this channel.")
        self.why = why


def is_probe(wording: str) -> bool:
    """Whether something is told that asks whether it arrives, and nothing else."""
    return wording.startswith(PROBE)


def send_code(
    session: Session, person: Person, channel: str, seal: SealCode, *, at: datetime, by: str, lasts: timedelta
) -> Probe:
    """Send a fresh code to a channel. NotNow when there is no such channel, or another was sent just now."""
    code, probe_id = f"{secrets.randbelow(10**6):06}", new_id()
    probe = _probe(session, person, channel, "code", probe_id=probe_id, at=at, by=by, lasts=lasts)
    probe.digest, probe.box = _digest(probe_id, code), seal(probe_id, code)
    return _send(session, probe, person, at=at, by=by, tried_for=lasts)


def send_test(session: Session, person: Person, channel: str, *, at: datetime, by: str) -> Probe:
    """Send a test page to a proved channel. NotNow when it is not, or another was sent just now."""
    if not proven.of_channel(session, person, channel):
        raise NotNow("unproved")
    probe = _probe(session, person, channel, "test", probe_id=new_id(), at=at, by=by, lasts=TEST_LASTS)
    return _send(session, probe, person, at=at, by=by, tried_for=TRIED_FOR)


def type_back(session: Session, person: Person, channel: str, typed: str, *, at: datetime) -> bool:
    """Whether this is the code that was sent to the channel last. Five mistakes use it up."""
    probe = session.scalar(_open(person, "code", at).where(Probe.channel == channel).with_for_update())
    if probe is None or probe.misses >= MOST_MISSES or probe.tag != proven.tag_of(session, person, channel):
        return False
    code = "".join(sign for sign in typed if not sign.isspace())
    if not hmac.compare_digest(probe.digest or "", _digest(probe.id, code)):
        probe.misses += 1
        _note(session, person, "staff.not_proved", probe, at=at, by=person.alias)
        return False
    _prove(session, person, probe, "typed", at=at)
    return True


def answer(session: Session, person: Person, probe_id: str, how: str, *, at: datetime) -> bool:
    """The person answered a test page of theirs. False for one that is not theirs, is over, or was about a number or
    address that they have no longer."""
    probe = session.scalar(_open(person, "test", at).where(Probe.id == probe_id).with_for_update())
    if probe is None or probe.tag != proven.tag_of(session, person, probe.channel):
        return False
    _prove(session, person, probe, how, at=at)
    return True


def answer_by_text(session: Session, person: Person, *, at: datetime) -> bool:
    """They texted back. Whether a test page had asked for it."""
    asked = session.scalar(_open(person, "test", at).where(Probe.channel == "sms"))
    return asked is not None and answer(session, person, asked.id, "text", at=at)


def vouch(session: Session, person: Person, channel: str, *, at: datetime, by: str) -> None:
    """Take a channel for proved by somebody's word, and say so in its row."""
    probe = _probe(session, person, channel, "vouched", probe_id=new_id(), at=at, by=by, lasts=timedelta())
    session.flush()
    _prove(session, person, probe, "vouched", at=at)


def _open(person: Person, kind: str, at: datetime) -> Select[Probe]:
    """What was sent to a person and still waits for an answer, the last first."""
    unanswered = ~Probe.proof.has(), Probe.expires_at > at
    mine = select(Probe).where(Probe.person_id == person.id, Probe.kind == kind, *unanswered)
    return mine.order_by(Probe.sent_at.desc(), Probe.id).limit(1)


def _probe(
    session: Session,
    person: Person,
    channel: str,
    kind: str,
    *,
    probe_id: str,
    at: datetime,
    by: str,
    lasts: timedelta,
) -> Probe:
    one_at_a_time(session, f"probe {channel} {person.id}")
    tag = proven.tag_of(session, person, channel)
    if tag is None:
        raise NotNow("no_channel")
    mine = select(Probe.sent_at).where(Probe.person_id == person.id, Probe.channel == channel, Probe.kind == kind)
    last = session.scalar(mine.order_by(Probe.sent_at.desc()).limit(1))
    if last is not None and at - last < PAUSE:
        raise NotNow("too_soon")
    probe = Probe(
        id=probe_id,
        person_id=person.id,
        channel=channel,
        kind=kind,
        tag=tag,
        sent_at=at,
        sent_by=by,
        expires_at=at + lasts,
    )
    session.add(probe)
    return probe


def _send(session: Session, probe: Probe, person: Person, *, at: datetime, by: str, tried_for: timedelta) -> Probe:
    session.flush()
    by_address = probe.kind == "test" and probe.channel in _WITH_AN_ADDRESS
    outbox.queue(
        session,
        key=f"probe:{probe.id}",
        person=person,
        channel=probe.channel,
        wording="probe.test_at" if by_address else _WORDING[probe.kind],
        values={"probe": probe.id},
        priority=Priority.ANSWER,
        due_at=at,
        at=at,
        valid_for=tried_for,
    )
    _note(session, person, "staff.probed", probe, at=at, by=by)
    return probe


def _prove(session: Session, person: Person, probe: Probe, how: str, *, at: datetime) -> None:
    session.add(Proof(probe_id=probe.id, at=at, how=how))
    probe.box = None
    session.flush()
    _note(session, person, "staff.proved", probe, at=at, by=person.alias if how != "vouched" else probe.sent_by)


def _digest(probe_id: str, code: str) -> str:
    return hashlib.scrypt(code.encode(), salt=probe_id.encode(), n=2**13, r=8, p=1, dklen=32).hex()


def _note(session: Session, person: Person, action: str, probe: Probe, *, at: datetime, by: str) -> None:
    about = f"person:{person.alias}"
    record(session, at=at, by=by, action=action, about=about, because=probe.kind, channel=probe.channel)
