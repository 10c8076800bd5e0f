"""What another house has received of a case, by the word of whoever handed it over, before it may be forgotten here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.errors import BadInput
from app.programme.retention import Recipient
from app.retention.models import Receipt
from app.routing import papers
from app.routing.kept import Kept
from app.routing.papers import Keys, Paper
from app.staff.models import Person

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Anything(Kept):
    """The words of a paper, whichever it is."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


def written(session: Session, case: Case, keys: Keys) -> list[tuple[str, Paper, Mapping[str, Any]]]:
    """Every sealed paper of a case, its kind and its words, the oldest first. The entry was committed before."""
    cases = ids_of_whole(session, case)
    found = [
        (kind.__tablename__, row, papers.read(row, Anything, keys).model_dump())
        for kind in _kinds(Paper)
        for row in papers.of(session, kind, cases)
    ]
    return sorted(found, key=lambda one: one[1].at)


def digest_of(document: str) -> str:
    """What is noted of a document that was handed over: SHA-256 in hex."""
    return hashlib.sha256(document.encode()).hexdigest()


def note_received(session: Session, case: Case, recipient: str, digest: str, *, by: Person, at: datetime) -> None:
    """Somebody else has it now. BadInput for no recipient that the rules know, or no document that we made."""
    if recipient not in {each.value for each in Recipient}:
        raise BadInput("Say who received it.")
    if not _DIGEST.fullmatch(digest):
        raise BadInput("Print the document first: its mark goes with the receipt.")
    session.add(Receipt(case_id=case.id, recipient=recipient, how="printed", digest=digest, by_id=by.id, at=at))
    case.log("case.received", by=by.alias, at=at, because=recipient, digest=digest)


def received(session: Session, case: Case) -> Sequence[Receipt]:
    """Every receipt of a case, the oldest first."""
    return session.scalars(select(Receipt).where(Receipt.case_id == case.id).order_by(Receipt.at)).all()


def _kinds(kind: type[Paper]) -> list[type[Paper]]:
    found: list[type[Paper]] = []
    for each in kind.__subclasses__():
        found += [] if each.__dict__.get("__abstract__", False) else [each]
        found += _kinds(each)
    return found
