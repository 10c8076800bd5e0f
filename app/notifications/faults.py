"""Something is wrong between us and a carrier that no waiting mends: it is written down, and a human is told.

A fault stands until the carrier has taken, or delivered, something by that channel again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CheckConstraint, Index, Select, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.audit.log import record
from app.db import Base, Id, one_at_a_time
from app.logs import Log
from app.notifications import alarms
from app.notifications.models import TELEPHONE, Notification, State
from app.telephony.carrier import AUTHENTICATION_FAILED, NOT_FOUND, THE_ACCOUNT

HEARD_AS: Final = ("refusal", "receipt")
REFUSAL, RECEIPT = HEARD_AS

SAME_FAULT_WITHIN: Final = timedelta(hours=1)
"""A fault that comes back so soon is the same one: nobody is told a second time."""

NO_CODE: Final = 0
_ABOUT_WHO_WE_ARE: Final = frozenset({NO_CODE, AUTHENTICATION_FAILED, NOT_FOUND, 401, 403})
_A_TELEPHONE_COMPANYS: Final = (*TELEPHONE, "records")
_OTHER: Final = {"sms": ("call",), "call": ("sms",), **dict.fromkeys(("email", "push", "webhook"), ("sms",))}

_log = Log("carrier")


class Fault(Base):
    """What a carrier refuses us, by which channel, with which code (0: none), since when and until when.

    `mailed_at`: when it was told by e-mail, which needs no telephone.
    """

    __tablename__ = "carrier_faults"
    __table_args__ = (
        CheckConstraint("channel IN ('sms', 'call', 'records', 'email', 'push', 'webhook')", name="channel"),
        CheckConstraint("heard_as IN ('refusal', 'receipt')", name="heard_as"),
        Index(
            "ix_carrier_faults_one_at_a_time",
            "carrier",
            "channel",
            "code",
            unique=True,
            sqlite_where=text("over_at IS NULL"),
            postgresql_where=text("over_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    carrier: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    code: Mapped[int] = mapped_column(default=NO_CODE)
    heard_as: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    over_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    @property
    def concerns_everything(self) -> bool:
        """Whether no channel of this carrier can be expected to work. What is no telephone company has one channel."""
        return self.channel in _A_TELEPHONE_COMPANYS and (self.code == NO_CODE or self.code in THE_ACCOUNT)


def found(
    session: Session, *, carrier: str, channel: str, code: int | None, heard_as: str = REFUSAL, at: datetime
) -> None:
    """Write a fault down, once while it stands, and have the coordinator told by another way."""
    one_at_a_time(session, "carrier.faults")
    latest = session.scalar(_like(carrier, channel, code or NO_CODE).order_by(Fault.since.desc()).limit(1))
    if latest and latest.over_at is None:
        return
    if latest and at - latest.since < SAME_FAULT_WITHIN:
        latest.over_at = None
        return
    _log.error("the carrier refuses us; an operator has to mend it", channel=channel, code=code)
    fault = Fault(carrier=carrier, channel=channel, code=code or NO_CODE, heard_as=heard_as, since=at)
    session.add(fault)
    session.flush()
    record(session, at=at, by="carrier", action="carrier.failed", carrier=carrier, channel=channel, code=code)
    wording = "alarm.carrier" if channel in _A_TELEPHONE_COMPANYS else "alarm.way"
    alarms.tell(session, wording, key=f"fault:{fault.id}", channels=_OTHER.get(channel, ("sms", "call")), at=at)


def mended(session: Session, *, carrier: str, channel: str, heard_as: str = REFUSAL, at: datetime) -> None:
    """The carrier took (`refusal`) or delivered (`receipt`) something by this channel again."""
    for fault in standing(session):
        of_this = fault.channel == channel or (fault.channel == "records" and fault.concerns_everything)
        if fault.carrier == carrier and fault.heard_as == heard_as and of_this:
            _end(session, fault, at=at)


def answers_again(session: Session, *, carrier: str, at: datetime) -> None:
    """The carrier let us look at its records: whoever we are to it, we are not refused."""
    for fault in standing(session):
        if fault.carrier == carrier and fault.code in _ABOUT_WHO_WE_ARE:
            _end(session, fault, at=at)


def standing(session: Session) -> Sequence[Fault]:
    """The faults there are now."""
    return session.scalars(_STANDING).all()


_STANDING: Final = select(Fault).where(Fault.over_at.is_(None)).order_by(Fault.since)


def _end(session: Session, fault: Fault, *, at: datetime) -> None:
    fault.over_at = at
    if fault.concerns_everything:
        _send_what_waited(session, at=at)
    record(session, at=at, by="carrier", action="carrier.mended", carrier=fault.carrier, channel=fault.channel)


def _send_what_waited(session: Session, *, at: datetime) -> None:
    waited = Notification.state == State.PENDING, Notification.tries_in_a_fault > 0, Notification.not_before > at
    session.execute(update(Notification).where(*waited).values(not_before=at))


def _like(carrier: str, channel: str, code: int) -> Select[Fault]:
    return select(Fault).where(Fault.carrier == carrier, Fault.channel == channel, Fault.code == code)
