"""What is secret about a case: sealed on arrival, opened only for a reader, after the log took note.

Sealing needs the case's public key alone. Opening needs a private key that holds a grant; whoever
opens has committed the audit entry first (PRODUCT.md promise 9), which is why `reveal` and `opened`
are two steps and two transactions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, object_session

from app import rows
from app.cases import notes
from app.cases.facts import Approach, Content, Grant
from app.cases.models import Case
from app.cases.profile import Profile
from app.cases.queries import joined_into
from app.db import new_id
from app.errors import BadInput
from app.staff.models import Person
from app.vault.envelope import Binding, PrivateKey, PublicKey, open_box, seal
from app.vault.grants import open_grant
from app.vault.sealed import Sealed

Told = TypeVar("Told", Content, Profile)

NUMBERS = ("caller_number", "callback_number")
"""The kinds of content that are telephone numbers."""

REVEAL_REASONS = ("first_contact", "new_attempt", "agreed_call", "danger", "check_repeat", "supervision")


@dataclass(frozen=True)
class Opened:
    """One secret, readable. Shows nothing of itself in logs or tracebacks."""

    kind: str
    at: datetime
    channel: str
    text: str = field(repr=False)
    by: str = ""
    """Which colleague wrote it, for a note."""

    role: str = ""
    """What whoever told it said they were; empty for a note."""


@dataclass(frozen=True)
class Number:
    """A person's telephone number, readable, and the row that it stands in. Shows nothing of itself."""

    content_id: str
    e164: str = field(repr=False)


def keep(
    session: Session,
    case: Case,
    approach: Approach,
    *,
    kind: str,
    text: str,
    at: datetime,
    row: str = "",
    key: PublicKey | None = None,
) -> Content:
    """Seal a secret to the case's own `key` and keep it, in a row of this id, or of a random one.

    Whoever has the key at hand gives it: making it from the case's bytes is work while somebody waits.
    """
    row = row or new_id()
    key = key or PublicKey.from_bytes(case.key_id, case.public_key)
    box = seal(text.encode(), key, binding=_binding(row, case))
    return rows.write(
        session, Content, id=row, case_id=case.id, approach_id=approach.id, kind=kind, at=at, box=Sealed(box)
    )


def keep_profile(
    session: Session, case: Case, approach: Approach, text: str, *, at: datetime, key: PublicKey | None = None
) -> None:
    """Seal what else the person said, as `app.cases.profile` writes it down."""
    row = new_id()
    key = key or PublicKey.from_bytes(case.key_id, case.public_key)
    box = seal(text.encode(), key, binding=_binding(row, case, "case_profiles"))
    rows.write_unseen(session, Profile, id=row, case_id=case.id, approach_id=approach.id, at=at, box=Sealed(box))


def keep_note(session: Session, case: Case, text: str, *, by: Person, at: datetime) -> None:
    """Seal a note that a colleague wrote. That needs no key, and gives whoever wrote it none."""
    row = new_id()
    key = PublicKey.from_bytes(case.key_id, case.public_key)
    box = seal(text.encode(), key, binding=_binding(row, case, notes.TABLE))
    rows.write_unseen(session, notes.Note, id=row, case_id=case.id, by_id=by.id, at=at, box=Sealed(box))
    case.log("note.added", by=by.alias, at=at)


def latest(session: Session, approach: Approach, kind: str) -> Content | None:
    """The newest secret of one kind that this approach left, still sealed."""
    return session.scalar(
        select(Content)
        .where(Content.approach_id == approach.id, Content.kind == kind)
        .order_by(Content.at.desc())
        .limit(1)
    )


def reveal(case: Case, *, by: Person, because: str, at: datetime, action: str = "case.revealed") -> None:
    """Leave the entries that must be committed before anything is opened: one for each case whose secrets will show.

    `action` is `case.glass_broken` where the case is not the reader's.
    """
    if because not in REVEAL_REASONS:
        raise BadInput("Say why you need to see this: choose one of the reasons.")
    for one in _whole(case):
        one.log(action, by=by.alias, at=at, because=because)


def opened(session: Session, case: Case, reader: PrivateKey) -> list[Opened]:
    """Everything secret about the case and those joined into it, oldest first; of one moment always in one order, for
    what is decided on one of them is looked for there again."""
    found = [secret for one in _whole(case) for secret in _opened_of(session, one, reader)]
    return sorted(found, key=lambda secret: secret.at)


def number(session: Session, about: str, reader: PrivateKey) -> Number:
    """The one number that a permission is about. As with `opened`, the entry in the log was committed before."""
    content = session.get_one(Content, about)
    case = session.get_one(Case, content.case_id)
    key = _key_of(session, case, reader)
    return Number(about, open_box(content.box.box, key, binding=_binding(content.id, case)).decode())


def _whole(case: Case) -> list[Case]:
    """The case and those that go on as part of it."""
    session = object_session(case)
    return [case, *joined_into(session, case)] if session else [case]


def _opened_of(session: Session, case: Case, reader: PrivateKey) -> Iterator[Opened]:
    key = _key_of(session, case, reader)
    for told, channel, role in _with_channels(session, case, Profile):
        text = open_box(told.box.box, key, binding=_binding(told.id, case, "case_profiles")).decode()
        yield Opened(kind="profile", at=told.at, channel=channel, text=text, role=role)
    for content, channel, role in _with_channels(session, case, Content):
        text = open_box(content.box.box, key, binding=_binding(content.id, case)).decode()
        yield Opened(kind=content.kind, at=content.at, channel=channel, text=text, role=role)
    written = select(notes.Note).where(notes.Note.case_id == case.id).options(joinedload(notes.Note.by))
    for note in session.scalars(written.order_by(notes.Note.at, notes.Note.id)):
        text = open_box(note.box.box, key, binding=_binding(note.id, case, notes.TABLE)).decode()
        yield Opened(kind="note", at=note.at, channel="", text=text, by=note.by.alias)


def _with_channels(session: Session, case: Case, table: type[Told]) -> Sequence[tuple[Told, str, str]]:
    found = select(table, Approach.channel, Approach.role).join(Approach, Approach.id == table.approach_id)
    theirs = found.where(table.case_id == case.id).order_by(table.at, table.id)
    return [(row, channel, role) for row, channel, role in session.execute(theirs)]


def _key_of(session: Session, case: Case, reader: PrivateKey) -> PrivateKey:
    grant = session.get_one(Grant, (case.id, reader.key_id))
    return open_grant(grant.box.box, reader, case=case.id)


def _binding(row: str, case: Case, table: str = "case_contents") -> Binding:
    return Binding(table=table, column="box", row=row, case=case.id)
