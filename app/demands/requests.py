"""Requests: noted, assessed by whoever knows the matter, decided by a manager who is somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import rows
from app.audit.log import record
from app.demands.clocks import Due, of_request
from app.demands.models import (
    ASKED_BY,
    ASSESSMENTS,
    DECISIONS,
    REQUEST_KINDS,
    Assessment,
    Request,
    RequestDecision,
)
from app.errors import AlreadyTaken, BadInput
from app.staff.models import Person
from app.staff.roles import Role

AUTHORITIES = frozenset(ASKED_BY) - {"person", "guardian"}


def note(session: Session, kind: str, asked_by: str, *, received_at: datetime, by: Person, at: datetime) -> Request:
    """Somebody asked. BadInput for a kind or an asker that is on no list, and for a moment that has not been yet."""
    if kind not in REQUEST_KINDS or asked_by not in ASKED_BY:
        raise BadInput("Say what is asked for, and by whom.")
    if (kind == "contact_details") != (asked_by in AUTHORITIES):
        raise BadInput("Contact details are asked for by an authority; a person asks for what is theirs.")
    if received_at > at:
        raise BadInput("The request cannot have come in later than now.")
    request = Request(kind=kind, asked_by=asked_by, received_at=received_at, by_id=by.id, at=at)
    session.add(request)
    session.flush()
    record(session, at=at, by=by.alias, action="request.received", because=kind, asked_by=asked_by, request=request.id)
    return request


def assess(session: Session, request_id: str, found: str, *, by: Person, at: datetime) -> None:
    """What secrecy says. BadInput for what cannot be found here, AlreadyTaken when a colleague has assessed it."""
    request = _open(session, request_id)
    if found not in ASSESSMENTS or (found in ("secrecy_gives_way", "special_reasons")) > (
        request.asked_by in AUTHORITIES
    ):
        raise BadInput("Say what you found: choose one that belongs to this kind of request.")
    said = {"request_id": request_id, "found": found, "by_id": by.id, "at": at}
    if not rows.write_if_new(session, Assessment, unique="request_id", **said):
        raise AlreadyTaken("A colleague has assessed it already.")
    record(session, at=at, by=by.alias, action="request.assessed", because=found, request=request_id)


def decide(session: Session, request_id: str, decided: str, *, by: Person, at: datetime) -> None:
    """A manager decides, after somebody else has assessed it. A refusal has its reason in the assessment."""
    request = _open(session, request_id)
    if Role.MANAGER not in by.roles or request.assessment is None or request.assessment.by_id == by.id:
        raise BadInput("A manager decides, after somebody else has assessed it.")
    if decided not in DECISIONS:
        raise BadInput("Say what is decided.")
    if decided == "granted" and request.assessment.found in (
        "secrecy_informant",
        "secrecy_protected",
        "special_reasons",
    ):
        raise BadInput("Secrecy speaks against giving all of it: grant a part, or refuse.")
    said = {"request_id": request_id, "decided": decided, "by_id": by.id, "at": at}
    if not rows.write_if_new(session, RequestDecision, unique="request_id", **said):
        raise AlreadyTaken("A colleague has decided it already.")
    found = request.assessment.found
    record(session, at=at, by=by.alias, action="request.decided", because=decided, found=found, request=request_id)


def every(session: Session) -> Sequence[Request]:
    """What waits first, by when it is due; then what is decided, the newest first."""
    found = session.scalars(select(Request)).all()
    waiting = sorted((one for one in found if one.decision is None), key=lambda one: due(one).due_at)
    return [*waiting, *sorted((one for one in found if one.decision), key=lambda one: one.received_at, reverse=True)]


def due(request: Request) -> Due:
    """Its one clock."""
    decided = request.decision.at if request.decision else None
    return Due("answer", request.kind, of_request(request.kind, request.received_at), decided)


def _open(session: Session, request_id: str) -> Request:
    request = session.get(Request, request_id)
    if request is None or request.decision:
        raise BadInput("There is no such request, or it is decided already.")
    return request
