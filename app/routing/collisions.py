"""Who must not meet whom: noticed without showing anybody's case to anybody, and gone against by two people only.

A tag is a code of the collision owner's and a side. Two cases with the same code and different sides may collide: by
the same unit, the same receiving house or the same meeting place. Whoever meets that is told to ask the owner.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app import rows
from app.errors import BadInput
from app.routing import papers
from app.routing.collision_models import CollisionOverride, CollisionSecond, CollisionTag, Meeting, What
from app.routing.handover_models import PackageSent, ReceiptHad
from app.routing.kept import Kept
from app.routing.models import Offer, OfferAnswer
from app.routing.subject import Subject
from app.staff.models import Person

LONGEST = 2_000
_CODE = r"^[A-Za-zÅÄÖåäö]{2,24}$"


class Tagged(Kept):
    """A code and a side, each a word that says nothing to anybody else, and what it is about."""

    code: str = Field(pattern=_CODE)
    side: str = Field(pattern=_CODE)
    note: str = Field(default="", max_length=LONGEST)


class Because(Kept):
    """Why somebody goes on in spite of it."""

    because: str = Field(min_length=1, max_length=LONGEST)


def tag(
    session: Session, subject: Subject, tagged: Tagged, index_key: bytes, *, by: Person, at: datetime, source: str
) -> None:
    """Put a tag on a case. Takes no key that opens; nobody is shown what it says without the case's."""
    code, side = tagged.code.casefold(), tagged.side.casefold()
    marks = {"mark": _mark(index_key, code), "side": _mark(index_key, f"{code}|{side}")}
    if papers.keep(session, CollisionTag, subject, tagged, by=by, at=at, source=source, **marks):
        subject.log(session, "collision.tagged", by=by.alias, at=at)


def against(session: Session, cases: Collection[str]) -> frozenset[str]:
    """The cases that are on another side of a conflict than one of these."""
    mine, theirs = aliased(CollisionTag), aliased(CollisionTag)
    same = (mine.mark == theirs.mark) & (mine.side != theirs.side)
    found = select(theirs.case_id).join(mine, same).where(mine.case_id.in_(cases), theirs.case_id.not_in(cases))
    return frozenset(session.scalars(found))


def meets(session: Session, others: Collection[str], what: What, about: str, *, since: datetime) -> bool:
    """Whether one of those others is with that unit, went to that house, or has been to that place `since` a moment."""
    if not others:
        return False
    match what:
        case What.UNIT:
            found = select(Offer.id).join(OfferAnswer).where(Offer.unit == about, OfferAnswer.accepted)
            found = found.where(Offer.case_id.in_(others))
        case What.HOUSE:
            found = select(PackageSent.id).join(ReceiptHad).where(PackageSent.receiver == about, ReceiptHad.accepted)
            found = found.where(PackageSent.case_id.in_(others))
        case What.PLACE:
            found = select(Meeting.id).where(Meeting.place_id == about, Meeting.starts >= since)
            found = found.where(Meeting.case_id.in_(others))
    return session.scalar(found.limit(1)) is not None


def override(
    session: Session, subject: Subject, what: What, about: str, words: Because, *, by: Person, at: datetime, source: str
) -> None:
    """Ask a second person to go on in spite of a possible collision."""
    named = {"what": what.value, "about": about}
    if papers.keep(session, CollisionOverride, subject, words, by=by, at=at, source=source, **named):
        subject.log(session, "collision.override_asked", by=by.alias, at=at, what=what.value)


def second(
    session: Session, subject: Subject, asked: CollisionOverride, *, agreed: bool, by: Person, at: datetime
) -> None:
    """Somebody else says yes or no. BadInput for whoever asked, and when it was said already."""
    if by.id == asked.by_id:
        raise BadInput("Two people: somebody else has to agree.")
    said = {"override_id": asked.id, "agreed": agreed, "by_id": by.id, "at": at}
    if rows.write_if_new(session, CollisionSecond, unique="override_id", **said) is None:
        raise BadInput("Nobody is asked about this any more.")
    subject.log(session, "collision.overridden", by=by.alias, at=at, agreed=agreed, what=asked.what)


def overrides_in(session: Session, cases: Sequence[str]) -> Sequence[CollisionOverride]:
    """Every time that somebody wanted to go on, the oldest first."""
    return papers.of(session, CollisionOverride, cases)


def is_overridden(session: Session, cases: Sequence[str], what: What, about: str) -> bool:
    """Whether two people have agreed to this very thing."""
    asked = [one for one in overrides_in(session, cases) if (one.what, one.about) == (what.value, about)]
    return any(one.second and one.second.agreed for one in asked)


def tags_on(session: Session, cases: Sequence[str]) -> Sequence[CollisionTag]:
    """The tags of these cases; what they say is sealed."""
    return papers.of(session, CollisionTag, cases)


def _mark(index_key: bytes, words: str) -> str:
    return hmac.digest(index_key, b"dygnet collision v1|" + words.encode(), "sha256").hex()[:32]
