"""The clerk: writes down what a carrier took. What comes in while it writes is written next, all of it at once.

A commit waits for the disk, and eight answers that come in the same moment need not wait for eight. Whoever brings one
returns when it is kept, and not before: until then the page may be sent a second time after a crash.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Row, Select, bindparam, exists, select
from sqlalchemy.orm import Session, joinedload

from app import rows
from app.audit.impersonal import LARGEST
from app.audit.log import record
from app.clock import Clock
from app.db import Database
from app.logs import Log
from app.notifications import detours, faults, outbox
from app.notifications.faults import Fault
from app.notifications.models import Detour, Notification

_log = Log("courier")


@dataclass(eq=False)
class Taken:
    """A carrier took what these pages went out as, under its reference. `problem`: why that could not be kept."""

    pages: Collection[str]
    carrier: str
    channel: str
    ref: str
    is_kept: bool = field(default=False, init=False)
    problem: Exception | None = field(default=None, init=False)


class Clerk:
    """One for each courier."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._pen = threading.Lock()
        self._basket = threading.Lock()
        self._come_in: list[Taken] = []

    def keep(self, taken: Taken) -> None:
        """Return when it is on the disk; raise when it cannot be brought there."""
        with self._basket:
            self._come_in.append(taken)
        with self._pen:
            if not taken.is_kept and not taken.problem:
                self._write(self._emptied())
        if taken.problem:
            raise taken.problem

    def _emptied(self) -> list[Taken]:
        with self._basket:
            come_in, self._come_in = self._come_in, []
        return come_in

    def _write(self, several: Sequence[Taken]) -> None:
        """All of it in one transaction; what somebody else is changing, or what cannot be written so, alone."""
        try:
            self._in_one_transaction(several, _PAGES_IF_FREE)
        except Exception:  # noqa: BLE001 - one broken row may not take the others with it
            _log.warning("answers of the carrier are written down one by one", count=len(several))
        for taken in several:
            if not taken.is_kept:
                self._write_alone(taken)

    def _write_alone(self, taken: Taken) -> None:
        try:
            self._in_one_transaction([taken], _PAGES)
        except Exception as problem:  # noqa: BLE001 - whoever brought it hears of it
            taken.problem = problem

    def _in_one_transaction(self, several: Sequence[Taken], pages: Select[Notification, bool, bool]) -> None:
        at = self._clock.now()
        with self._db.transaction() as session:
            wanted = {"pages": [page_id for taken in several for page_id in taken.pages]}
            found = {each.Notification.id: each for each in session.execute(pages, wanted)}
            ready = [taken for taken in several if found.keys() >= set(taken.pages)]
            _note(session, ready, found, at=at)
        for taken in ready:
            taken.is_kept = True
        kept = (page_id for taken in ready for page_id in taken.pages)
        self._take_over([page_id for page_id in kept if found[page_id].stands_in], at=at)

    def _take_over(self, page_ids: Iterable[str], *, at: datetime) -> None:
        """The page that another stands in for is not needed any more. What the carrier took is kept whatever comes of
        this: a page that is not called off goes out twice, an answer written twice would be two."""
        for page_id in page_ids:
            try:
                with self._db.transaction() as session:
                    detours.taken_over(session, page_id, at=at)
            except Exception as problem:  # noqa: BLE001 - one broken row may not stop the others
                _log.error("a page that another stands in for was not called off", problem=problem)


_PAGES: Final = (
    select(
        Notification,
        exists().where(Detour.instead_id == Notification.id).label("stands_in"),
        exists().where(Fault.over_at.is_(None)).label("a_fault_stands"),
    )
    .where(Notification.id.in_(bindparam("pages", expanding=True)))
    .order_by(Notification.id)
    .options(joinedload(Notification.person, innerjoin=True))
    .with_for_update(of=Notification)
    .execution_options(populate_existing=True)
)
_PAGES_IF_FREE: Final = _PAGES.with_for_update(skip_locked=True, of=Notification)
"""Who holds several pages waits for no other: somebody who holds that one may be waiting for these."""


def _note(
    session: Session, several: Sequence[Taken], found: Mapping[str, Row[Notification, bool, bool]], *, at: datetime
) -> None:
    with rows.together(session):
        for taken in several:
            for page_id in taken.pages:
                outbox.accept(found[page_id].Notification, ref=taken.ref, at=at)
                _record(session, found[page_id].Notification, taken, at=at)
    if any(each.a_fault_stands for each in found.values()):
        for carrier, channel in {(taken.carrier, taken.channel) for taken in several}:
            faults.mended(session, carrier=carrier, channel=channel, at=at)


def _record(session: Session, page: Notification, taken: Taken, *, at: datetime) -> None:
    record(
        session,
        at=at,
        by="engine",
        action="page.accepted",
        about=f"person:{page.person.alias}",
        carrier=taken.carrier,
        channel=page.channel,
        notification=page.id,
        late_ms=min(int((at - page.due_at).total_seconds() * 1000), LARGEST - 1),
    )
