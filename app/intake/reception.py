"""The one way in: a call, a text or a form becomes a case, or joins one. Safe to call twice.

In one transaction: the case with its own key, its deadline, its first escalation, what is secret
(sealed), and the entry in the log. The case's private key exists in this process for the blink in
which it is sealed to those who may read (`vault/ready.py`); it can open nothing afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from app import remembered, rows
from app.cases import apart, contents, doubts, queries, references
from app.cases.canaries import MARK
from app.cases.entries import Entry
from app.cases.facts import Approach as Row
from app.cases.facts import Content, Grant
from app.cases.models import Case
from app.cases.opening import open_case
from app.cases.returning import Mailbox, RepeatTag
from app.escalation.opening import begin
from app.intake.approach import Approach
from app.intake.asked import permit_as_asked
from app.journeys import ask
from app.programme.apply import current
from app.vault.envelope import PublicKey
from app.vault.index import WaitingIndex, short_tag
from app.vault.keyring import Keyring
from app.vault.ready import ReadyKey, ReadyKeys
from app.vault.receipts import Receipt, WayBack, made_ready

OUT_OF_TURN: Final = timedelta(seconds=10)
"""By how much of two that come at the same time the later may be written first."""


class Desk:
    """What a door needs to receive: public keys, and how a repeat caller is recognised. It can open nothing.

    At a desk `of` a keyring a new generation is used as soon as the keyring has it.
    """

    def __init__(self, rota: PublicKey, index_key: bytes) -> None:
        self._keyring: Keyring | None = None
        self._rota, self._index_keys = rota, (index_key,)
        self.waiting = WaitingIndex()
        self.ready = ReadyKeys(lambda: self.rota)
        """Keys for the cases to come."""

    @classmethod
    def of(cls, keyring: Keyring) -> Desk:
        """The desk of a process with these keys."""
        desk = cls(keyring.public("rota"), keyring.index_key)
        desk._keyring = keyring
        return desk

    @property
    def rota(self) -> PublicKey:
        """Whom a new case is granted to."""
        return self._keyring.public("rota") if self._keyring else self._rota

    @property
    def index_key(self) -> bytes:
        """What tags and locators are made with now."""
        return self.index_keys[0]

    @property
    def index_keys(self) -> tuple[bytes, ...]:
        """Every generation, the newest first: what was tagged with an older one is looked for as well."""
        return tuple(self._keyring.index_keys.values()) if self._keyring else self._index_keys


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


@dataclass(frozen=True)
class Arrival:
    """Something that is coming in, which nobody else takes in meanwhile.

    What it became if it came before, the case that waits for its number if one does, and a reference that nobody has.
    """

    source: str
    approach_id: str | None
    waiting_id: str | None
    reference: str

    @property
    def is_known(self) -> bool:
        """Whether it was taken in before."""
        return self.approach_id is not None


def look_for(session: Session, desk: Desk, source: str, number: str | None, *, at: datetime) -> Arrival:
    """Look for what came in, first of all in a transaction: with what each transaction asks, on one journey.

    The `number` may turn out to be one that stands for many callers; then no notice is taken of who waits for it.
    """
    session.flush()
    tags = desk.waiting.tags(number, at=at) if number else ()
    reference = references.one()
    places = [source, *(tag.hex() for tag in tags[:1]), references.place(reference)]
    questions = [queries.whose_source(source), queries.whose_reference(reference), remembered.WHICH_EDITION]
    if tags:
        questions.append(queries.who_waits(tags))
    known, taken, edition, *waiting = ask(session, *questions, alone=places)
    remembered.learn(session, edition)
    return Arrival(source, known, next(iter(waiting), None), references.free(session) if taken else reference)


def receive(
    session: Session, desk: Desk, approach: Approach, *, at: datetime, arrival: Arrival | None = None
) -> Received:
    """Take an approach in, looked for already or not. The same `source` again changes nothing and gets the same answer.

    The same number again while its case waits for first contact joins that case, whose clock stays as it is; what came
    before that clock began, and is only heard of now, is a case of its own, which is due sooner. A number by which two
    people's cases wait is neither's: what comes then is a case of its own, due with the older one.
    """
    arrival = arrival or look_for(session, desk, approach.source, approach.number, at=at)
    if arrival.is_known:
        known = session.get_one(Row, arrival.approach_id)
        return _received(queries.locked(session, known.case_id), known, is_new=False)
    if approach.number and arrival.waiting_id:
        waiting = queries.locked(session, arrival.waiting_id)
        one = apart.one_persons(session, waiting, desk.waiting.tags(approach.number, at=at))
        if one and one.opened_at - approach.came_at(at) <= OUT_OF_TURN:
            return _join(session, desk, one, approach, at=at)
        approach = replace(approach, due_by=waiting.due_at)
    reference = references.free(session, mark=MARK) if approach.canary else arrival.reference
    return _open(session, desk, approach, reference, at=at)


def way_back(desk: Desk, receipt: Receipt) -> WayBack:
    """Make a receipt ready for keeping. Slow on purpose (Argon2id): never inside a transaction."""
    return made_ready(desk.index_key, receipt)


def _received(case: Case, row: Row, *, is_new: bool) -> Received:
    return Received(row=row, reference=case.reference, is_new=is_new)


def _join(session: Session, desk: Desk, case: Case, approach: Approach, *, at: datetime) -> Received:
    with rows.together(session):
        row = _write(session, desk, case, approach, at=at)
        case.log("case.joined", by="caller", at=at, channel=approach.channel)
    return _received(case, row, is_new=False)


def _open(session: Session, desk: Desk, approach: Approach, reference: str, *, at: datetime) -> Received:
    back = approach.way_back
    key = desk.ready.take(back.key) if back else desk.ready.take()
    with rows.together(session):
        when = {"came_at": approach.came_at(at), "due_by": approach.due_by}
        case = case_with(session, key, reference, at=at, by=approach.told_by, **when)
        if back:
            _make_mailbox(session, case, back, at=at)
        row = _write(session, desk, case, approach, at=at, key=key.public)
        if approach.doubt:
            doubts.note(case, approach.doubt, at=at)
        begin(session, case, current(session).routine, at=at, entered_at=at if approach.entered else None)
    return _received(case, row, is_new=True)


def case_with(
    session: Session,
    key: ReadyKey,
    reference: str,
    *,
    at: datetime,
    due_by: datetime | None = None,
    came_at: datetime | None = None,
    by: str = "",
) -> Case:
    """A new case with its own key, granted to whoever may read; due in the programme's time, or by then if sooner."""
    within, began = current(session).routine.first_contact_within, came_at or at
    case = open_case(
        session,
        at=at,
        within=min(within, max(due_by - began, timedelta())) if due_by else within,
        key_id=key.public.key_id,
        public_key=key.public.raw,
        reference=reference,
        case_id=key.case_id,
        came_at=began,
        by=by,
    )
    for reader, box in key.grants.items():
        rows.write_unseen(session, Grant, case_id=case.id, reader=reader, box=box)
    return case


def _make_mailbox(session: Session, case: Case, back: WayBack, *, at: datetime) -> None:
    door = {"locator": back.locator, "verifier": back.verifier, "salt": back.salt}
    rows.write_unseen(session, Mailbox, case_id=case.id, **door, made_at=at)
    case.log("mailbox.opened", by="caller", at=at)


def _write(
    session: Session, desk: Desk, case: Case, approach: Approach, *, at: datetime, key: PublicKey | None = None
) -> Row:
    row = rows.write(
        session,
        Row,
        case_id=case.id,
        at=approach.came_at(at),
        channel=approach.channel,
        source=approach.source,
        role=approach.role,
        language=approach.language.partition("-")[0],  # whoever reads easy Swedish speaks Swedish
        withheld=approach.channel in ("phone", "sms") and approach.number is None,
        entered_by=approach.entered.by if approach.entered else None,
    )
    _log_received(session, case, row, approach, at=at)
    keep = partial(contents.keep, session, case, row, at=row.at, key=key)
    if approach.profile:
        contents.keep_profile(session, case, row, approach.profile, at=row.at, key=key)
    _keep_secrets(session, desk, case, approach, keep, at=at)
    if approach.danger:
        case.mark_danger(by=approach.told_by, at=at)
    return row


def _log_received(session: Session, case: Case, row: Row, approach: Approach, *, at: datetime) -> None:
    """That it came; and of what was entered afterwards by whom it was, and when it had come."""
    how: dict[str, str] = {}
    if entered := approach.entered:
        rows.write_unseen(session, Entry, approach_id=row.id, by_id=entered.by_id, at=at, way=entered.way)
        how = {"way": entered.way, "came_at": entered.came_at.isoformat()}
    case.log("approach.received", by=approach.told_by, at=at, channel=approach.channel, **how)


def _keep_secrets(
    session: Session, desk: Desk, case: Case, approach: Approach, keep: Callable[..., Content], *, at: datetime
) -> None:
    callback, came_at = approach.callback, approach.came_at(at)
    if approach.number:
        keep(kind="caller_number", text=approach.number)
        remember(session, desk, case, approach.number, full=desk.waiting.tag(approach.number, at=at))
    if approach.message:
        keep(kind="message", text=approach.message)
    if callback and callback.number:
        about = keep(kind="callback_number", text=callback.number)
        remember(session, desk, case, callback.number, full=None)
        meant = about.id if callback.through_the_line else None
        permit_as_asked(case, callback, content_id=meant, by=approach.told_by, at=at, said_at=came_at)
    elif callback:
        permit_as_asked(case, callback, content_id=None, by=approach.told_by, at=at, said_at=came_at)


def say_anew(session: Session, desk: Desk, case: Case, approach: Approach, *, at: datetime) -> None:
    """What the person says about being contacted with their receipt in hand, in the place of what they said before.

    No approach: nobody came in by it, and no clock begins.
    """
    keep = partial(contents.keep, session, case, case.approaches[-1], at=at)
    if approach.profile:
        contents.keep_profile(session, case, case.approaches[-1], approach.profile, at=at)
    _keep_secrets(session, desk, case, replace(approach, message=None), keep, at=at)


def remember(session: Session, desk: Desk, case: Case, number: str, *, full: bytes | None) -> None:
    """Keep by what the same number is recognised again; without `full`, no more than proposed."""
    rows.write_unseen(session, RepeatTag, case_id=case.id, full=full, short=short_tag(desk.index_key, number))
