"""What somebody finds behind a receipt, and what it leaves behind: as little as can be.

Every knock takes the same way, whatever it hits: one question for the doors at its place, the same slow comparisons
outside any transaction, and one transaction that writes as many rows. What is behind a receipt for duress looks like a
mailbox and has nothing to do with the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.audit.log import record
from app.cases import letters, mailboxes
from app.cases.letters import Letter
from app.cases.mailboxes import Kind, Place
from app.cases.models import Case
from app.cases.queries import locked, that_goes_on
from app.db import Database
from app.intake.reception import Desk, way_back
from app.nudge import wanted
from app.vault.envelope import PrivateKey
from app.vault.receipts import Receipt, duress_receipt, knock, locator, new_receipt

ANSWERED_AFTER: Final = timedelta(hours=1)
"""How long after it was made a mailbox for duress seems to have been answered, at least."""

_UNTIL: Final = 300
"""Minutes more, drawn with its key: an answer that always came after the same time would say what it is."""


@dataclass(frozen=True)
class Shown:
    """One letter on the page: ours in full, the person's own only that they wrote it, and when."""

    at: datetime
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class Inside:
    """What the page of an open mailbox shows. `decoy`: which of the harmless answers, where there is nothing real."""

    ticket: str = field(repr=False)
    received_at: datetime
    standing: str
    """`waiting`, `taken`, `reached` or `over`."""

    letters: Sequence[Shown]
    taken_back_at: datetime | None
    decoy: int | None = field(default=None, repr=False)


@dataclass(frozen=True, repr=False)
class Found:
    """A door that a receipt opens, and the key that follows from the receipt."""

    place: Place
    key: PrivateKey


def find(db: Database, desk: Desk, receipt: Receipt, *, at: datetime) -> Found | None:
    """Which door the receipt opens. What is shut by now is tried like the others, and then was never there."""
    with db.reading() as session:
        places = mailboxes.places_at(session, *(locator(key, receipt) for key in desk.index_keys))
    opened = knock(receipt, [place.door for place in places])
    if opened is None or places[opened[0]].is_shut(at):
        return None
    return Found(places[opened[0]], opened[1])


def look(db: Database, found: Found | None, *, at: datetime) -> Inside | None:
    """What is inside, for the holder of this receipt, or None. That they looked is noted before it is told."""
    with db.transaction() as session:
        found = _still_open(session, found)
        ticket = enter(session, found, "mailbox.read", at=at)
        case_id = found.place.case_id if found else ""
        case = _case(session, case_id)
        everything = letters.letters_of(session, [case_id])
        backs = letters.taken_back_by(session, [case_id])
        if found is None or case is None:
            return None
        if found.place.kind is Kind.DURESS:
            inside = _decoy(found.place, ticket, everything, backs, at=at)
            if inside.decoy is not None:
                letters.open_in_vain(session, case_id, found.key)
            return inside
        mine = [letter for letter in everything if not letter.duress]
        shown = _shown(session, mine, found)
        letters.note_read(session, [letter for letter in mine if letter.by_id], at=_hour(at))
        back = max((one.at for one in backs if not one.duress), default=None)
        return Inside(ticket, found.place.made_at, _standing(session, case), shown, back)


def exchange(db: Database, desk: Desk, found: Found, *, at: datetime) -> Receipt | None:
    """The person's own receipt for one that was handed out; nothing else is shown before it has been used. None: it was
    used meanwhile, or another was handed out."""
    own = new_receipt()
    back = way_back(desk, own)
    with db.transaction() as session:
        locked(session, found.place.case_id)
        if _still_open(session, found) is None:
            return None
        enter(session, found, "mailbox.changed", at=at)
        key = letters.case_key(session, found.place.case_id, found.key)
        mailboxes.exchange(session, found.place.case_id, back, key, keeping=found.key.key_id, at=at)
    return own


def confirm(db: Database, desk: Desk, found: Found | None, *, for_duress: bool, at: datetime) -> Receipt | None:
    """They have typed their receipt once more. Returns one to give away under duress, if they asked for one."""
    spare = duress_receipt(found.key) if found and for_duress else None
    with db.transaction() as session:
        found = _still_open(session, found)
        enter(session, found, "mailbox.confirmed", at=at)
        if found and spare:
            receipt, door, key_id = spare
            place = locator(desk.index_key, receipt)
            mailboxes.keep_for_duress(session, found.place, place, door, key_id, at=at)
    return spare[0] if found and spare else None


def _still_open(session: Session, found: Found | None) -> Found | None:
    """It, unless its door was shut while it was tried: then it is answered as if it had never been."""
    case_id, key_id = (found.place.case_id, found.key.key_id) if found else ("", "")
    return found if mailboxes.opens_still(session, case_id, key_id) else None


def enter(session: Session, found: Found | None, action: str, *, at: datetime) -> str:
    """Note in the log that a receipt was used, or tried; returns the ticket to write with."""
    ticket = mailboxes.issue(session, found.place if found else None, at=at)
    is_own = found is not None and found.place.kind is Kind.OWN
    mailboxes.shut_others(session, found.place.case_id if found and is_own else "", found.key.key_id if found else "")
    about = session.scalar(select(Case.pseudonym).where(Case.id == (found.place.case_id if found else ""))) or ""
    outcome, action = ("done", action) if found else ("refused", "mailbox.failed")
    record(session, at=at, by="caller", action=action, about=about, outcome=outcome)
    wanted(session)
    return ticket


def _case(session: Session, case_id: str) -> Case | None:
    whole = joinedload(Case.holds), joinedload(Case.first_contact), joinedload(Case.closure), joinedload(Case.join)
    return session.scalars(select(Case).where(Case.id == case_id).options(*whole)).unique().one_or_none()


def _standing(session: Session, case: Case) -> str:
    whole = that_goes_on(session, case)
    if whole.closure:
        return "over"
    return "reached" if whole.first_contact else "taken" if whole.hold else "waiting"


def _shown(session: Session, mine: Sequence[Letter], found: Found) -> list[Shown]:
    opened = letters.opened(session, mine, found.key)
    return [Shown(words.at, words.text if words.by else None) for words in opened]


def _decoy(
    place: Place, ticket: str, everything: Sequence[Letter], backs: Sequence[letters.TakenBack], *, at: datetime
) -> Inside:
    """As a mailbox looks whose matter was small, and answered long ago."""
    drawn = int.from_bytes(place.door.salt[1:3]) % _UNTIL
    answered_at = place.made_at + ANSWERED_AFTER + timedelta(minutes=drawn, seconds=place.door.salt[3] % 60)
    theirs = [Shown(letter.at, None) for letter in everything if letter.duress]
    if at < answered_at:
        return Inside(ticket, place.made_at, "waiting", theirs, _last_under_duress(backs))
    seen = sorted([Shown(answered_at, ""), *theirs], key=lambda one: one.at)
    return Inside(ticket, place.made_at, "taken", seen, _last_under_duress(backs), decoy=place.door.salt[0])


def _last_under_duress(backs: Sequence[letters.TakenBack]) -> datetime | None:
    return max((one.at for one in backs if one.duress), default=None)


def _hour(at: datetime) -> datetime:
    """The full hour: that somebody read is news, the minute at which they sat with their telephone is not ours."""
    return at.replace(minute=0, second=0, microsecond=0)
