"""Writing a note in a case. It is sealed as soon as it is there: whoever wants to read it back reveals the case."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.cases import contents
from app.cases.notes import LONGEST
from app.console import sight
from app.console.case import address
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import from_our_pages
from app.console.forms import Chosen
from app.console.site import ASite
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/notes")
def add(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Append a note, by whoever has the case or had the person on the line. Nothing is ever written over."""
    words = posted.get("note", "").replace("\r\n", "\n").strip()
    mistake = _wrong_with(words)
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now, may=sight.may_record)
        if case and (case.closure or case.join):
            mistake = "mistake.closed"
        if case and not mistake:
            contents.keep_note(session, case, words, by=who.person(session), at=now)
    if case is None:
        raise sight.no_such_case()
    if mistake:
        return page_again(site, case, who, Chosen(note=words, mistakes={"note": mistake}), at=now)
    return RedirectResponse(f"{address(case)}#notes", status_code=303)


def _wrong_with(words: str) -> str:
    """The key of a sentence, or nothing."""
    if not words:
        return "mistake.note.empty"
    return "mistake.note.long" if len(words) > LONGEST else ""
