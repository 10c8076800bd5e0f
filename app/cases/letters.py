"""Letters between a handler and a person who has a receipt, each sealed to the case's own key.

Whoever writes needs no key that opens: neither the public face nor the person's browser could read a letter back. Staff
read with the rota key, the person with the key that follows from their receipt; both hold a grant of the case's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from app import rows
from app.cases.facts import Grant
from app.cases.models import Case
from app.cases.queries import going_on, ids_of_whole, joined_into
from app.cases.returning import Mailbox
from app.db import Base, Id, Ref, new_id
from app.staff.models import Person
from app.vault.envelope import Binding, CannotOpen, PrivateKey, PublicKey, open_box, seal
from app.vault.grants import open_grant
from app.vault.sealed import Sealed, SealedBox

LONGEST: Final = 4_000
"""Characters in one letter, from either side. The page says so before anyone writes."""

_BY_MAIL: Final = "mailbox"
_WORD, _BY_HANDLER = "mailbox", "handler"
"""By whose word first contact is made here: the person's own answer, or no more than the handler's."""


class Letter(Base):
    """One letter. `by` is the handler who wrote it, or nobody: then the person did, and `duress` says that they came in
    by a receipt that is given away under duress. `source` is one for each time that something was meant to be sent."""

    __tablename__ = "case_letters"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    by_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("staff_people.id"))
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(64), unique=True)
    duress: Mapped[bool]
    box: Mapped[Sealed] = mapped_column(SealedBox)

    by: Mapped[Person | None] = relationship()
    read: Mapped[LetterRead | None] = relationship()


class LetterRead(Base):
    """A letter was shown to the other side for the first time; `at` is a full hour when that was the person."""

    __tablename__ = "case_letters_read"

    letter_id: Mapped[Ref] = mapped_column(ForeignKey("case_letters.id"), primary_key=True)
    at: Mapped[datetime]


class TakenBack(Base):
    """The person takes the request back. It stops no clock: the handler sees it, and decides."""

    __tablename__ = "case_taken_back"

    id: Mapped[Id]
    case_id: Mapped[Ref] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(64), unique=True)
    duress: Mapped[bool]


@dataclass(frozen=True)
class Words:
    """A letter, readable. Shows nothing of itself in tracebacks."""

    at: datetime
    by: str
    """The alias of the handler who wrote it; empty: the person."""

    duress: bool
    read_at: datetime | None
    text: str = field(repr=False)


def write(
    session: Session, case: Case, text: str, *, by: Person | None, source: str, at: datetime, duress: bool = False
) -> Letter | None:
    """Seal a letter and keep it, once for each `source`: None when it is kept already."""
    row = new_id()
    key = PublicKey.from_bytes(case.key_id, case.public_key)
    box = Sealed(seal(text.encode(), key, binding=_binding(row, case.id)))
    by_id = by.id if by else None
    kept = {"case_id": case.id, "by_id": by_id, "at": at, "source": source, "duress": duress, "box": box}
    letter = rows.write_if_new(session, Letter, unique="source", id=row, **kept)
    if letter:
        case.log("mailbox.written", by=by.alias if by else "caller", at=at)
    return letter


def answer_to(session: Session, case: Case, *, at: datetime) -> None:
    """The person has answered: contact, when a handler had written and the person had read it (PRODUCT.md section 2.3).

    `case` is the one with the mailbox, locked; the contact is recorded in the one it goes on as part of. Behind a
    receipt that a handler handed out it counts by the handler's word: they could have opened, read and answered.
    """
    last = _last(session, case, (Letter.by_id.is_not(None), Letter.id.in_(select(LetterRead.letter_id))))
    whole = going_on(session, case.id)
    if last is None or last.by is None or whole.closure:
        return
    if not any(one.channel == _BY_MAIL and one.at >= last.at for one in whole.attempts):
        word = _WORD if _is_their_own(session, case) else _BY_HANDLER
        whole.record_attempt(by=last.by, at=at, channel=_BY_MAIL, outcome="reached", word=word)


def take_back(session: Session, case: Case, *, source: str, at: datetime, duress: bool) -> bool:
    """Write down that the person takes the request back; they may not be sought any more. False: it is known.

    Under duress nothing follows from it.
    """
    kept = {"id": new_id(), "case_id": case.id, "at": at, "duress": duress}
    if rows.write_if_new(session, TakenBack, unique="source", source=source, **kept) is None:
        return False
    case.log("case.taken_back", by="caller", at=at)
    whole = going_on(session, case.id)
    for one in () if duress else (whole, *joined_into(session, whole)):
        for channel in filter(one.allows, ("call", "sms", "voicemail")):
            one.withdraw(channel, by="caller", at=at, because="withdrawn")
    return True


def letters_of(session: Session, cases: Sequence[str]) -> Sequence[Letter]:
    """Every letter of these cases, both sides', the oldest first."""
    found = select(Letter).where(Letter.case_id.in_(cases)).order_by(Letter.at, Letter.id)
    return session.scalars(found.options(joinedload(Letter.by), joinedload(Letter.read))).all()


def taken_back_by(session: Session, cases: Sequence[str]) -> Sequence[TakenBack]:
    """Every time that the person took the request back, the oldest first."""
    return session.scalars(select(TakenBack).where(TakenBack.case_id.in_(cases)).order_by(TakenBack.at)).all()


def with_mailbox(session: Session, case: Case) -> list[Case]:
    """The cases of this whole that somebody can open with a receipt."""
    found = select(Case).join(Mailbox, Mailbox.case_id == Case.id).where(Case.id.in_(ids_of_whole(session, case)))
    return list(session.scalars(found))


def opened(session: Session, letters: Sequence[Letter], reader: PrivateKey) -> list[Words]:
    """The letters, readable by whoever holds a grant of their case's key."""
    keys = {case_id: case_key(session, case_id, reader) for case_id in {letter.case_id for letter in letters}}
    return [
        Words(
            at=letter.at,
            by=letter.by.alias if letter.by else "",
            duress=letter.duress,
            read_at=letter.read.at if letter.read else None,
            text=open_box(letter.box.box, keys[letter.case_id], binding=_binding(letter.id, letter.case_id)).decode(),
        )
        for letter in letters
    ]


def open_in_vain(session: Session, case_id: str, reader: PrivateKey) -> None:
    """The work of opening a letter, for a key that is granted none: how long a page takes says nothing."""
    session.get(Grant, (case_id, reader.key_id))
    place = _binding("none", case_id)
    open_box(seal(b"", reader.public, binding=place), reader, binding=place)


def note_read(session: Session, letters: Sequence[Letter], *, at: datetime) -> None:
    """They were shown to the other side, those for the first time that were not before."""
    for letter in letters:
        if letter.read is None:
            rows.write_if_new(session, LetterRead, unique="letter_id", letter_id=letter.id, at=at)


def case_key(session: Session, case_id: str, reader: PrivateKey) -> PrivateKey:
    """The case's key, for whoever holds a grant of it. CannotOpen once that is gone: the case was forgotten."""
    grant = session.get(Grant, (case_id, reader.key_id))
    if grant is None:
        raise CannotOpen("nobody is granted this case's key any more")
    return open_grant(grant.box.box, reader, case=case_id)


def _is_their_own(session: Session, case: Case) -> bool:
    """Whether nobody but the person saw the receipt: the case began with it, and none was handed out since."""
    box = session.get(Mailbox, case.id)
    return box is not None and box.made_at == case.opened_at


def _last(session: Session, case: Case, conditions: tuple[ColumnElement[bool], ...]) -> Letter | None:
    found = select(Letter).where(Letter.case_id == case.id, *conditions)
    return session.scalar(found.order_by(Letter.at.desc()).limit(1))


def _binding(row: str, case_id: str) -> Binding:
    return Binding(table="case_letters", column="box", row=row, case=case_id)
