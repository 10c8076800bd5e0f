"""The postman: delivers what goes out by one channel that is no telephone's, with hands of its own.

A mail server that takes ten seconds for each letter delays letters, and nothing else. What no server takes goes out by
the next channel at once, while the postman goes on trying where trying can help.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.audit.impersonal import LARGEST
from app.audit.log import record
from app.clock import Clock
from app.db import Database
from app.logs import Log
from app.notifications import bundling, faults, outbox, pace
from app.notifications.courier import Refused
from app.notifications.messages import Codes, Message, message_for
from app.notifications.models import Notification, State
from app.notifications.posts import NotTaken, Post, Sent
from app.notifications.receipts import note
from app.postgres import is_away
from app.staff import endpoints
from app.staff.directory import Opened
from app.staff.models import Endpoint
from app.telephony.carrier import CarrierError, Trouble

AT_ONCE: Final = 4
"""Messages under way at the same time by one channel."""

CLAIMED: Final = 50
"""Pages taken at a time: many of them go out as few messages."""

_log = Log("postman")


@dataclass(frozen=True)
class Bundle:
    """Claimed pages that go out as one message. Without a message it could not be written out."""

    pages: tuple[str, ...]
    message: Message | None
    to: Sequence[Opened] = field(repr=False)


class Postman:
    """Delivers for one process by one `post`; `refused` hears of every page that was not taken. `codes` opens codes."""

    def __init__(self, db: Database, clock: Clock, post: Post, *, codes: Codes, refused: Refused) -> None:
        self._db = db
        self._clock = clock
        self._post = post
        self._codes = codes
        self._refused = refused
        self._hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=f"post-{post.channel}")
        self._legs = ThreadPoolExecutor(1, thread_name_prefix=f"postman-{post.channel}")
        self._on_the_way = threading.Lock()

    @property
    def channel(self) -> str:
        """What this one delivers."""
        return self._post.channel

    def set_off(self) -> None:
        """Deliver in the background, unless that is going on already. Returns at once."""
        if self._on_the_way.acquire(blocking=False):
            self._legs.submit(self._round)

    def deliver(self) -> int:
        """Send everything that may be sent now, most urgent first; says how many pages were tried."""
        tried = 0
        while bundles := self._claim(self._clock.now()):
            list(self._hands.map(self._send, bundles))
            tried += sum(len(bundle.pages) for bundle in bundles)
        return tried

    def close(self) -> None:
        """Wait for what is being sent, then stop."""
        self._legs.shutdown(wait=True, cancel_futures=True)
        self._hands.shutdown(wait=True)

    def _round(self) -> None:
        try:
            self.deliver()
        except Exception as problem:  # noqa: BLE001 - the next tick tries again
            if not is_away(problem):
                _log.error("a postman's round failed", problem=problem, channel=self.channel)
        finally:
            self._on_the_way.release()

    def _claim(self, at: datetime) -> list[Bundle]:
        if not self._something_waits(at):
            return []
        lasts = outbox.SENDING_LASTS * self._clock.speed
        with self._db.transaction() as session:
            most = min(CLAIMED, pace.free(session, at=at, channel=self.channel))
            rows = outbox.claim(session, at=at, lasts=lasts, limit=most, channels=(self.channel,)) if most else []
            rows += bundling.along(session, rows, at=at, lasts=lasts)
            bundles = bundling.bundles(rows, at=at)
            pace.spend(session, len(bundles), at=at, channel=self.channel)
            return [self._bundle(session, bundle, at) for bundle in bundles]

    def _something_waits(self, at: datetime) -> bool:
        """Looked at first: most of the time there is nothing, and a claim would hold up those who write."""
        with self._db.reading() as session:
            moment = outbox.next_to_send(session, channels=(self.channel,))
        return moment is not None and moment <= at

    def _bundle(self, session: Session, rows: Sequence[Notification], at: datetime) -> Bundle:
        """Pages that cannot be written out fail by themselves, and delay nobody's."""
        bundling.note(session, rows, at=at)
        pages = tuple(row.id for row in rows)
        try:
            return Bundle(pages, message_for(rows, at=at, codes=self._codes), self._post.find(session, rows[0].person))
        except Exception as problem:  # one broken row may not stop the others
            if is_away(problem):
                raise
            _log.error("a page cannot be written out; put aside", problem=problem, channel=self.channel)
            return Bundle(pages, None, ())

    def _send(self, bundle: Bundle) -> None:
        try:
            sent = self._hand_over(bundle)
        except CarrierError as problem:
            self._note_refusal(bundle, problem)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the pages must not stay in `sending` unseen
            _log.error("a page could not be handed over", problem=problem, channel=self.channel)
            self._note_refusal(bundle, NotTaken(Trouble.TRANSIENT, maybe_done=True))
        else:
            self._note_acceptance(bundle, sent)

    def _hand_over(self, bundle: Bundle) -> Sent:
        if bundle.message is None or bundle.message.valid_until <= bundle.message.sent_at:
            raise NotTaken(Trouble.PERMANENT)
        return self._post.send(bundle.message, bundle.to)

    def _note_acceptance(self, bundle: Bundle, sent: Sent) -> None:
        at = self._clock.now()
        with self._db.transaction() as session:
            for page_id in sorted(bundle.pages):
                self._accepted(session, outbox.locked(session, page_id), arrived=sent.arrived, at=at)
            faults.mended(session, carrier=self._post.name, channel=self.channel, at=at)
            _end(session, sent.gone, at=at)

    def _accepted(self, session: Session, row: Notification, *, arrived: bool, at: datetime) -> None:
        if row.state != State.SENDING:
            return
        row.state, row.sending_until, row.accepted_at = State.ACCEPTED, None, at
        record(
            session,
            at=at,
            by="engine",
            action="page.accepted",
            about=f"person:{row.person.alias}",
            carrier=self._post.name,
            channel=row.channel,
            notification=row.id,
            late_ms=min(int((at - row.due_at).total_seconds() * 1000), LARGEST - 1),
        )
        if arrived:
            row.state, row.settled_at = State.DELIVERED, at
            note(session, row, "page.delivered", by="engine", at=at)

    def _note_refusal(self, bundle: Bundle, problem: CarrierError) -> None:
        at = self._clock.now()
        _log.warning("a page was not taken", channel=self.channel, code=problem.code, kind=problem.trouble.value)
        if gone := getattr(problem, "gone", ()):
            with self._db.transaction() as session:
                _end(session, gone, at=at)
        for page_id in bundle.pages:
            with self._db.transaction() as session:
                self._refused(session, page_id, problem, at=at)


def _end(session: Session, gone: Sequence[str], *, at: datetime) -> None:
    for endpoint_id in gone:
        endpoint = session.get(Endpoint, endpoint_id)
        if endpoint:
            endpoints.end(session, endpoint, at=at, by="engine", because="gone")
