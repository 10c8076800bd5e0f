"""A case that is over, handed over whole before it is forgotten: printed by whoever has it, and received elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import contents, letters
from app.cases.models import Case
from app.cases.queries import ids_of_whole, joined_into
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import from_our_pages
from app.console.dossier.reading import opened
from app.console.paper import paper_for
from app.console.responsible import controller_of
from app.console.reveal import granted
from app.console.site import ASite, Site
from app.errors import BadInput, DygnetError, NoSuchPage
from app.programme.retention import Recipient
from app.retention import handing
from app.routing.disclosures import SECRECY
from app.routing.models import Screened
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

RECIPIENTS = tuple(each.value for each in Recipient)


@dataclass(frozen=True)
class Part:
    """One thing on the document: when, what kind, and its words. Shows nothing of itself in tracebacks."""

    at: datetime
    kind: str
    words: Mapping[str, Any]
    role: str = ""
    """What whoever told it said they were; empty for what was written here."""

    def __repr__(self) -> str:
        return f"Part({self.kind})"


@router.post("/handing")
def print_out(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Everything there is of the case, as a document for the house that keeps it. The entries are committed before."""
    with site.db.transaction() as session:
        case = _over(kept_case(session, reference, who, at=now))
        if case:
            note_opening(session, case, who, because="agreed_call", via="handing", at=now)
            case.log("case.printed", by=who.alias, at=now, what="whole")
    if case is None:
        raise sight.no_such_case()
    with site.db.reading() as session:
        paper, whole = paper_for(session, site, who, at=now), session.get_one(Case, case.id)
        try:
            parts = everything(session, whole, site, who, at=now)
        except DygnetError:
            return paper.show("handing", status=403, case=whole, parts=None)
        digest = handing.digest_of("\n".join(f"{one.at.isoformat()} {one.kind} {dict(one.words)}" for one in parts))
        return paper.show(
            "handing",
            case=whole,
            parts=parts,
            digest=digest,
            secrecy=SECRECY,
            office=controller_of(session, belongs_in(parts), at=now),
            recipients=RECIPIENTS,
            received=handing.received(session, whole),
        )


@router.post("/received")
def note(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Another house has received it."""
    wrong = False
    with site.db.transaction() as session:
        case = _over(kept_case(session, reference, who, at=now))
        if case:
            recipient, digest, by = posted.get("recipient", ""), posted.get("digest", ""), who.person(session)
            try:
                handing.note_received(session, case, recipient, digest, by=by, at=now)
            except BadInput:
                wrong = True
    if case is None:
        raise sight.no_such_case()
    if wrong:
        raise NoSuchPage("Print the document, and say on it who received it.")
    return RedirectResponse(f"/console/cases/{case.reference}#stored", status_code=303)


def _over(case: Case | None) -> Case | None:
    return case if case and case.closure else None


def note_opening(session: Session, case: Case, who: ADeed, *, because: str, via: str, at: datetime) -> None:
    """The entries that stand before `everything` is opened: one for each case whose secrets will show."""
    for one in (case, *joined_into(session, case)):
        one.log("case.revealed", by=who.alias, at=at, because=because, what="whole", via=via)


def everything(session: Session, case: Case, site: Site, who: ADeed, *, at: datetime) -> Sequence[Part]:
    """All that is written of a case, the oldest first. Whoever opens it has committed the entry first."""
    with opened(session, case, site, who, at=at) as reading:
        papers = [Part(row.at, kind, words) for kind, row, words in handing.written(session, case, reading.keys)]
    with site.rota.opened(session, who.hand, granted(session, case.id)) as reader:
        told = [
            Part(one.at, one.kind, {"text": one.text, "channel": one.channel}, one.role)
            for one in contents.opened(session, case, reader)
        ]
        written = letters.opened(session, letters.letters_of(session, ids_of_whole(session, case)), reader)
    sent = [Part(one.at, "letter", {"text": one.text, "by": one.by}) for one in written]
    return sorted([*told, *papers, *sent], key=lambda part: part.at)


def belongs_in(parts: Sequence[Part]) -> str | None:
    """Where the person belongs, by the newest screening among them; None: nobody has said."""
    screened = [part.words.get("belongs") for part in parts if part.kind == Screened.__tablename__]
    return screened[-1] if screened else None
