"""A person handed over by another house, as the one that receives sees it: a case that waits, and a package with it.

Nobody has read the package before somebody who has the case opens it, and takes the person over or does not. The same
package twice changes nothing. Cases are opened and closed a floor above (`intake/handing_over.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import rows
from app.db import one_at_a_time
from app.errors import BadInput
from app.routing import packages, papers
from app.routing.handover_directory import Partner
from app.routing.handover_models import AnswerGiven, PackageBox, PackageCame, TakenOver
from app.routing.handover_parcels import RECEIPT, put_on_its_way
from app.routing.handover_words import Contents, Head
from app.routing.models import NoReason
from app.routing.packages import Package
from app.routing.papers import Keys
from app.routing.sealed_letters import NotAPackage
from app.routing.subject import Subject
from app.staff.models import Person
from app.vault.envelope import PrivateKey
from app.vault.sealed import Sealed


def known(session: Session, package: Package) -> PackageCame | None:
    """The same package, if it came before. NotAPackage when another came under its name."""
    one_at_a_time(session, package.head.package)
    came = session.get(PackageCame, package.head.package)
    if came and came.digest != package.letter.digest:
        raise NotAPackage("Another package with this id came before. It was not taken in.")
    return came


def keep(session: Session, subject: Subject, package: Package, sender: Partner, *, at: datetime) -> PackageCame:
    """A package became a case. Nobody here has read it; it opens with the house's own key."""
    head, digest = package.head, package.letter.digest
    named = {"sender": sender.id, "digest": digest, "head": package.letter.head, "at": at}
    came = rows.write(session, PackageCame, id=head.package, case_id=subject.case_id, **named)
    rows.write_unseen(session, PackageBox, id=came.id, box=Sealed(package.letter.box))
    facts = {"package": came.id, "digest": digest, "sender": sender.id}
    subject.log(session, "handover.arrived", by="engine", at=at, **facts)
    return came


def came_to(session: Session, cases: Sequence[str]) -> Sequence[PackageCame]:
    """Every package that became one of these cases, the oldest first."""
    return session.scalars(select(PackageCame).where(PackageCame.case_id.in_(cases)).order_by(PackageCame.at)).all()


def opened(came: PackageCame, rota: PrivateKey) -> Contents:
    """What is in a package that waits for an answer; the entry in the log was committed before."""
    if came.box is None:
        raise BadInput("This package has been answered already.")
    return packages.unpack(came.box.box.box, rota, head_of(came))


def sealed_to(came: PackageCame) -> tuple[str, ...]:
    """The id of the key that opens it now, which may be a younger one than it came for."""
    return (came.box.box.key_id,) if came.box else ()


def head_of(came: PackageCame) -> Head:
    """What anybody could read on it."""
    return Head.read(came.head.encode())


def answer(
    session: Session,
    subject: Subject,
    came: PackageCame,
    *,
    to: Partner,
    because: NoReason | None,
    rota: PrivateKey,
    by: Person,
    at: datetime,
) -> None:
    """Take the person over, or do not, with a reason. What was in the package is kept with the case, or not at all."""
    contents = opened(came, rota)
    said = {"accepted": because is None, "because": because.value if because else None, "by_id": by.id, "at": at}
    if rows.write_if_new(session, AnswerGiven, unique="package_id", package_id=came.id, **said) is None:
        raise BadInput("This package has been answered already.")
    if because is None:
        papers.keep(session, TakenOver, subject, contents, by=by, at=at, source=came.id)
    session.execute(delete(PackageBox).where(PackageBox.id == came.id))
    due = head_of(came).due_at
    letter = packages.receipt(
        came.id, came.digest, accepted=because is None, because=because, due_at=due, rota=rota, at=at
    )
    put_on_its_way(session, came.id, RECEIPT, letter, to, at=at)
    action, why = ("handover.declined", because.value) if because else ("handover.accepted", "")
    facts = {"package": came.id, "digest": came.digest, "sender": came.sender}
    subject.log(session, action, by=by.alias, at=at, because=why, **facts)


def taken_over_in(session: Session, cases: Sequence[str], keys: Keys) -> list[tuple[TakenOver, Contents]]:
    """What was in the packages that were accepted, the oldest first."""
    return [(row, papers.read(row, Contents, keys)) for row in papers.of(session, TakenOver, cases)]
