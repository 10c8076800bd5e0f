"""What the rows say of cases that are over: a dozen questions, however many cases there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, aliased

from app.cases.facts import Approach, Closure, ContactAttempt, Content, FirstContact, Join
from app.cases.letters import Letter
from app.cases.models import Case
from app.cases.notes import Note
from app.cases.profile import Profile
from app.cases.queries import ids_of_whole
from app.cases.texts import PersonText
from app.retention.classes import Known
from app.retention.models import LegalHold, Receipt, Stone
from app.routing.advice import AdviceOrCase
from app.routing.handover_models import PackageSent, ReceiptHad
from app.routing.models import Alarm, Offer, OfferAnswer, StepRaised
from app.routing.papers import Fact

_CONTACTS = (Approach, Letter, PersonText)
_NOTES = (Content, Profile, ContactAttempt, Note)

Moments = Mapping[str, datetime]


def over(
    session: Session, *, closed_before: datetime | None = None, but_not: Select[str] | None = None
) -> dict[str, Known]:
    """Every case that is closed and not yet forgotten, by its id. What joined it counts with it."""
    found = select(Closure).where(Closure.case_id.not_in(select(Stone.case_id)))
    if closed_before:
        found = found.where(Closure.at <= closed_before)
    if but_not is not None:
        found = found.where(Closure.case_id.not_in(but_not))
    closures = session.scalars(found.order_by(Closure.at)).all()
    return dict(_known(session, closures, _Whole.all(session))) if closures else {}


def of(session: Session, case: Case) -> Known | None:
    """One of them; None while it is open, or when it is forgotten."""
    if case.closure is None or case.is_forgotten:
        return None
    return dict(_known(session, [case.closure], _Whole.one(session, case)))[case.id]


@dataclass(frozen=True)
class _Whole:
    """Of each case that goes on as part of another, the one that it is part of in the end; and which cases are asked
    about, None for all."""

    roots: Mapping[str, str]
    among: Sequence[str] | None = None

    @classmethod
    def all(cls, session: Session) -> _Whole:
        into = dict(session.execute(select(Join.case_id, Join.into_id)).all())

        def root(case_id: str) -> str:
            while case_id in into:
                case_id = into[case_id]
            return case_id

        return cls({case_id: root(case_id) for case_id in into})

    @classmethod
    def one(cls, session: Session, case: Case) -> _Whole:
        cases = ids_of_whole(session, case)
        return cls(dict.fromkeys(cases, case.id), cases)

    def of(self, case_id: str) -> str:
        return self.roots.get(case_id, case_id)

    def only(self, column: Any) -> ColumnElement[bool]:
        return column.in_(self.among) if self.among is not None else true()


def _known(session: Session, closures: Sequence[Closure], whole: _Whole) -> Iterator[tuple[str, Known]]:
    spoken = _latest(session, whole, (ContactAttempt,), ContactAttempt.outcome == "reached")
    contacts = _later(_latest(session, whole, _CONTACTS), spoken)
    notes = _later(contacts, _latest(session, whole, (*_NOTES, *_papers(Fact))))
    reached = _cases(session, whole, select(FirstContact.case_id).where(whole.only(FirstContact.case_id)))
    children = _cases(session, whole, _raised(whole))
    sides, received, handed = _sides(session, whole), _received(session, whole), _handed(session, whole)
    held, go_on = _held(session, whole), set(session.scalars(_going_on()))
    for closure in closures:
        id_ = closure.case_id
        side, weighed_at = sides.get(id_, ("", None))
        known = Known(
            closed_at=closure.at,
            outcome=closure.outcome,
            code=closure.code,
            reached=id_ in reached,
            side=side,
            has_child=id_ in children,
            weighed_at=weighed_at,
            handed_over_at=handed.get(id_) or (closure.at if closure.outcome == "handed_over" else None),
            last_contact_at=contacts.get(id_),
            last_note_at=notes.get(id_),
            received=received.get(id_, {}),
            is_held=id_ in held,
            goes_on=id_ in go_on,
        )
        yield id_, known


def _papers(kind: type[Any]) -> Iterator[type[Any]]:
    """Every kind of fact that somebody writes down of a person's way out, those of tomorrow too."""
    for each in kind.__subclasses__():
        if not each.__dict__.get("__abstract__", False):
            yield each
        yield from _papers(each)


def _latest(session: Session, whole: _Whole, kinds: Iterable[Any], *only: Any) -> Moments:
    found: dict[str, datetime] = {}
    for kind in kinds:
        asked = select(kind.case_id, func.max(kind.at)).where(whole.only(kind.case_id), *only).group_by(kind.case_id)
        found = _later(found, _rooted(whole, session.execute(asked)))
    return found


def _rooted(whole: _Whole, pairs: Iterable[tuple[str, datetime]]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for id_, at in pairs:
        root = whole.of(id_)
        found[root] = max(at, found.get(root, at))
    return found


def _later(one: Moments, other: Moments) -> dict[str, datetime]:
    return {id_: max(filter(None, (one.get(id_), other.get(id_)))) for id_ in {**one, **other}}


def _cases(session: Session, whole: _Whole, asked: Select[str]) -> set[str]:
    return {whole.of(id_) for id_ in session.scalars(asked)}


def _sides(session: Session, whole: _Whole) -> dict[str, tuple[str, datetime]]:
    """The last word on each."""
    asked = select(AdviceOrCase.case_id, AdviceOrCase.side, AdviceOrCase.at).where(whole.only(AdviceOrCase.case_id))
    said = session.execute(asked.order_by(AdviceOrCase.at, AdviceOrCase.nth))
    return {whole.of(id_): (side, at) for id_, side, at in said}


def _received(session: Session, whole: _Whole) -> dict[str, dict[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    for receipt in session.scalars(select(Receipt).where(whole.only(Receipt.case_id)).order_by(Receipt.at)):
        found.setdefault(whole.of(receipt.case_id), {})[receipt.recipient] = receipt.at
    return found


def _handed(session: Session, whole: _Whole) -> dict[str, datetime]:
    """A unit of ours took it on, or another house did."""
    ours = select(Offer.case_id, func.max(OfferAnswer.at)).join(OfferAnswer).where(OfferAnswer.accepted)
    theirs = select(PackageSent.case_id, func.max(ReceiptHad.answered_at)).join(ReceiptHad).where(ReceiptHad.accepted)
    accepted = ours.where(whole.only(Offer.case_id)).group_by(Offer.case_id)
    taken_over = theirs.where(whole.only(PackageSent.case_id)).group_by(PackageSent.case_id)
    return _later(_rooted(whole, session.execute(accepted)), _rooted(whole, session.execute(taken_over)))


def _held(session: Session, whole: _Whole) -> set[str]:
    holds = session.scalars(select(LegalHold).where(whole.only(LegalHold.case_id)))
    return {whole.of(hold.case_id) for hold in holds if hold.is_in_force}


def _raised(whole: _Whole) -> Select[str]:
    raised = select(StepRaised.case_id).where(StepRaised.step == Alarm.CHILD_TRACK)
    return raised.where(whole.only(StepRaised.case_id))


def _going_on() -> Any:
    """Cases that an open one goes on from."""
    later = aliased(Case)
    is_over = select(Closure.case_id).union(select(Join.case_id))
    return select(later.continues_id).where(later.continues_id.is_not(None), later.id.not_in(is_over))
