"""A person handed over to another house, as the one that sends sees it.

It keeps the case, and its clock, until the receiver has accepted. The same package or the same answer twice changes
nothing. Cases are closed a floor above (`intake/handing_over.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.db import one_at_a_time
from app.errors import BadInput
from app.programme.knowledge import Knowledge
from app.routing import packages
from app.routing.disclosures import Disclosure, Told
from app.routing.handover_directory import Partner, whose
from app.routing.handover_models import PackageSent, ReceiptHad
from app.routing.handover_parcels import PACKAGE, put_on_its_way
from app.routing.handover_words import Answer, Consented, Waiting
from app.routing.sealed_letters import Letter, NotAPackage
from app.routing.subject import Subject
from app.staff.models import Person
from app.vault.envelope import PrivateKey


class Answered(NamedTuple):
    """A package of ours that an answer came to: now, or before."""

    sent: PackageSent
    is_new: bool


def send(
    session: Session,
    subject: Subject,
    disclosure: Disclosure,
    told: Told,
    consents: Sequence[Consented],
    waiting: Waiting,
    *,
    to: Partner,
    sender: str,
    rota: PrivateKey,
    by: Person,
    actor: str = "",
    at: datetime,
) -> PackageSent:
    """Pack what a disclosure names, once: until it is answered a second time is the same package.

    `actor`: who did it for `by`, for the log; the operator, where it was not themselves.

    BadInput where a second person has not agreed, or somebody else is to be told.
    """
    if not disclosure.may_be_told or told.receiver != to.id:
        raise BadInput("This may not leave yet: a second person has to agree first, or it is for somebody else.")
    before = unanswered(session, disclosure.id)
    if before:
        return before
    package = packages.pack(told, consents, waiting, to=to, sender=sender, rota=rota, at=at)
    head, digest = package.head, package.letter.digest
    named = {"disclosure_id": disclosure.id, "receiver": to.id, "digest": digest, "due_at": head.due_at}
    sent = rows.write(
        session, PackageSent, id=head.package, case_id=subject.case_id, by_id=by.id, at=at, answer=None, **named
    )
    put_on_its_way(session, head.package, PACKAGE, package.letter, to, at=at)
    facts = {"package": head.package, "digest": digest, "receiver": to.id}
    subject.log(session, "handover.packed", by=actor or by.alias, at=at, fields=len(told.fields), **facts)
    return sent


def unanswered(session: Session, disclosure_id: str) -> PackageSent | None:
    """The package of a disclosure that nobody has answered."""
    answered = select(ReceiptHad.package_id)
    found = select(PackageSent).where(PackageSent.disclosure_id == disclosure_id, PackageSent.id.not_in(answered))
    return session.scalar(found.order_by(PackageSent.at.desc()).limit(1))


def sent_by(session: Session, cases: Sequence[str]) -> Sequence[PackageSent]:
    """Every package of these cases, the oldest first."""
    return session.scalars(select(PackageSent).where(PackageSent.case_id.in_(cases)).order_by(PackageSent.at)).all()


def hear(session: Session, letter: Letter, answer: Answer, knowledge: Knowledge, *, at: datetime) -> Answered:
    """The receiver's answer to a package of ours, written down once.

    NotAPackage when it is not theirs to give, or speaks of another package than was sent.
    """
    sender = whose(knowledge, letter, answer.signed_by)
    one_at_a_time(session, answer.package)
    sent = session.get(PackageSent, answer.package)
    if sent is None or (sent.receiver, sent.digest, sent.due_at) != (sender.id, answer.digest, answer.due_at):
        raise NotAPackage("This receipt is for no package that was sent to them from here.")
    said = {"accepted": answer.accepted, "because": answer.because.value if answer.because else None}
    told = {"digest": letter.digest, "answered_at": answer.at, "at": at}
    is_new = rows.write_if_new(session, ReceiptHad, unique="package_id", package_id=sent.id, **said, **told)
    had = is_new or session.get_one(ReceiptHad, sent.id)
    if had.digest != letter.digest:
        raise NotAPackage("They have answered this package already, and otherwise. The first answer stands.")
    return Answered(sent, is_new is not None)


def log_answer(session: Session, subject: Subject, sent: PackageSent, answer: Answer, *, at: datetime) -> None:
    """The sender's entry of what the receiver said; the receiver's own has the same package and digest."""
    action = "handover.taken_over" if answer.accepted else "handover.returned"
    why = answer.because.value if answer.because else ""
    facts = {"package": sent.id, "digest": sent.digest, "receiver": sent.receiver}
    subject.log(session, action, by="engine", at=at, because=why, **facts)
