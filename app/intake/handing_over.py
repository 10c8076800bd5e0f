"""What comes from another house, over HTTPS or as a file: a package becomes a case, a receipt settles one of ours.

The house that sends keeps its clock until the receiver has accepted; until when somebody has to be in contact with the
person is the same at both, for it stands in the package. Here nothing is opened. The same text twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import going_on
from app.db import Database
from app.intake.approach import Approach
from app.intake.reception import Desk, receive
from app.programme.apply import current
from app.routing import handover_came, handover_sent
from app.routing.handover_directory import Partner, whose
from app.routing.packages import Package, read_receipt
from app.routing.sealed_letters import RECEIPT, NotAPackage
from app.routing.subject import Subject
from app.vault.envelope import key_id_of

ON_ITS_WAY_AT_MOST: Final = timedelta(days=30)
CLOCKS_DIFFER_BY: Final = timedelta(hours=1)
"""A package that is older than the one, or younger than now by more than the other, is not taken in any more."""


@dataclass(frozen=True)
class TakenIn:
    """What it became: the package's id, the text's digest, and the reference of the case here."""

    package: str
    digest: str
    reference: str
    is_new: bool


def take_in(db: Database, desk: Desk, text: str, *, at: datetime) -> TakenIn:
    """NotAPackage for what is no package or receipt of a house whose keys were exchanged; it leaves an entry where it
    is signed by one, and nothing where anybody could have sent it."""
    settles = text.startswith(f"{RECEIPT}\n")
    try:
        with db.transaction() as session:
            return _settle(session, text, at=at) if settles else _arrive(session, desk, text, at=at)
    except _FromAPartner as problem:
        with db.transaction() as session:
            because = "receipt" if settles else "package"
            record(session, at=at, by="engine", action="handover.refused", because=because, outcome="refused")
        raise NotAPackage(str(problem)) from None


class _FromAPartner(NotAPackage):
    """It is signed by a house we know, and cannot be taken in all the same: somebody should look into it."""


def _arrive(session: Session, desk: Desk, text: str, *, at: datetime) -> TakenIn:
    package = Package.read(text)
    sender = whose(current(session).knowledge, package.letter, package.head.signed_by)
    try:
        came = handover_came.known(session, package)
        if came is None:
            _insist_it_is_for_us(package, desk, at=at)
    except NotAPackage as problem:
        raise _FromAPartner(str(problem)) from None
    case = going_on(session, came.case_id) if came else _open(session, desk, package, sender, at=at)
    return TakenIn(package.head.package, package.letter.digest, case.reference, is_new=came is None)


def _insist_it_is_for_us(package: Package, desk: Desk, *, at: datetime) -> None:
    head, ours = package.head, desk.rota.key_id
    if head.sealed_to != ours or key_id_of(package.letter.box) != ours:
        raise NotAPackage("This package is sealed to another key than is in use here. Send them ours again.")
    if not at - ON_ITS_WAY_AT_MOST <= head.made_at <= at + CLOCKS_DIFFER_BY:
        raise NotAPackage("This package was made too long ago, or in the future. Ask for it to be packed again.")


def _open(session: Session, desk: Desk, package: Package, sender: Partner, *, at: datetime) -> Case:
    """A case whose clock is not later than the sender's."""
    head = package.head
    approach = Approach(
        channel="by_hand",
        source=f"handover.{head.package}",
        language=current(session).programme.languages[0],
        due_by=head.due_at,
    )
    received = receive(session, desk, approach, at=at)
    case = session.get_one(Case, received.case_id)
    handover_came.keep(session, Subject.of(case), package, sender, at=at)
    return case


def _settle(session: Session, text: str, *, at: datetime) -> TakenIn:
    letter, answer = read_receipt(text)
    knowledge = current(session).knowledge
    whose(knowledge, letter, answer.signed_by)
    try:
        heard = handover_sent.hear(session, letter, answer, knowledge, at=at)
    except NotAPackage as problem:
        raise _FromAPartner(str(problem)) from None
    case = going_on(session, heard.sent.case_id)
    if heard.is_new:
        handover_sent.log_answer(session, Subject.of(case), heard.sent, answer, at=at)
        if answer.accepted and case.first_contact and not case.closure:
            case.close(by=heard.sent.by, at=at, outcome="handed_over", code="handed_over")
    return TakenIn(heard.sent.id, letter.digest, case.reference, is_new=heard.is_new)
