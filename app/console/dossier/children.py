"""The child track on the case: the check at once, the report or the reason why not, and each child a row of its own."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import from_our_pages
from app.console.dossier import fields
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading, opened
from app.console.dossier.sheet import SHOWN, Sheet, page, shut, turn
from app.console.paper import paper_for
from app.console.site import ASite
from app.errors import DygnetError
from app.programme.knowledge_words import Task
from app.routing import children, papers
from app.routing.children import LONGEST, Checked, Child, Concern, ConcernReport, Custody, Safe
from app.routing.grounds import provision
from app.routing.owners import at_desk
from app.routing.steps import child_track
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

_BOARD_LONGEST = 200


@router.post("/children")
def note(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """An accompanying child: its age, who has it, what it needs; never its name."""

    def write(reading: Reading) -> Mistakes:
        age, guardian = fields.age(posted.get("age", "")), fields.one_of(posted, "guardian", Custody)
        needs = fields.words(posted, "needs")
        if age is None or guardian is None or len(needs) > LONGEST:
            return {"child": "mistake.child"}
        child = Child(age=age, guardian=guardian, needs=needs)
        source = fields.source(posted)
        children.note_child(reading.session, reading.subject, child, by=reading.by, at=now, source=source)
        return {}

    return turn(site, reference, who, Sheet.CHILDREN, at=now, write=write, posted=posted)


@router.post("/protection")
def check(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """The immediate protection check: what it found, and what was done."""

    def write(reading: Reading) -> Mistakes:
        found, done = fields.one_of(posted, "found", Safe), fields.words(posted, "done")
        if found is None or not 0 < len(done) <= LONGEST:
            return {"check": "mistake.check"}
        checked, source = Checked(found=found, done=done), fields.source(posted)
        children.check(reading.session, reading.subject, checked, by=reading.by, at=now, source=source)
        return {}

    return turn(site, reference, who, Sheet.CHILDREN, at=now, write=write, posted=posted)


@router.post("/concerns")
def report(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """A report of concern to the child's board, or why none is made. No consent and no wish stands in its way."""

    def write(reading: Reading) -> Mistakes:
        concern, wrong = _concern(posted, reading)
        if concern:
            source = fields.source(posted)
            children.report(reading.session, reading.subject, concern, by=reading.by, at=now, source=source)
        return wrong

    return turn(site, reference, who, Sheet.CHILDREN, at=now, write=write, posted=posted)


@router.post("/concerns/{report_id}")
def document(reference: str, report_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """The report as a document to be printed and handed over: marked, and stamped with when it was made."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        row = _made(session, case, report_id) if case else None
        if case and row:
            case.log("case.revealed", by=who.alias, at=now, because="danger", what="concern", via="dossier")
            case.log("case.printed", by=who.alias, at=now, what="concern")
    if case is None or row is None:
        raise sight.no_such_case()
    try:
        with site.db.reading() as session:
            whole = session.get_one(Case, case.id)
            with opened(session, whole, site, who, at=now) as reading:
                row = session.get_one(ConcernReport, report_id)
                concern = papers.read(row, Concern, reading.keys)
                track = children.children_in(session, reading.cases, reading.keys)
                paper, office = paper_for(session, site, who, at=now), reading.controller()
                return page(paper, "dossier/concern", whole, row=row, concern=concern, track=track, office=office)
    except DygnetError as problem:
        return shut(site, case, who, problem, {}, at=now)


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """What raised the child track, what was done, and what is left."""
    session, cases, keys = reading.session, reading.cases, reading.keys
    answers, knowledge = reading.answers(), reading.knowledge
    unit = knowledge.unit[at_desk(Task.CHILDREN, answers, reading.standing)]
    words = knowledge.text.get("own-decision-for-each-child")
    return {
        "typed": posted,
        "because": child_track(answers),
        "undone": children.left_undone(session, cases),
        "track": children.children_in(session, cases, keys),
        "checks": [*reversed(children.checks_in(session, cases, keys))],
        "concerns": [*reversed(children.concerns_in(session, cases, keys))],
        "custody": [each.value for each in Custody],
        "safe": [each.value for each in Safe],
        "board": unit.name,
        "own_decision": words.said if words else {},
        "most": LONGEST,
    }


def _made(session: Session, case: Case, report_id: str) -> ConcernReport | None:
    """The report, where it is this case's and was made."""
    found = papers.of(session, ConcernReport, ids_of_whole(session, case))
    return next((row for row in found if row.id == report_id and row.made), None)


def _concern(posted: Posted, reading: Reading) -> tuple[Concern | None, Mistakes]:
    board, seen = fields.words(posted, "board"), fields.words(posted, "seen")
    why_not, made = fields.words(posted, "why_not"), posted.get("made", "")
    cited = {"provision": _provision(reading)}
    if made == "yes" and 0 < len(board) <= _BOARD_LONGEST and 0 < len(seen) <= LONGEST:
        return Concern(board=board, seen=seen, **cited), {}
    if made == "no" and 0 < len(why_not) <= LONGEST:
        return Concern(why_not=why_not, **cited), {}
    missing = {"yes": "mistake.concern", "no": "mistake.why_not"}
    return None, {"concern": missing.get(made, "mistake.concern_or_not")}


def _provision(reading: Reading) -> str:
    """The duty to report, as the law is called that day."""
    standing = reading.standing
    named = [id_ for id_ in ("child-report", "child-report-2001") if id_ in reading.knowledge.legal_basis]
    stands = reading.knowledge.switches
    today = [id_ for id_ in named if reading.knowledge.legal_basis[id_].stands(standing.on, stands)]
    return provision(reading.knowledge, today[0]) if today else ""


SHOWN[Sheet.CHILDREN] = shown
