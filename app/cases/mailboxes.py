"""The doors of a mailbox: the receipts that open one, what each of them shows, and the ticket that writes in one.

A mailbox has one receipt of its own (`returning.Mailbox`). A handler may hand one out over the telephone, which is good
for nothing but making the person's own; and the person may ask for one to give away under duress, behind which lies a
harmless mailbox that has nothing to do with the case. All are looked for in one question and opened alike.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, String, delete, exists, literal, or_, select, union_all, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import rows
from app.cases.facts import Grant
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.cases.returning import Mailbox
from app.db import Base, Ref
from app.staff.models import Person
from app.vault.envelope import PrivateKey
from app.vault.grants import grant
from app.vault.receipts import Door, WayBack
from app.vault.sealed import Sealed

HANDED_LASTS: Final = timedelta(days=14)
"""How long a receipt that a handler handed out waits to be exchanged for the person's own."""

TICKET_LASTS: Final = timedelta(hours=1)
"""How long somebody may write in a mailbox they have opened, without typing the receipt again."""

_TICKET_BYTES: Final = 32
_READERS: Final = "receipt-"
"""How the ids of mailboxes' keys begin."""


class Kind(StrEnum):
    """What a receipt is to its case."""

    OWN = "own"
    HANDED = "handed"
    DURESS = "duress"


class HandedReceipt(Base):
    """A handler made a receipt for the person. It dies when the person's own is used for the first time."""

    __tablename__ = "case_handed_receipts"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    locator: Mapped[int] = mapped_column(index=True)
    verifier: Mapped[str] = mapped_column(String(200))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    by_id: Mapped[Ref] = mapped_column(ForeignKey("staff_people.id"))


class DuressReceipt(Base):
    """A receipt to give away under duress, by the id of the key that follows from it. No grant is sealed to that key:
    it opens nothing of the case."""

    __tablename__ = "case_duress_receipts"

    key_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    locator: Mapped[int] = mapped_column(index=True)
    verifier: Mapped[str] = mapped_column(String(200))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


class Ticket(Base):
    """Leave to write in a mailbox for a while, by the digest (SHA-256) of what stands in the page. It reads nothing.

    `case_id` is empty where the receipt fitted nothing: nobody has that ticket, and a miss writes what a hit writes.
    `good_until` is a full quarter of an hour, so that it does not tell when somebody was here.
    """

    __tablename__ = "case_mailbox_tickets"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    case_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("cases.id"))
    duress: Mapped[bool]
    good_until: Mapped[datetime] = mapped_column(index=True)
    alarmed_at: Mapped[datetime | None]


class DuressAlarm(Base):
    """Somebody used a receipt that is given away under duress, and staff were told. To the quarter of an hour."""

    __tablename__ = "case_duress_alarms"

    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Place:
    """A door that a receipt may open: whose case, and what is behind it."""

    kind: Kind
    case_id: str
    made_at: datetime
    door: Door

    def is_shut(self, at: datetime) -> bool:
        """Whether its time is over; it is then answered as if it had never been."""
        return self.kind is Kind.HANDED and at - self.made_at >= HANDED_LASTS


def places_at(session: Session, *locators: int) -> list[Place]:
    """Everything a receipt's locators point at, the oldest first; nearly always nothing or one. There is a locator for
    each generation of the index key."""
    columns = ("case_id", "made_at", "verifier", "salt")
    found = union_all(
        *(
            select(literal(kind.value).label("kind"), *(getattr(table, name) for name in columns)).where(
                table.locator.in_(locators)
            )
            for kind, table in _TABLES.items()
        )
    ).order_by("made_at")
    return [
        Place(Kind(row.kind), row.case_id, row.made_at, Door(row.verifier, bytes(row.salt)))
        for row in session.execute(found)
    ]


def issue(session: Session, place: Place | None, *, at: datetime) -> str:
    """A new ticket, written down by its digest; for a receipt that fits nothing one that is good for nothing."""
    ticket = secrets.token_urlsafe(_TICKET_BYTES)
    rows.write_unseen(
        session,
        Ticket,
        digest=_digest(ticket),
        case_id=place.case_id if place else None,
        duress=place is not None and place.kind is Kind.DURESS,
        good_until=quarter(at) + TICKET_LASTS,
        alarmed_at=None,
    )
    return ticket


def ticket(session: Session, shown: str, *, at: datetime) -> Ticket | None:
    """The ticket that a page carried, while it is good."""
    found = select(Ticket).where(Ticket.digest == _digest(shown), Ticket.good_until > at, Ticket.case_id.is_not(None))
    return session.scalar(found)


def opens_still(session: Session, case_id: str, key_id: str) -> bool:
    """Whether a receipt with this key is still the case's: one may have been handed out since it was tried."""
    granted = exists().where(Grant.case_id == case_id, Grant.reader == key_id)
    for_duress = exists().where(DuressReceipt.case_id == case_id, DuressReceipt.key_id == key_id)
    return bool(session.scalar(select(or_(granted, for_duress))))


def sweep(session: Session, *, at: datetime) -> None:
    """Forget tickets whose time is over, unless somebody has to be told of them first."""
    over = Ticket.good_until <= at, (~Ticket.duress) | Ticket.alarmed_at.is_not(None)
    session.execute(delete(Ticket).where(*over))


def quarter(at: datetime) -> datetime:
    """The quarter of an hour that a moment lies in, at its end: no nearer is it written down when somebody was here."""
    begun = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
    return begun + timedelta(minutes=15)


def shut_others(session: Session, case_id: str, reader: str) -> None:
    """The person's own receipt was used: one that was handed out dies, and so does every key but this one."""
    session.execute(delete(HandedReceipt).where(HandedReceipt.case_id == case_id))
    others = Grant.reader.startswith(_READERS), Grant.reader != reader
    session.execute(delete(Grant).where(Grant.case_id == case_id, *others))


def _shut_all(session: Session, cases: Sequence[str], *, at: datetime) -> None:
    """No receipt opens a mailbox of these cases any more, whoever has one, and nobody writes there."""
    for table in (Mailbox, HandedReceipt, DuressReceipt):
        session.execute(delete(table).where(table.case_id.in_(cases)))
    session.execute(delete(Grant).where(Grant.case_id.in_(cases), Grant.reader.startswith(_READERS)))
    session.execute(update(Ticket).where(Ticket.case_id.in_(cases), Ticket.good_until > at).values(good_until=at))


def hand_out(session: Session, case: Case, back: WayBack, key: PrivateKey, *, by: Person, at: datetime) -> None:
    """A receipt that a handler made: from now on the only one of the whole, and good for making the person's own."""
    _shut_all(session, ids_of_whole(session, case), at=at)
    door = {"locator": back.locator, "verifier": back.verifier, "salt": back.salt}
    rows.write_unseen(session, HandedReceipt, case_id=case.id, **door, made_at=at, by_id=by.id)
    _grant(session, case.id, back, key)
    case.log("mailbox.handed", by=by.alias, at=at)


def exchange(session: Session, case_id: str, back: WayBack, key: PrivateKey, *, keeping: str, at: datetime) -> None:
    """The person's own receipt, in the place of one that was handed out. The handed one, whose key's id is `keeping`,
    dies when this one is first used: if the page that shows it is lost, the person starts again."""
    session.execute(delete(Mailbox).where(Mailbox.case_id == case_id))
    others = Grant.reader.startswith(_READERS), Grant.reader != keeping
    session.execute(delete(Grant).where(Grant.case_id == case_id, *others))
    door = {"locator": back.locator, "verifier": back.verifier, "salt": back.salt}
    rows.write_unseen(session, Mailbox, case_id=case_id, **door, made_at=at)
    _grant(session, case_id, back, key)


def keep_for_duress(session: Session, place: Place, at_place: int, door: Door, key_id: str, *, at: datetime) -> None:
    """A receipt to give away under duress, for whoever came in by this place. Asked for again it is the same one."""
    kept = {"locator": at_place, "verifier": door.verifier, "salt": door.salt, "made_at": at}
    rows.write_if_new(session, DuressReceipt, unique="key_id", key_id=key_id, case_id=place.case_id, **kept)


def _grant(session: Session, case_id: str, back: WayBack, key: PrivateKey) -> None:
    box = Sealed(grant(key, back.key, case=case_id))
    rows.write_unseen(session, Grant, case_id=case_id, reader=back.key.key_id, box=box)


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


_TABLES: Final[dict[Kind, type[Mailbox | HandedReceipt | DuressReceipt]]] = {
    Kind.OWN: Mailbox,
    Kind.HANDED: HandedReceipt,
    Kind.DURESS: DuressReceipt,
}
