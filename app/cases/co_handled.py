"""The part of a case that says which colleagues work on it besides its holder. What that means: `co_handling.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Mapped, declared_attr, relationship

from app import rows
from app.cases import co_handling
from app.cases.co_handling import CoHandling
from app.cases.facts import FirstContact, Hold
from app.cases.permitting import Permitting
from app.errors import BadInput
from app.rows import session_of
from app.staff.models import Person


class CoHandled(Permitting):
    """A case with the colleagues who were brought in, by whom, why and until when."""

    __abstract__ = True

    @declared_attr
    def co_handlings(cls) -> Mapped[list[CoHandling]]:  # noqa: N805 - it is the class's
        """Everybody who ever was, the oldest first."""
        return relationship(order_by="CoHandling.at")

    @property
    def co_handlers(self) -> list[CoHandling]:
        """Those that nothing has ended; that the case is over ends them too, which the case itself knows."""
        return [one for one in self.co_handlings if one.end is None]

    @property
    def co_handler_ids(self) -> frozenset[str]:
        """Who they are."""
        return frozenset(one.person_id for one in self.co_handlers)

    def own_contact(self, first: FirstContact | None, holds: Sequence[Hold]) -> Person | None:
        """Who made first contact, unless they did it as a co-handler for whoever held the case then. What has become of
        that hold since makes it nobody else's: the case goes on to the next, and a co-handler's time ends as it did."""
        if first is None:
            return None
        beside = any(one.person_id == first.by_id and one.covers(first.at) for one in self.co_handlings)
        return None if beside and any(hold.covers(first.at) for hold in holds) else first.by

    def bring_in(
        self, person: Person, *, by: Person, at: datetime, until: datetime, because: str, team: str | None = None
    ) -> bool:
        """Have somebody work on it too, `until` a moment. False when they do already.

        BadInput for a time that is over or longer than `LONGEST`. Whoever calls has made sure that they may.
        """
        if not at < until <= at + co_handling.LONGEST:
            raise BadInput("Say until which day: one that is ahead, and not further than 90 days.")
        if any(one.person_id == person.id for one in self.co_handlers):
            return False
        told = {"person_id": person.id, "at": at, "until": until, "because": because, "by_id": by.id, "team": team}
        rows.write(session_of(self), CoHandling, case_id=self.id, **told)
        session_of(self).expire(self, ["co_handlings"])
        self.log("co_handler.added", by=by.alias, at=at, because=because, to=person.alias, until=until.isoformat())
        return True

    def let_go(self, person_id: str, *, by: str, at: datetime, because: str) -> bool:
        """They work on it no more. False when they did not."""
        theirs = [one for one in self.co_handlers if one.person_id == person_id]
        ended = [co_handling.end(session_of(self), one, by=by, at=at, because=because) for one in theirs]
        for one in theirs if any(ended) else ():
            self.log("co_handler.ended", by=by, at=at, because=because, to=one.person.alias)
        return any(ended)
