"""The one way in: a call, a text or a form becomes a case, or joins one. Safe to call twice.

In one transaction: the case with its own key, its deadline, its first escalation, what is secret
(sealed), and the entry in the log. The case's private key exists in this process for the blink in
which it is sealed to those who may read (`vault/ready.py`); it can open nothing afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from sqlalchemy.orm import Session

from app import rows
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
from app.vault.index import WaitingIndex, short_tag
from app.vault.ready import ReadyKeys
from app.vault.receipts import Receipt, door_for, locator, mailbox_key


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

    @cached_property
    def ready(self) -> ReadyKeys:
        """Keys for the cases to come."""
        return ReadyKeys(self.rota)


@dataclass(frozen=True)
class Received:
    """Where an approach ended up: its row, and the case's reference."""

    row: Row = field(repr=False)
    reference: str
    is_new: bool

    @property
    def case_id(self) -> str:
        return self.row.case_id

    @property
    def approach_id(self) -> str:
        return self.row.id


def receive(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Received:
    """Take an approach in. The same `source` again changes nothing and gets the same answer.

    The same number again while its case waits for first contact joins that case, whose clock stays as it is.
    """
    one_at_a_time(session, approach.source)
    if known := queries.approach_from(session, approach.source):
        return _received(queries.locked(session, known.case_id), known, is_new=False)
    waiting = _waiting_case_of(session, desk, approach, at=at)
    with rows.together(session):
        case = waiting or _open(session, desk, approach, at=at)
        row = _write(session, desk, case, approach, at=at)
        if waiting:
            case.log("case.joined", by="caller", at=at, channel=approach.channel)
        else:
            begin(session, case, current(session).routine, at=at)
    return _received(case, row, is_new=waiting is None)


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
    return Received(row=row, reference=case.reference, is_new=is_new)


def _waiting_case_of(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Case | None:
    if approach.number is None:
        return None
    one_at_a_time(session, desk.waiting.tag(approach.number, at=at).hex())
    tags = desk.waiting.tags(approach.number, at=at)
    case = queries.waiting_with_tag(session, tags)
    return queries.locked(session, case.id) if case else None


def _open(session: Session, desk: Desk, approach: Approach, *, at: datetime) -> Case:
    back = approach.way_back
    key = desk.ready.take(back.key) if back else desk.ready.take()
    within = current(session).routine.first_contact_within
    case = Case.open(
        session, at=at, within=within, key_id=key.public.key_id, public_key=key.public.raw, case_id=key.case_id
    )
    for reader, box in key.grants.items():
        rows.write_unseen(session, Grant, case_id=case.id, reader=reader, box=box)
    if back:
        _make_mailbox(session, case, back, at=at)
    return case


def _make_mailbox(session: Session, case: Case, back: WayBack, *, at: datetime) -> None:
    session.add(Mailbox(case_id=case.id, locator=back.locator, verifier=back.verifier, salt=back.salt, made_at=at))
    case.log("mailbox.opened", by="caller", at=at)


def _write(session: Session, desk: Desk, case: Case, approach: Approach, *, at: datetime) -> Row:
    row = rows.write(
        session,
        Row,
        case_id=case.id,
        at=at,
        channel=approach.channel,
        source=approach.source,
        role=approach.role,
        language=approach.language,
        withheld=approach.channel != "form" and approach.number is None,
    )
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
    rows.write_unseen(session, RepeatTag, case_id=case.id, full=full, short=short_tag(desk.index_key, number))


def permit(case: Case, wish: str, hours: Hours, *, content_id: str | None, at: datetime) -> None:
    """Write down both answers: what was asked for is allowed, the other is not."""
    for channel in ("call", "sms"):
        case.permit(channel, allowed=wish == channel, hours=hours, by="caller", at=at, content_id=content_id)
