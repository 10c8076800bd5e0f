"""The courier: claims what waits in the outbox, hands it over outside any transaction, and notes the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.audit.impersonal import LARGEST
from app.audit.log import record
from app.catalogue import FIRST_LANGUAGE
from app.clock import Clock
from app.db import Database
from app.logs import Log
from app.notifications import detours, faults, outbox, wording
from app.notifications.doubts import done_already
from app.notifications.models import Notification
from app.notifications.ways import Way
from app.staff.directory import Directory
from app.telephony.carrier import CarrierError, Trouble

AT_ONCE = 8
"""How many are sent at the same time, so that one slow answer delays nobody else's page."""

RING_FOR = timedelta(seconds=30)

_log = Log("courier")


class Refused(Protocol):
    """What writes down, in a transaction of the courier's, that the carrier did not take a notification."""

    def __call__(self, session: Session, page_id: str, problem: CarrierError, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class Parcel:
    """A claimed notification with its address opened; the address shows in no log.

    `doubted_since`: an earlier try of it may have been carried out, since then. `words` would stand in its text.
    """

    id: str
    carrier: str
    channel: str
    text: str
    valid_for: timedelta
    address: str | None = field(repr=False)
    words: str = ""
    doubted_since: datetime | None = None


class Courier:
    """Delivers for one process, by the first of its `ways` unless another was asked to stand in.

    `refused` hears of everything a carrier did not take, and decides whether another is asked.
    """

    def __init__(
        self, db: Database, clock: Clock, directory: Directory, ways: Sequence[Way], *, refused: Refused
    ) -> None:
        self._db = db
        self._clock = clock
        self._directory = directory
        self._ways = {way.name: way for way in ways}
        self._refused = refused
        self._hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="courier")

    def deliver(self) -> int:
        """Send everything that may be sent now, most urgent first; says how many were tried."""
        tried = 0
        while parcels := self._claim(self._clock.now()):
            list(self._hands.map(self._send, parcels))
            tried += len(parcels)
        return tried

    def close(self) -> None:
        """Wait for what is being sent, then stop."""
        self._hands.shutdown(wait=True)

    def _claim(self, at: datetime) -> list[Parcel]:
        with self._db.transaction() as session:
            rows = outbox.claim(session, at=at, lasts=outbox.SENDING_LASTS * self._clock.speed, limit=AT_ONCE)
            return [self._parcel(session, row, at) for row in rows]

    def _parcel(self, session: Session, row: Notification, at: datetime) -> Parcel:
        """A row that cannot be read becomes a parcel without an address: it fails by itself, and delays nobody's."""
        carrier = detours.begin(session, row, tuple(self._ways), at=at)
        try:
            text, address = _text(row, at), self._directory.phone_of(session, row.person)
            words = json.loads(row.values).get("reference", text)
        except Exception as problem:  # noqa: BLE001 - one broken row may not stop the others
            _log.error("a page cannot be written out; put aside", problem=problem, channel=row.channel)
            text, address, words = "", None, ""
        valid_for = (row.valid_until - at) / self._clock.speed
        doubted_since = row.queued_at if row.in_doubt else None
        return Parcel(row.id, carrier, row.channel, text, valid_for, address, words, doubted_since)

    def _send(self, parcel: Parcel) -> None:
        try:
            ref = self._hand_over(parcel)
        except CarrierError as problem:
            self._note_refusal(parcel, problem)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the page must not stay in `sending` unseen
            _log.error("a page could not be handed over", problem=problem, channel=parcel.channel)
            self._note_refusal(parcel, CarrierError(Trouble.TRANSIENT, maybe_done=True))
        else:
            self._note_acceptance(parcel, ref)

    def _hand_over(self, parcel: Parcel) -> str:
        if parcel.address is None:
            raise CarrierError(Trouble.PERMANENT)
        if parcel.valid_for <= timedelta():
            raise CarrierError(Trouble.PERMANENT)
        way = self._ways[parcel.carrier]
        if done := self._done_already(parcel, parcel.address, way):
            return done
        status_url = way.receipts(parcel.id)
        if parcel.channel == "call":
            return way.carrier.call(
                to=parcel.address, answer_url=way.answers(parcel.id), status_url=status_url, ring_for=RING_FOR
            )
        return way.carrier.text(to=parcel.address, body=parcel.text, status_url=status_url, valid_for=parcel.valid_for)

    def _done_already(self, parcel: Parcel, address: str, way: Way) -> str | None:
        since = parcel.doubted_since
        if since is None or way.records is None:
            return None
        return done_already(
            self._db, way.records, channel=parcel.channel, address=address, words=parcel.words, since=since
        )

    def _note_acceptance(self, parcel: Parcel, ref: str) -> None:
        at = self._clock.now()
        with self._db.transaction() as session:
            row = outbox.accepted(session, parcel.id, ref=ref, at=at)
            faults.mended(session, carrier=parcel.carrier, channel=row.channel, at=at)
            record(
                session,
                at=at,
                by="engine",
                action="page.accepted",
                about=f"person:{row.person.alias}",
                carrier=parcel.carrier,
                channel=row.channel,
                notification=row.id,
                late_ms=min(int((at - row.due_at).total_seconds() * 1000), LARGEST - 1),
            )
        with self._db.transaction() as session:
            detours.taken_over(session, parcel.id, at=at)

    def _note_refusal(self, parcel: Parcel, problem: CarrierError) -> None:
        at = self._clock.now()
        _log.warning(
            "the carrier refused a page",
            carrier=parcel.carrier,
            channel=parcel.channel,
            code=problem.code,
            kind=problem.trouble.value,
        )
        with self._db.transaction() as session:
            self._refused(session, parcel.id, problem, at=at)


def _text(row: Notification, at: datetime) -> str:
    """The text as it reads at the moment of sending: the time left is the time left now."""
    values: dict[str, str] = json.loads(row.values)
    language = row.person.languages[0] if row.person.languages else FIRST_LANGUAGE
    if due := values.pop("due_at", None):
        values["left"] = wording.time_left(datetime.fromisoformat(due) - at, language)
    return wording.say(language, row.wording, **values)
