"""The screening on the case: the form as it stands, saved in one of several conversations.

What an answer calls for shows at once, and danger makes the case acute."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import fields, screening_form
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import SHOWN, Sheet, turn
from app.console.site import ASite
from app.routing import papers, screening
from app.routing.answers import Bops, Gender
from app.routing.models import Conversation
from app.routing.screening import LONGEST_NOTE, Became, Settled
from app.routing.steps import Step, raises
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


@router.post("/screening")
def save(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Keep the form as it was filled in, in the conversation that goes on or in a new one."""

    def write(reading: Reading) -> Mistakes:
        answers, wrong = screening_form.read(posted, reading.standing)
        if answers is None:
            return wrong
        if _overtaken(reading, posted):
            return {"overtaken": "mistake.overtaken"}
        session, subject, source = reading.session, reading.subject, fields.source(posted)
        talk = _conversation(reading, posted)
        for raised in screening.answer(session, subject, talk, answers, by=reading.by, at=now, source=source):
            if raised.step == Step.DANGER:
                reading.case.mark_danger(by=who.alias, at=now)
        return {}

    return turn(site, reference, who, Sheet.SCREENING, at=now, write=write, posted=posted)


@router.post("/steps")
def settle(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Say what became of a step."""

    def write(reading: Reading) -> Mistakes:
        step, became = fields.one_of(posted, "step", Step), fields.one_of(posted, "became", Became)
        note = fields.words(posted, "note")
        if step is None or became is None or len(note) > LONGEST_NOTE:
            return {"became": "mistake.became"}
        settled = Settled(step=step, became=became, note=note)
        source = fields.source(posted)
        screening.settle(reading.session, reading.subject, settled, by=reading.by, at=now, source=source)
        return {}

    return turn(site, reference, who, Sheet.SCREENING, at=now, write=write, posted=posted)


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """The form, and the steps that its answers call for."""
    answers, newest = reading.answers(), screening.newest(reading.session, reading.cases)
    typed = posted if "since" in posted else screening_form.typed(answers)
    knowledge = reading.knowledge
    return {
        "typed": typed,
        "since": newest.id if newest else "",
        "conversations": papers.of(reading.session, Conversation, reading.cases),
        "not_asked": answers.not_asked if newest else (),
        "raised": raises(answers),
        "settled": screening.settled_in(reading.session, reading.cases, reading.keys),
        "questions": screening_form.QUESTIONS,
        "answers": fields.ANSWERS,
        "genders": [each.value for each in Gender],
        "bops": [each.value for each in Bops],
        "became": [each.value for each in Became],
        "districts": {
            id_: row.name for id_, row in knowledge.district.items() if reading.standing.district(id_) == id_
        },
        "needs": {id_: row.name for id_, row in reading.standing.needs.items()},
        "housing": {id_: row.name for id_, row in knowledge.housing.items()},
        "high_threat": knowledge.text["high-threat"].said if "high-threat" in knowledge.text else {},
    }


def _overtaken(reading: Reading, posted: Posted) -> bool:
    """Whether somebody else saved the form since this page was made."""
    newest = screening.newest(reading.session, reading.cases)
    return papers.is_overtaken(newest, reading.subject, mark=posted.get("mark", ""), since=posted.get("since", ""))


def _conversation(reading: Reading, posted: Posted) -> Conversation:
    """The one that goes on, unless this is another or the first."""
    held = papers.of(reading.session, Conversation, [reading.case.id])
    if held and posted.get("talk") != "new":
        return held[-1]
    source = f"talk-{fields.source(posted)}"
    return screening.converse(reading.session, reading.subject, by=reading.by, at=reading.at, source=source)


SHOWN[Sheet.SCREENING] = shown
