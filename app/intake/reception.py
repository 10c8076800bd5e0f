"""The one way in: a call, a text or a form becomes a case, or joins one. Safe to call twice.

In one transaction: the case with its own key, its deadline, its first escalation, what is secret
(sealed), and the entry in the log. The case's private key exists here for the blink in which it is
sealed to those who may read; this process can open nothing afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.cases import contents, queries
from app.cases.facts import Approach as Row
from app.cases.facts import Grant
from app.cases.models import Case
from app.cases.permissions import Hours
from app.cases.returning import Mailbox, RepeatTag
from app.db import one_at_a_time
from app.escalation.opening import begin
from app.programme.apply import current
from app.vault.envelope import PublicKey
from app.vault.grants import grant, new_case_key
from app.vault.index import WaitingIndex, short_tag
from app.vault.receipts import Receipt, door_for, locator, mailbox_key
from app.vault.sealed import Sealed


@dataclass(frozen=True)
class Callback:
    """How the person wants to be reached: `none` means they come back themselves."""

    wish: Literal["call", "sms", "none"]
    number: str | None = field(repr=False)
    hours: Literal["any", "day", "evening", "night"] = "any"


@dataclass(frozen=True)
class WayBack:
    """A reporter's receipt made ready for keeping: a verifier, a locator, and the public key of the mailbox."""

    locator: int
    verifier: str = field(repr=False)
    salt: bytes = field(repr=False)
    key: PublicKey = field(repr=False)


@dataclass(frozen=True)
class Approach:
    """What came in. `source` is the carrier's id of the call or text, or the form's own mark: the same is the same.

    `number` is the caller's own by the carrier's word (E.164), or None when it is withheld. A number somebody
    typed belongs in `callback`: it is a claim, and is never joined to a case by itself.
    """

    channel: Literal["phone", "sms", "form"]
    source: str
    language: str
    number: str | None = field(default=None, repr=False)
    role: Literal["self", "relative", "professional", "unknown"] = "unknown"
    message: str | None = field(default=None, repr=False)
    danger: bool = False
    callback: Callback | None = None
    way_back: WayBack | None = None


@dataclass(frozen=True)
class Desk:
    """What a door needs to receive: public keys, and how a repeat caller is recognised. It can open nothing."""

    rota: PublicKey
    index_key: bytes = field(repr=False)
    waiting: WaitingIndex = field(default_factory=WaitingIndex, repr=False)


@dataclass(frozen=True)
class Received:
    """Where an approach ended up."""

    case_id: str
    approach_id: str
    reference: str
    is_new: bool


def receive(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Received:
    """Take an approach in. The same `source` again changes nothing and gets the same answer.

    The same number again while its case waits for first contact joins that case, whose clock stays as it is.
    """
    one_at_a_time(session, approach.source)
    if known := queries.approach_from(session, approach.source):
        return _received(queries.locked(session, known.case_id), known, is_new=False)
    case = _waiting_case_of(session, desk, approach, at=at)
    is_new = case is None
    if case is None:
        case = _open(session, desk, approach, at=at)
    row = _write(session, desk, case, approach, at=at)
    if is_new:
        begin(session, case, current(session).routine, at=at)
    else:
        case.log("case.joined", by="caller", at=at, channel=approach.channel)
    return _received(case, row, is_new=is_new)


def way_back(desk: Desk, receipt: Receipt) -> WayBack:
    """Make a receipt ready for keeping. Slow on purpose (Argon2id): never inside a transaction."""
    door = door_for(receipt)
    return WayBack(
        locator=locator(desk.index_key, receipt),
        verifier=door.verifier.phc,
        salt=door.salt,
        key=mailbox_key(receipt, door.salt).public,
    )


def _received(case: Case, row: Row, *, is_new: bool) -> Received:
    return Received(case_id=case.id, approach_id=row.id, reference=case.reference, is_new=is_new)


def _waiting_case_of(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Case | None:
    if approach.number is None:
        return None
    one_at_a_time(session, desk.waiting.tag(approach.number, at=at).hex())
    tags = desk.waiting.tags(approach.number, at=at)
    case = queries.waiting_with_tag(session, tags)
    return queries.locked(session, case.id) if case else None


def _open(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Case:
    key = new_case_key()
    within = current(session).routine.first_contact_within
    case = Case.open(session, at=at, within=within, key_id=key.key_id, public_key=key.public.raw)
    readers = [desk.rota, approach.way_back.key] if approach.way_back else [desk.rota]
    session.add_all(
        Grant(case_id=case.id, reader=reader.key_id, box=Sealed(grant(key, reader, case=case.id))) for reader in readers
    )
    if approach.way_back:
        _make_mailbox(session, case, approach.way_back, at=at)
    return case


def _make_mailbox(session: Session, case: Case, back: WayBack, *, at: datetime) -> None:
    session.add(Mailbox(case_id=case.id, locator=back.locator, verifier=back.verifier, salt=back.salt, made_at=at))
    case.log("mailbox.opened", by="caller", at=at)


def _write(session: Session, desk: Desk, case: Case, approach: Approach, *, at: datetime) -> Row:
    row = Row(
        case_id=case.id,
        at=at,
        channel=approach.channel,
        source=approach.source,
        role=approach.role,
        language=approach.language,
        withheld=approach.channel != "form" and approach.number is None,
    )
    session.add(row)
    session.flush()
    case.log("approach.received", by="caller", at=at, channel=approach.channel)
    _keep_secrets(session, desk, case, row, approach, at=at)
    if approach.danger:
        case.mark_danger(by="caller", at=at)
    return row


def _keep_secrets(session: Session, desk: Desk, case: Case, row: Row, approach: Approach, *, at: datetime) -> None:
    callback = approach.callback
    if approach.number:
        contents.keep(session, case, row, kind="caller_number", text=approach.number, at=at)
        _remember(session, desk, case, approach.number, full=desk.waiting.tag(approach.number, at=at))
    if approach.message:
        contents.keep(session, case, row, kind="message", text=approach.message, at=at)
    if callback and callback.number:
        about = contents.keep(session, case, row, kind="callback_number", text=callback.number, at=at)
        _remember(session, desk, case, callback.number, full=None)
        permit(case, callback.wish, Hours(callback.hours), content_id=about.id, at=at)
    elif callback:
        permit(case, callback.wish, Hours(callback.hours), content_id=None, at=at)


def _remember(session: Session, desk: Desk, case: Case, number: str, *, full: bytes | None) -> None:
    session.add(RepeatTag(case_id=case.id, full=full, short=short_tag(desk.index_key, number)))


def permit(case: Case, wish: str, hours: Hours, *, content_id: str | None, at: datetime) -> None:
    """Write down both answers: what was asked for is allowed, the other is not."""
    for channel in ("call", "sms"):
        case.permit(channel, allowed=wish == channel, hours=hours, by="caller", at=at, content_id=content_id)
