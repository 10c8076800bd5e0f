"""Consents on the sheet of what leaves: written down, and taken back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import fields
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import Sheet, turn
from app.console.site import ASite
from app.programme.apply import current
from app.programme.knowledge_words import ConsentTo
from app.routing import consents
from app.routing.answers import Consent
from app.routing.consents import LONGEST, ConsentPaper, Given, How, Scope, Whose, whose_consent
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}/consents", dependencies=[Depends(from_our_pages)])


@router.post("")
def give(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Write down what the person said: to whom, what, until when; or that they said no."""

    def write(reading: Reading) -> Mistakes:
        given, until, wrong = _read(posted, reading)
        if given and until:
            source = fields.source(posted)
            consents.give(reading.session, reading.subject, given, until=until, by=reading.by, at=now, source=source)
        return wrong

    return turn(site, reference, who, Sheet.LEAVING, at=now, write=write, posted=posted)


@router.post("/{consent_id}/withdrawal")
def withdraw(reference: str, consent_id: str, site: ASite, who: ADeed, now: Now) -> Response:
    """The person takes it back."""

    def write(reading: Reading) -> Mistakes:
        paper = reading.session.get(ConsentPaper, consent_id)
        if paper is None or paper.case_id not in reading.cases:
            return {"consents": "mistake.consent"}
        consents.withdraw(reading.session, reading.subject, paper, by=reading.by, at=now)
        return {}

    return turn(site, reference, who, Sheet.LEAVING, at=now, write=write)


def _read(posted: Posted, reading: Reading) -> tuple[Given | None, datetime | None, Mistakes]:
    to, answer = fields.one_of(posted, "to", ConsentTo), fields.one_of(posted, "answer", Consent)
    how, whose = fields.one_of(posted, "how", How), fields.one_of(posted, "whose", Whose)
    scope = tuple(each for each in Scope if posted.get(f"scope.{each.value}"))
    until = _until(posted, reading)
    wrong = {
        name: f"mistake.{name}"
        for name, said in (("to", to), ("answer", answer), ("how", how), ("whose", whose), ("scope", scope))
        if not said
    }
    if whose and whose not in whose_consent(reading.answers().age):
        wrong["whose"] = "mistake.whose_at_that_age"
    if until is None:
        wrong["until"] = "mistake.until"
    if wrong or not (to and answer and how and whose):
        return None, None, wrong
    return Given(to=to, answer=answer, scope=scope, how=how, whose=whose), until, wrong


def _until(posted: Posted, reading: Reading) -> datetime | None:
    """The end of that day, where it lies ahead and not further than a consent may."""
    day = fields.day(posted.get("until", ""))
    if day is None or not reading.on <= day <= reading.on + LONGEST:
        return None
    zone = current(reading.session).zone
    return datetime.combine(day + timedelta(days=1), time.min, zone)
