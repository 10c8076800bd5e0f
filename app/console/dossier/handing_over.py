"""A person handed over to another house: packed from what a disclosure names, carried, or printed for who has no keys.

Whoever packs opens the case; the entry in the log was committed before. The case stays theirs until the receiver's
receipt is back, and says on this sheet what became of each package.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session
from starlette.responses import PlainTextResponse, Response

from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console import sight
from app.console.deeds import ADeed, kept_case
from app.console.doors import from_our_pages
from app.console.dossier import packing
from app.console.dossier.fields import Mistakes
from app.console.dossier.reading import Reading, opened
from app.console.dossier.sheet import Sheet, page, shut, turn
from app.console.opening import NotLetIn
from app.console.paper import paper_for
from app.console.site import ASite
from app.errors import BadInput, DygnetError
from app.routing import handover_came, handover_parcels, handover_sent, papers, wording
from app.routing.disclosures import Disclosure, Told
from app.routing.handover_directory import Card, partners
from app.routing.handover_models import PackageSent
from app.web import Now, Posted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/handovers")
def pack(reference: str, site: ASite, who: ADeed, posted: Posted, now: Now) -> Response:
    """Pack a disclosure for the house it is for. Where they have an address it is posted there; else it is fetched."""

    def write(reading: Reading) -> Mistakes:
        session, disclosure = reading.session, posted.get("disclosure", "")
        if not sight.answers_for(reading.case, who):
            return {"handovers": "mistake.co_handler"}
        try:
            with site.rota.opened(session, who.hand) as rota:
                packing.packed(
                    session,
                    reading.case,
                    reading.cases,
                    reading.keys,
                    disclosure,
                    reading.knowledge,
                    rota=rota,
                    by=reading.by,
                    at=now,
                )
        except packing.Collides:
            return {"handovers": "mistake.collides"}
        except BadInput:
            return {"handovers": "mistake.handover"}
        return {}

    return turn(site, reference, who, Sheet.LEAVING, at=now, write=write, posted=posted)


@router.post("/handovers/{package_id}/file")
def fetch(reference: str, package_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """The sealed package, or the receipt of one that came, as a file to be carried. It opens for its receiver alone."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        text = _text(session, case, package_id) if case else None
        if case and text is None:
            sight.refuse(session, reference, who, at=now)
        elif case:
            case.log("handover.fetched", by=who.alias, at=now, package=package_id)
    if case is None or text is None:
        raise sight.no_such_case()
    name = f"{package_id}.dygnet"
    return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.post("/disclosures/{disclosure_id}/paper")
def paper(reference: str, disclosure_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """What leaves, to be printed and handed over: marked with the provision, and with what it rests on."""
    with site.db.transaction() as session:
        case = kept_case(session, reference, who, at=now)
        row = _disclosure(session, case, disclosure_id) if case else None
        if case and row is None:
            sight.refuse(session, reference, who, at=now)
        elif case:
            case.log("case.revealed", by=who.alias, at=now, because="handover", what="leaving", via="dossier")
            case.log("handover.printed", by=who.alias, at=now)
    if case is None or row is None:
        raise sight.no_such_case()
    try:
        with site.db.reading() as session:
            whole = session.get_one(Case, case.id)
            with opened(session, whole, site, who, at=now) as reading:
                told = papers.read(session.get_one(Disclosure, disclosure_id), Told, reading.keys)
                return page(
                    paper_for(session, site, who, at=now),
                    "dossier/handover_paper",
                    whole,
                    row=session.get_one(Disclosure, disclosure_id),
                    told=told,
                    receiver=wording.named(reading.knowledge.receiver, told.receiver, who.language),
                    office=reading.controller(),
                )
    except DygnetError as problem:
        return shut(site, case, who, problem, {}, at=now)


def shown(reading: Reading) -> Mapping[str, object]:
    """What the sheet of what leaves says about packages: to whom one may go, and what became of each."""
    session, cases = reading.session, reading.cases
    sent: dict[str, list[PackageSent]] = {}
    for one in handover_sent.sent_by(session, cases):
        sent.setdefault(one.disclosure_id, []).append(one)
    return {
        "partners": {each.id: each for each in partners(reading.knowledge)},
        "packages": sent,
        "parcels": {one.id: _parcel(session, one) for each in sent.values() for one in each},
        "card": _our_card(reading),
        "taken_over": handover_came.taken_over_in(session, cases, reading.keys),
    }


def _our_card(reading: Reading) -> Card | None:
    """What to give another house. None for who opens this case by an older key, and holds no newer one."""
    try:
        with reading.rota.opened(reading.session, reading.who.hand) as rota:
            return Card.of(rota)
    except NotLetIn:
        return None


def _parcel(session: Session, one: PackageSent) -> datetime | str | None:
    """How far it has come: when it arrived, `refused`, `waiting` or, where it is carried by hand, None."""
    parcel = handover_parcels.parcel(session, one.id, handover_parcels.PACKAGE)
    if parcel is None or (parcel.next_at is None and not parcel.arrived_at and not parcel.refused):
        return None
    return parcel.arrived_at or ("refused" if parcel.refused else "waiting")


def _text(session: Session, case: Case, package_id: str) -> str | None:
    """Of a package of this case that nobody has answered, or the receipt of one that came to it."""
    cases = ids_of_whole(session, case)
    ours = {one.id for one in handover_sent.sent_by(session, cases) if one.answer is None}
    theirs = {one.id for one in handover_came.came_to(session, cases) if one.answer}
    what = handover_parcels.PACKAGE if package_id in ours else handover_parcels.RECEIPT
    found = handover_parcels.parcel(session, package_id, what) if package_id in ours | theirs else None
    return found.text if found else None


def _disclosure(session: Session, case: Case, disclosure_id: str) -> Disclosure | None:
    rows = papers.of(session, Disclosure, ids_of_whole(session, case))
    return next((row for row in rows if row.id == disclosure_id and row.may_be_told), None)
