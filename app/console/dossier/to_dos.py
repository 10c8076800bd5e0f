"""What somebody has set themselves to do for a person, by which day, and what there was to tell of meetings: a sheet.

On the cover, the board and the coordinator's morning a task is its case and its day; what is to be done is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import fields, kinds
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.kinds import OTHER
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import SHOWN, Sheet, turn
from app.console.site import ASite
from app.routing import papers, to_dos
from app.routing.incident_models import IncidentTold
from app.routing.incidents import Told
from app.routing.to_dos import LONGEST, Became, ToDo, Wanted
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}/to-dos", dependencies=[Depends(from_our_pages)])


@dataclass(frozen=True)
class Task:
    """One task, opened for one answer."""

    row: ToDo
    what: str
    words: str = field(repr=False)
    late: bool


@router.post("")
def set_out(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Something is to be done by a day."""

    def write(reading: Reading) -> Mistakes:
        kind, day, words = posted.get("kind", ""), fields.day(posted.get("day", "")), fields.words(posted, "words")
        if kind not in {OTHER, *reading.standing.to_dos()}:
            return {"kind": "mistake.to_do_kind"}
        if len(words) > LONGEST or (kind == OTHER and not words):
            return {"words": "mistake.to_do_words"}
        if day is None or not to_dos.may_be_due(day, today=reading.on):
            return {"day": "mistake.to_do_day"}
        wanted, source = Wanted(kind=kind, words=words), fields.source(posted)
        session, subject, by = reading.session, reading.subject, reading.by
        to_dos.set_out(session, subject, wanted, day=day, today=reading.on, by=by, at=now, source=source)
        return {}

    return turn(site, reference, who, Sheet.TO_DO, at=now, write=write, posted=posted)


@router.post("/{to_do_id}/day")
def move(reference: str, to_do_id: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Give a task another day."""

    def write(reading: Reading) -> Mistakes:
        day, task = fields.day(posted.get("day", "")), _task(reading, to_do_id)
        if task is None or task.end:
            return {"tasks": "mistake.to_do_gone"}
        if day is None or not to_dos.may_be_due(day, today=reading.on):
            return {"tasks": "mistake.to_do_day"}
        to_dos.move(reading.session, reading.subject, task, day=day, today=reading.on, by=reading.by, at=now)
        return {}

    return turn(site, reference, who, Sheet.TO_DO, at=now, write=write, posted=posted)


@router.post("/{to_do_id}/end")
def end(reference: str, to_do_id: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """It is done, or is not to be done any more."""

    def write(reading: Reading) -> Mistakes:
        how, task = fields.one_of(posted, "how", Became), _task(reading, to_do_id)
        if task is None or how is None:
            return {"tasks": "mistake.to_do_gone"}
        to_dos.finish(reading.session, reading.subject, task, how, by=reading.by, at=now)
        return {}

    return turn(site, reference, who, Sheet.TO_DO, at=now, write=write, posted=posted)


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """What is to be done, the next day first; what was; and what was told of places."""
    tasks = [_opened(reading, row) for row in to_dos.tasks_of(reading.session, reading.cases)]
    return {
        "open_tasks": sorted((one for one in tasks if not one.row.end), key=lambda one: one.row.due),
        "ended": [one for one in reversed(tasks) if one.row.end],
        "kinds": kinds.choices(reading.standing.to_dos(), reading.who.language),
        "hows": [each.value for each in Became],
        "typed": posted,
        "today": reading.on,
        "proposed": reading.on + timedelta(days=1),
        "told": _told(reading),
    }


SHOWN[Sheet.TO_DO] = shown


def _opened(reading: Reading, row: ToDo) -> Task:
    wanted = papers.read(row, Wanted, reading.keys)
    what = kinds.called(reading.knowledge.to_do, wanted.kind, reading.who.language)
    return Task(row, what, wanted.words, late=not row.end and row.due < reading.on)


def _told(reading: Reading) -> Sequence[tuple[IncidentTold, str, Told]]:
    """What somebody had to tell of an incident, its kind in words."""
    rows = papers.of(reading.session, IncidentTold, reading.cases)
    known, language = reading.knowledge.incident, reading.who.language
    return [
        (row, kinds.called(known, row.incident.kind, language), papers.read(row, Told, reading.keys)) for row in rows
    ]


def _task(reading: Reading, to_do_id: str) -> ToDo | None:
    return next((row for row in to_dos.tasks_of(reading.session, reading.cases) if row.id == to_do_id), None)
