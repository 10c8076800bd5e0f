"""The page about the key to cases: who holds it, who waits for it, and how far its replacement has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from app.console.doors import SignedIn
from app.console.paper import paper_for
from app.console.site import Site
from app.keys.ages import SETTLES
from app.keys.models import KeyGeneration
from app.keys.replacing import Older, in_use, older
from app.staff import keys
from app.vault.staff_keys import ROTA

HERE: Final = "/console/keys"


@dataclass(frozen=True)
class Replacement:
    """How far it has come, and what can be done next. Nothing in it opens anything."""

    roll: Sequence[tuple[str, str]]
    """Who would be given a new key, by alias, and the digits of each."""

    mark: str
    """What the form carries of that, so that nobody else is given it."""

    older: Sequence[Older]
    """Generations that are not destroyed yet; none: no replacement is going on."""

    has_settled: bool
    """Whether every process has surely seen the new key."""

    @property
    def left(self) -> int:
        """How many cases are still sealed to an older key."""
        return sum(one.left for one in self.older)


def replacement(session: Session, site: Site, *, at: datetime) -> Replacement:
    """As it stands for whoever holds the key."""
    current, roll = in_use(session, site.keyring.public(ROTA).key_id), keys.roll(session)
    made = session.get(KeyGeneration, current)
    return Replacement(
        roll=[(person.alias, digits) for person, digits in roll],
        mark=keys.mark_of(roll),
        older=older(session, current),
        has_settled=made is None or at - made.at >= SETTLES,
    )


def keys_page(
    site: Site, who: SignedIn, *, at: datetime, mistake: str = "", about: str = "", goes_on: bool = False
) -> HTMLResponse:
    """The page. `about`: whom, or which part of the page, a mistake is about; `goes_on`: the next portion follows by
    itself, where the browser runs scripts."""
    with site.db.reading() as session:
        paper = paper_for(session, site, who, at=at)
        found = replacement(session, site, at=at) if paper.keys and paper.keys.holds_any else None
        status = 422 if mistake else 200
        return paper.show("keys", status=status, mistake=mistake, about=about, replacement=found, goes_on=goes_on)
