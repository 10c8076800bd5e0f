"""A person asks what is kept of them: whoever has the case puts it together, somebody else lets it go, and it is given.

Handed over in person, on paper or as a file, or read in the mailbox; nothing is sent. Each opening is an entry first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from app.cases import letters
from app.cases.models import Case
from app.console import sight
from app.console.answered import answered
from app.console.deeds import ADeed, kept_case
from app.console.doors import CASE_ROLES, SignedIn, from_our_pages, only
from app.console.handing import belongs_in, everything, note_opening
from app.console.own_parts import OwnData, machine_readable, marked, openings
from app.console.paper import Paper, paper_for
from app.console.responsible import controller_of
from app.console.site import ASite, Site
from app.console.wording import say
from app.demands import extracts
from app.demands.extract_models import GROUNDS, IDENTITIES, WAYS, Extract
from app.demands.extracts import Chosen
from app.errors import BadInput, DygnetError, NoSuchPage
from app.routing.disclosures import SECRECY
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}/own-data", dependencies=[Depends(from_our_pages)])

_WITHHELD: Final = "withheld."
_MARKS: Final = 2_000
"""The most parts of one case that a form speaks of."""

MOST_FIELDS: Final = _MARKS + 100
"""Of the longest form in the console: a field for each part, and what else there is to say."""


@router.get("")
def show(reference: str, site: ASite, now: Now, who: Annotated[SignedIn, only(*CASE_ROLES)]) -> Response:
    """What was asked for and granted, what was put together, and where it stands. No word of what is kept."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        if case:
            case.log("case.read", by=who.alias, at=now)
    if case is None:
        raise sight.no_such_case()
    with site.db.reading() as session:
        whole = session.get_one(Case, case.id)
        return paper_for(session, site, who, at=now).show(
            "own_data",
            case=whole,
            requests=extracts.granted(session),
            extracts=extracts.of_case(session, whole),
        )


@router.post("/reading")
def put_together(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Everything there is, part by part, to decide what is withheld. The entry is committed before."""
    return _opened(site, reference, who, posted, at=now)


@router.post("")
def make(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Keep what was decided; a second person is to let it go."""
    wrong = ""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        try:
            if case:
                _require_a_mailbox(session, case, posted)
                extracts.make(session, case, _chosen(posted), by=who.person(session), at=now)
        except BadInput as problem:
            wrong = str(problem)
    if case is None:
        raise sight.no_such_case()
    if wrong:
        return _opened(site, reference, who, posted, at=now, wrong=wrong)
    return _back(case)


@router.post("/{extract_id}/paper")
def print_out(reference: str, extract_id: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """What was released, on paper, or as a file for machines. The entries are committed before."""
    case, _ = _released(site, reference, extract_id, who, at=now)

    def answer(session: Session, paper: Paper, own: OwnData) -> Response:
        office = controller_of(session, belongs_in([one.part for one in own.parts]), at=own.until)
        if posted.get("as") == "json":
            provisions = {ground: say(who.language, f"own.provision.{ground}") for ground in GROUNDS}
            return _file(machine_readable(own, office=office, provisions=provisions), case)
        return paper.show(
            "own_paper",
            own=own,
            case=own.case,
            office=office,
            secrecy=SECRECY,
            answered=answered,
            moment=datetime.fromisoformat,
        )

    return _whole(site, extract_id, who, answer, at=now)


@router.post("/{extract_id}/given")
def give(reference: str, extract_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """Say that it was handed over; or lay it into the mailbox, if that was chosen."""
    case, way = _released(site, reference, extract_id, who, at=now, printed=False)
    words: list[str] = []

    def answer(_: Session, paper: Paper, own: OwnData) -> Response:
        words.extend(in_letters(paper, own))
        return _back(case)

    if way == "mailbox":
        shown = _whole(site, extract_id, who, answer, at=now)
        if not words:
            return shown
    with site.db.transaction() as session:
        extract, by = session.get_one(Extract, extract_id), who.person(session)
        box = _mailbox(session, session.get_one(Case, case.id)) if words else None
        if words and box is None:
            raise NoSuchPage("There is no mailbox any more: put it together again, to be handed over in person.")
        if extracts.give(session, extract, by=by, at=now) and box:
            for number, text in enumerate(words):
                letters.write(session, box, text, by=by, source=f"own.{extract_id}.{number}", at=now)
    return _back(case)


def in_letters(paper: Paper, own: OwnData) -> list[str]:
    """The parts as letters for the mailbox, none longer than a letter may be."""
    tell, times = partial(say, paper.who.language), paper.times
    lines = [tell("own.letter", reference=own.case.reference)]
    for part, ground in own.shown:
        head = f"{times.exactly(part.at)} · {tell(f'own.kind.{part.kind}')}"
        told = "\n".join(str(word) for name, word in part.words.items() if word and name != "channel")
        said = f"{tell('own.withheld')} {tell(f'own.provision.{ground}')}" if ground else told
        lines.append(f"{head}\n{said}")
    whole = "\n\n".join(lines)
    return [whole[start : start + letters.LONGEST] for start in range(0, len(whole), letters.LONGEST)]


def _require_a_mailbox(session: Session, case: Case, posted: Mapping[str, str]) -> None:
    if posted.get("way") == "mailbox" and _mailbox(session, case) is None:
        raise BadInput("way")


def _mailbox(session: Session, case: Case) -> Case | None:
    """The case with the mailbox. None also where several cases are one and have two: whose receipt was shown?"""
    boxes = letters.with_mailbox(session, case)
    return boxes[0] if len(boxes) == 1 else None


def _opened(
    site: Site, reference: str, who: SignedIn, posted: Mapping[str, str], *, at: datetime, wrong: str = ""
) -> Response:
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=at)
        if case:
            note_opening(session, case, who, because="own_data", via="own_data", at=at)
    if case is None:
        raise sight.no_such_case()
    with site.db.reading() as session:
        whole, paper = session.get_one(Case, case.id), paper_for(session, site, who, at=at)
        try:
            parts = marked(whole, everything(session, whole, site, who, at=at), until=at)
        except DygnetError:
            return paper.show("own_parts", status=403, case=whole, parts=None)
        return paper.show(
            "own_parts",
            status=422 if wrong else 200,
            case=whole,
            parts=parts,
            answered=answered,
            requests=extracts.granted(session),
            identities=IDENTITIES,
            ways=[way for way in WAYS if way != "mailbox" or _mailbox(session, whole)],
            grounds=GROUNDS,
            chosen=posted,
            wrong=wrong,
        )


def _released(
    site: Site, reference: str, extract_id: str, who: SignedIn, *, at: datetime, printed: bool = True
) -> tuple[Case, str]:
    """The case and the way, when somebody else has let the extract go; and the entries before it is opened."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=at)
        extract = next((one for one in extracts.of_case(session, case) if one.id == extract_id), None) if case else None
        if case and extract and extract.release:
            if printed or extract.way == "mailbox":
                note_opening(session, case, who, because="own_data", via="own_data", at=at)
            if printed:
                case.log("case.printed", by=who.alias, at=at, what="own_data")
            return case, extract.way
    raise sight.no_such_case()


def _whole(
    site: Site,
    extract_id: str,
    who: SignedIn,
    answer: Callable[[Session, Paper, OwnData], Response],
    *,
    at: datetime,
) -> Response:
    """Open what was released, as it was when it was put together. What came to it since, entered late or with a case
    that was joined, nobody has decided on, and so it is put together again."""
    with site.db.reading() as session:
        extract, paper = session.get_one(Extract, extract_id), paper_for(session, site, who, at=at)
        try:
            parts = marked(extract.case, everything(session, extract.case, site, who, at=at), until=extract.at)
        except DygnetError:
            return paper.show("own_paper", status=403, case=extract.case, own=None, why="handing.shut")
        if len(parts) != extract.parts:
            return paper.show("own_paper", status=409, case=extract.case, own=None, why="own.changed")
        withheld = {one.mark: one.ground for one in extract.withheld}
        read = openings(session, extract.case, until=extract.at)
        return answer(session, paper, OwnData(extract.case, extract.at, parts, withheld, read))


def _chosen(posted: Mapping[str, str]) -> Chosen:
    marks = [name for name in posted if name.startswith(_WITHHELD)][:_MARKS]
    withheld = {name.removeprefix(_WITHHELD)[:64]: posted[name] for name in marks if posted[name]}
    counted = posted.get("parts", "")[: len(str(_MARKS))]
    parts = int(counted) if counted.isdecimal() else 0
    return Chosen(posted.get("request", ""), posted.get("identity", ""), posted.get("way", ""), parts, withheld)


def _file(said: str, case: Case) -> Response:
    """A file to hand over, and to keep nowhere on the way."""
    headers = {"content-disposition": f'attachment; filename="{case.reference}.json"'}
    return Response(said, media_type="application/json", headers=headers)


def _back(case: Case) -> Response:
    return RedirectResponse(f"/console/cases/{case.reference}/own-data", status_code=303)
