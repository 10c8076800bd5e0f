"""Keeps the roster beside a carrier's process while the database can be reached, and notices when it cannot.

All of it happens beside the calls, in a thread of its own: what goes wrong here is logged, and stops no call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import DygnetError, Misconfigured
from app.intake.away.afterwards import write_down
from app.intake.away.meanwhile import Meanwhile
from app.intake.away.roster import KeptRoster, roster_of
from app.intake.away.route import cannot_be_used
from app.intake.line import Line
from app.logs import Log
from app.remembered import edition_of
from app.vault.beside import NothingBeside, SealedFile

LOOKS_EVERY: Final = 10.0
LOOKS_AGAIN: Final = 2.0
"""Real seconds between two looks at the database; and while it is away."""

AT_LEAST_EVERY: Final = timedelta(hours=1)
"""How old the roster may become though nobody changes it."""

TOO_OLD: Final = 2 * AT_LEAST_EVERY
"""Then something is wrong with whoever keeps it."""

_log = Log("intake")


class NotOurs(DygnetError):
    """The kept file opens, and holds something else than a roster."""


def read_back(file: SealedFile) -> KeptRoster:
    """The roster that was kept last. NothingBeside or NotOurs when there is none that can be used."""
    try:
        return KeptRoster.model_validate_json(file.read())
    except ValidationError:
        raise NotOurs(f"{file.path} was written by another version") from None


@dataclass
class Keeper:
    """One for each carrier's process. The processes of one machine share the file; each writes it whole."""

    db: Database
    line: Line = field(repr=False)
    meanwhile: Meanwhile
    file: SealedFile = field(repr=False)
    owed: list[Callable[[], None]] = field(default_factory=list)
    """What could not be written down at the start because the database was away."""

    _written: tuple[str, datetime, str] | None = None
    """The edition, the moment and the key of what stands in the file by our own hand."""

    _has_complained: bool = False

    def read_back(self) -> None:
        """Begin with what the last process left."""
        try:
            roster = read_back(self.file)
        except (NothingBeside, NotOurs) as problem:
            _log.info("no roster is kept beside this process yet", kind=type(problem).__name__)
            return
        self.meanwhile.keep(roster)
        age = self.meanwhile.clock.now() - roster.made_at
        if age > TOO_OLD:
            _log.warning("the roster that was kept last is old", seconds=round(age.total_seconds()))

    def look(self) -> None:
        """Keep the roster as it is now, and take in whoever called while it could not be read."""
        at = self.meanwhile.clock.now()
        try:
            with self.db.reading() as session:
                roster = self._renewed(session, at=at)
            if self.meanwhile.is_remembered_away:
                self._insist_on_writing()
            self.meanwhile.found_back()
            self._make_good()
            write_down(self.db, self.line, self.meanwhile, at=at)
        except Misconfigured as problem:
            if not self._has_complained:
                _log.warning("there is no roster to keep", kind=type(problem).__name__)
            self._has_complained = True
        except Exception as problem:
            if not cannot_be_used(problem):
                raise
            self.meanwhile.found_away(problem, at=at)
        else:
            if roster:
                self.meanwhile.keep(roster)
                self._write(roster)

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Looks at once and then again and again, until the block ends."""
        over = threading.Event()
        looking = threading.Thread(target=self._look_on, args=(over,), name="kept roster", daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join(timeout=LOOKS_EVERY)

    def _look_on(self, over: threading.Event) -> None:
        while True:
            try:
                self.look()
            except Exception as problem:  # noqa: BLE001 - whatever it is, the next look may be luckier
                _log.error("the roster could not be looked at", problem=problem)
            if over.is_set():
                return
            over.wait(LOOKS_AGAIN if self.meanwhile.is_remembered_away else LOOKS_EVERY)
            if over.is_set() and not self.meanwhile.unwritten():
                return

    def _renewed(self, session: Session, *, at: datetime) -> KeptRoster | None:
        """The roster, where what is kept is not it any more, or is old."""
        if self._written:
            edition, made_at, key_id = self._written
            is_same = edition == edition_of(session) and key_id == self.file.key_id and self.file.path.exists()
            if is_same and timedelta(0) <= at - made_at < AT_LEAST_EVERY:
                return None
        return roster_of(session, self.line.directory, at=at)

    def _make_good(self) -> None:
        """Write down what is owed. What cannot be for a reason of its own is owed no longer: callers wait behind it."""
        while self.owed:
            try:
                self.owed[0]()
            except Exception as problem:
                if cannot_be_used(problem):
                    raise
                _log.error("what the start owed could not be written down", problem=problem)
            del self.owed[0]

    def _insist_on_writing(self) -> None:
        """A database that can be read and not written to is as good as away."""
        with self.db.transaction() as session:
            session.connection().exec_driver_sql("UPDATE edition SET id = id")

    def _write(self, roster: KeptRoster) -> None:
        try:
            self.file.write(roster.model_dump_json().encode())
        except OSError as problem:
            if not self._has_complained:
                _log.error("the roster cannot be kept beside this process (KEPT_ROSTER)", problem=problem)
            self._has_complained = True
            return
        self._has_complained = False
        self._written = roster.edition, roster.made_at, self.file.key_id
