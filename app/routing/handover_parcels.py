"""Packages and receipts on their way to another house, over HTTPS or as files.

The engine posts them (`app/parcels.py`); each is tried until it arrives, or is refused for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from app import rows
from app.routing.handover_directory import Partner
from app.routing.handover_models import Parcel
from app.routing.sealed_letters import Letter

PACKAGE: Final = "package"
RECEIPT: Final = "receipt"
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
"""Between two tries; doubled from the first to the longest. There is no last one: a person hangs on it."""

CLAIM_LASTS: Final = timedelta(minutes=2)
"""For so long nobody else tries the same one."""


def parcel(session: Session, package_id: str, what: str) -> Parcel | None:
    """The text of a package or of a receipt, as it is carried."""
    return session.get(Parcel, (package_id, what))


def put_on_its_way(session: Session, package_id: str, what: str, letter: Letter, to: Partner, *, at: datetime) -> None:
    first = at if to.address else None
    rows.write_unseen(
        session,
        Parcel,
        package_id=package_id,
        what=what,
        receiver=to.id,
        text=letter.text,
        at=at,
        next_at=first,
        tries=0,
        arrived_at=None,
        refused=False,
    )


def is_any_due(session: Session, *, at: datetime) -> bool:
    """Whether there is anything to post."""
    return session.scalar(select(Parcel.what).where(Parcel.next_at <= at).limit(1)) is not None


def claim(session: Session, *, at: datetime) -> Sequence[Parcel]:
    """What is due, for whoever asks first; in two minutes for somebody else, if nothing was heard of it."""
    due = session.scalars(select(Parcel).where(Parcel.next_at <= at).order_by(Parcel.next_at).limit(10)).all()
    return [one for one in due if _is_mine(session, one, until=at + CLAIM_LASTS)]


def note_arrived(session: Session, parcel: Parcel, *, at: datetime) -> None:
    """They have it."""
    _note(session, parcel, next_at=None, arrived_at=at)


def note_refused(session: Session, parcel: Parcel) -> None:
    """They do not take it, and will not: somebody has to look into the keys on both sides."""
    _note(session, parcel, next_at=None, refused=True)


def note_failed(session: Session, parcel: Parcel, *, at: datetime) -> None:
    """Nobody answered, or they could not take it just now."""
    pause = min(FIRST_PAUSE * 2 ** min(parcel.tries, 10), LONGEST_PAUSE)
    _note(session, parcel, next_at=at + pause, tries=parcel.tries + 1)


def _is_mine(session: Session, parcel: Parcel, *, until: datetime) -> bool:
    mine = update(Parcel).where(_this(parcel), Parcel.next_at == parcel.next_at).values(next_at=until)
    return session.execute(mine.returning(Parcel.what)).first() is not None


def _note(session: Session, parcel: Parcel, **values: object) -> None:
    session.execute(update(Parcel).where(_this(parcel)).values(**values))


def _this(parcel: Parcel) -> ColumnElement[bool]:
    return and_(Parcel.package_id == parcel.package_id, Parcel.what == parcel.what)
