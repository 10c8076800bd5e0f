"""A person's own data: put together by whoever has the case, let go by somebody else, given by hand or in the mailbox.

A person has a right to what is kept about them (GDPR art. 15), but for what is secret towards themselves
(dataskyddslagen 5 kap. 1 §).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.demands.extract_models import GROUNDS, IDENTITIES, WAYS, Extract, Given, Release, Withheld
from app.demands.models import Request
from app.errors import AlreadyTaken, BadInput
from app.staff.models import Person
from app.staff.roles import Role

OF_A_PERSON = ("person", "guardian")
RELEASERS = (Role.COORDINATOR, Role.MANAGER)


@dataclass(frozen=True)
class Chosen:
    """What whoever puts an extract together decided. `withheld`: the ground, by the part's mark."""

    request_id: str
    identity: str
    way: str
    parts: int
    withheld: Mapping[str, str] = field(default_factory=dict)


def granted(session: Session) -> Sequence[Request]:
    """The requests for one's own data that a manager granted, wholly or in part; the newest first."""
    asked = select(Request).where(Request.kind == "own_data", Request.asked_by.in_(OF_A_PERSON))
    found = session.scalars(asked.order_by(Request.received_at.desc())).all()
    return [one for one in found if one.decision and one.decision.decided != "refused"]


def make(session: Session, case: Case, chosen: Chosen, *, by: Person, at: datetime) -> Extract:
    """Keep what was decided. BadInput for a request that was not granted, and for what fits no list."""
    if chosen.request_id not in {request.id for request in granted(session)}:
        raise BadInput("request")
    if chosen.identity not in IDENTITIES:
        raise BadInput("identity")
    if chosen.way not in WAYS or (chosen.way == "mailbox" and chosen.identity != "receipt"):
        raise BadInput("way")
    if not set(chosen.withheld.values()) <= set(GROUNDS):
        raise BadInput("ground")
    extract = Extract(
        request_id=chosen.request_id,
        case_id=case.id,
        identity=chosen.identity,
        way=chosen.way,
        parts=chosen.parts,
        by_id=by.id,
        at=at,
        withheld=[Withheld(mark=mark, ground=ground) for mark, ground in chosen.withheld.items()],
    )
    session.add(extract)
    session.flush()
    told: dict[str, str | int] = {
        "request": chosen.request_id,
        "way": chosen.way,
        "parts": chosen.parts,
        "withheld": len(chosen.withheld),
    }
    case.log("extract.made", by=by.alias, at=at, because=chosen.identity, **told)
    return extract


def release(session: Session, extract_id: str, *, by: Person, at: datetime) -> None:
    """A second person lets it go. BadInput unless they may, and are not the one who put it together."""
    extract = session.get(Extract, extract_id)
    if extract is None or not may_release(extract, by):
        raise BadInput("Somebody else than whoever put it together lets it go: a coordinator or a manager.")
    if not rows.write_if_new(session, Release, unique="extract_id", extract_id=extract_id, by_id=by.id, at=at):
        raise AlreadyTaken("A colleague has let it go already.")
    about = extract.case.pseudonym
    record(session, at=at, by=by.alias, action="extract.released", about=about, request=extract.request_id)


def may_release(extract: Extract, person: Person) -> bool:
    """Whether they are the second person: another one, who oversees, and is not kept away from this case."""
    return (
        extract.release is None
        and extract.by_id != person.id
        and any(role in person.roles for role in RELEASERS)
        and not extract.case.excludes(person.id)
    )


def give(session: Session, extract: Extract, *, by: Person, at: datetime) -> bool:
    """Write down that it was given; False when that stands there already. BadInput before it was released."""
    if extract.release is None:
        raise BadInput("A second person has to let it go first.")
    if not rows.write_if_new(session, Given, unique="extract_id", extract_id=extract.id, by_id=by.id, at=at):
        return False
    extract.case.log("extract.given", by=by.alias, at=at, because=extract.way, request=extract.request_id)
    return True


def of_case(session: Session, case: Case) -> Sequence[Extract]:
    """Every extract of a case and of those that go on as part of it, the newest first."""
    theirs = select(Extract).where(Extract.case_id.in_(ids_of_whole(session, case)))
    return session.scalars(theirs.order_by(Extract.at.desc())).all()


def waiting(session: Session) -> Sequence[Extract]:
    """Those that nobody let go yet, the oldest first."""
    return session.scalars(select(Extract).where(~Extract.release.has()).order_by(Extract.at)).all()
