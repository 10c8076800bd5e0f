"""The courier: claims what waits in the outbox, hands it over outside any transaction, and notes the answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy.orm import Session

from app import rows
from app.clock import Clock
from app.db import Database
from app.logs import Log
from app.notifications import bundling, detours, outbox, pace
from app.notifications.clerk import Clerk, Taken
from app.notifications.doubts import done_already
from app.notifications.hands import Hands
from app.notifications.links import NO_LINKS, Links
from app.notifications.messages import text_for
from app.notifications.models import FIRST_CARRIER, Notification
from app.notifications.ways import Way
from app.postgres import is_away
from app.staff.directory import Directory
from app.telephony.carrier import CarrierError, Trouble

AT_ONCE: Final = 8
"""How many are on their way at the same time, unless the settings say otherwise: eighty a second with a carrier that
takes a tenth of a second, which is more than a staff can be paged; and few enough that what a crash leaves in doubt can
be counted on two hands."""

LIES_READY: Final = outbox.SENDING_LASTS / 2
"""Later than so long after it was claimed nobody begins to send a page: the claim could run out while that is done. It
happens when a carrier lets every hand wait; whoever claims it again finds it in doubt, and looks it up first."""

RING_FOR = timedelta(seconds=30)

_log = Log("courier")


class Refused(Protocol):
    """What writes down, in a transaction of the courier's, that the carrier did not take a notification."""

    def __call__(self, session: Session, page_id: str, problem: CarrierError, *, at: datetime) -> None: ...


@dataclass(frozen=True)
class Parcel:
    """Claimed pages that go out as one text or call, with the address opened; the address shows in no log.

    `id` is the first page's, and `others` are those that it names as well (`bundling.py`). `doubted_since`: an earlier
    try of it may have been carried out, since then. `words` would stand in its text. `claimed_at`: nobody else has it
    for a while from then on.
    """

    id: str
    carrier: str
    channel: str
    text: str
    valid_for: timedelta
    claimed_at: datetime
    address: str | None = field(repr=False)
    words: str = ""
    doubted_since: datetime | None = None
    others: tuple[str, ...] = ()


class Courier:
    """Delivers for one process, by the first of its `ways` unless another was asked to stand in.

    `refused` hears of everything a carrier did not take, and decides whether another is asked.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        directory: Directory,
        ways: Sequence[Way],
        *,
        refused: Refused,
        at_once: int = AT_ONCE,
        bundled: bool = True,
        links: Links = NO_LINKS,
    ) -> None:
        """`at_once`: how many are on their way at a time. `bundled`: several cases to one person go as one message."""
        self._db = db
        self._clock = clock
        self._directory = directory
        self._ways = {way.name: way for way in ways}
        self._refused = refused
        self._hands = Hands(at_once, ready=at_once // 2)
        self._clerk = Clerk(db, clock)
        self._bundled = bundled
        self._links = links

    def deliver(self) -> int:
        """Send everything that may be sent now, and wait for the answers; says how many were tried."""
        tried = 0
        while given := self.deliver_some():
            tried += given
        return tried

    def deliver_some(self) -> int:
        """The same, but for what may be sent only because of those answers."""
        given = self.hand_out()
        self._hands.wait_for_all()
        return given

    def hand_out(self) -> int:
        """Give everything that may be sent now to the hands, most urgent first, each as soon as one is free.

        Says how many that were. The last of them may still be on their way: one slow answer delays nobody else's page.
        """
        given, most, parcels = 0, 0, list[Parcel]()
        while len(parcels) == most:  # fewer than asked for: nothing more may be sent now
            most = self._hands.wait_for_one()
            parcels = self._claim(self._clock.now(), most=most)
            for parcel in parcels:
                self._hands.give(partial(self._send, parcel))
            given += len(parcels)
        return given

    def close(self) -> None:
        """Wait for what is being sent, then stop."""
        self._hands.close()

    def _claim(self, at: datetime, *, most: int) -> list[Parcel]:
        with self._db.transaction() as session:
            lasts = outbox.SENDING_LASTS * self._clock.speed
            claimed = outbox.claim(session, at=at, lasts=lasts, limit=most)
            given_away = sum(row.channel == "call" for row in claimed)
            if self._bundled:
                claimed += bundling.along(session, claimed, at=at, lasts=lasts)
            with rows.together(session):
                carriers = {row.id: detours.begin(session, row, tuple(self._ways), at=at) for row in claimed}
            bundles = self._bundles(claimed, carriers, at)
            pace.spend(session, sum(each[0].channel == "call" for each in bundles) - given_away, at=at)
            return [self._parcel(session, bundle, carriers[bundle[0].id], at) for bundle in bundles]

    def _bundles(
        self, claimed: Sequence[Notification], carriers: Mapping[str, str], at: datetime
    ) -> list[list[Notification]]:
        """Pages that go out together. A call by another carrier plays a recording, which is about one case."""

        def way(row: Notification) -> str:
            by_recording = row.channel == "call" and carriers[row.id] != FIRST_CARRIER
            return row.id if by_recording else carriers[row.id]

        return bundling.bundles(claimed, at=at, way=way) if self._bundled else [[row] for row in claimed]

    def _parcel(self, session: Session, bundle: Sequence[Notification], carrier: str, at: datetime) -> Parcel:
        """Rows that cannot be read become a parcel without an address: it fails by itself, and delays nobody's."""
        row = bundle[0]
        bundling.note(session, bundle, at=at)
        try:
            text, address = (
                text_for(bundle, at=at, codes=self._directory.code_of),
                self._directory.phone_of(session, row.person),
            )
            text = self._links.put_into(session, bundling.named(bundle), text, at=at)
            words = json.loads(row.values).get("reference", text)
        except Exception as problem:  # one broken row may not stop the others
            if is_away(problem):
                raise
            _log.error("a page cannot be written out; put aside", problem=problem, channel=row.channel)
            text, address, words = "", None, ""
        valid_for = (bundling.valid_until(bundle) - at) / self._clock.speed
        doubted_since = row.queued_at if row.in_doubt else None
        others = tuple(each.id for each in bundle[1:])
        return Parcel(row.id, carrier, row.channel, text, valid_for, at, address, words, doubted_since, others)

    def _send(self, parcel: Parcel) -> None:
        if self._clock.now() > parcel.claimed_at + LIES_READY * self._clock.speed:
            _log.warning("a page lay ready for too long; it is claimed again", channel=parcel.channel)
            return
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
        self._clerk.keep(Taken((parcel.id, *parcel.others), parcel.carrier, parcel.channel, ref))

    def _note_refusal(self, parcel: Parcel, problem: CarrierError) -> None:
        at = self._clock.now()
        _log.warning(
            "the carrier refused a page",
            carrier=parcel.carrier,
            channel=parcel.channel,
            code=problem.code,
            kind=problem.trouble.value,
        )
        for page_id in (parcel.id, *parcel.others):
            with self._db.transaction() as session:
                self._refused(session, page_id, problem, at=at)
