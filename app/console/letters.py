"""Letters to the person and from them, on the case's page: write one, read them, and hand a receipt out by telephone.

Writing needs no key. Reading is a reading of contents: the entry is committed before anything opens, and the letters
are shown in one answer. Whoever hands out a receipt sees it once, to say it aloud; the person changes it at first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import letters, mailboxes
from app.cases.letters import LONGEST, Words
from app.cases.models import Case
from app.cases.queries import ids_of_whole, joined_into, locked
from app.console import sight
from app.console.case import address, likely_reason, sheet
from app.console.deeds import ADeed, kept_case, page_again
from app.console.doors import SignedIn, from_our_pages
from app.console.forms import Chosen
from app.console.mail import Handed
from app.console.opening import NotLetIn
from app.console.paper import paper_for
from app.console.reveal import granted, why_shut
from app.console.site import ASite, Site
from app.db import new_id
from app.errors import DygnetError
from app.logs import Log
from app.staff.keys_session import Locked
from app.vault.receipts import made_ready, new_receipt
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

_log = Log("letters")


@router.post("/letters")
def write(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Write to the person. It goes nowhere: it lies in the mailbox until they come and read it."""
    words = posted.get("words", "").replace("\r\n", "\n").strip()
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        wrong = _write(session, case, who, words, posted, at=now) if case else {}
    if case is None:
        raise sight.no_such_case()
    if wrong:
        return page_again(site, case, who, Chosen(words=words, mistakes=wrong), at=now)
    return RedirectResponse(f"{address(case)}#letters", status_code=303)


@router.post("/letters/reading")
def read(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Show the letters in this one answer. No entry, no opening."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        for one in (case, *joined_into(session, case)) if case else ():
            one.log("case.revealed", by=who.alias, at=now, because=likely_reason(one), what="letters", via="mailbox")
    if case is None:
        raise sight.no_such_case()
    try:
        opened = _open(site, case, who, at=now)
    except DygnetError as problem:
        return _shut(site, case, who, problem, at=now)
    with site.db.reading() as session:
        return sheet(session, case, paper_for(session, site, who, at=now), letters=opened)


@router.post("/receipt")
def hand_out(reference: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Make a receipt for the person, and show it once. Any earlier one of this case is dead from now on."""
    receipt = new_receipt()
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        may = case is not None and not case.closure and not case.join
    if case is None:
        raise sight.no_such_case()
    if not may:
        return page_again(site, case, who, Chosen(mistakes={"closed": "mistake.closed"}), at=now)
    try:
        back = made_ready(site.keyring.index_key, receipt)
        with site.db.transaction() as session:
            whole = locked(session, case.id)
            with site.rota.opened(session, who.hand, granted(session, case.id)) as reader:
                key = letters.case_key(session, case.id, reader)
                mailboxes.hand_out(session, whole, back, key, by=who.person(session), at=now)
    except DygnetError as problem:
        return _shut(site, case, who, problem, at=now)
    with site.db.reading() as session:
        return sheet(session, case, paper_for(session, site, who, at=now), handed=Handed(receipt.spoken))


def _shut(site: Site, case: Case, who: SignedIn, problem: DygnetError, *, at: datetime) -> Response:
    """Nothing opens here now, or not for them: what to do about it."""
    if isinstance(problem, (Locked, NotLetIn)):
        sentence = why_shut(problem)
    else:
        _log.error("a case's key does not open", problem=problem, reference=case.reference)
        sentence = "reveal.cannot_open"
    return page_again(site, case, who, Chosen(mistakes={"words": sentence}), at=at, status=problem.status)


def _write(
    session: Session, case: Case, who: SignedIn, words: str, posted: Mapping[str, str], *, at: datetime
) -> dict[str, str]:
    """What is wrong: a field and the key of a sentence. Then nothing was written."""
    boxes = letters.with_mailbox(session, case)
    if case.join or not boxes:
        return {"words": "mistake.no_mailbox"}
    if not 0 < len(words) <= LONGEST:
        return {"words": "mistake.letter"}
    mark = posted.get("mark", "")[:24] or new_id()[:24]
    for box in boxes:
        letters.write(session, box, words, by=who.person(session), source=f"{mark}{box.id}", at=at)
    return {}


def _open(site: Site, case: Case, who: SignedIn, *, at: datetime) -> list[Words]:
    with site.db.transaction() as session:
        whole = letters.letters_of(session, ids_of_whole(session, case))
        opened: list[Words] = []
        for case_id in {letter.case_id for letter in whole}:
            with site.rota.opened(session, who.hand, granted(session, case_id)) as reader:
                opened += letters.opened(session, [one for one in whole if one.case_id == case_id], reader)
        letters.note_read(session, [letter for letter in whole if letter.by_id is None], at=at)
    return sorted(opened, key=lambda words: words.at)
