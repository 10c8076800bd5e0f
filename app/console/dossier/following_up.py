"""SIG's template for follow-up on the case: filled in when somebody goes in and when they go out, with what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import fields, follow_up_form
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import SHOWN, Sheet, turn
from app.console.site import ASite
from app.programme.knowledge_words import OutcomeOf
from app.routing import follow_up, papers
from app.routing.answers import Asked
from app.routing.follow_up import FollowUp
from app.routing.indicators import Change, FollowedUp, Moment, changes, newest_round
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])


_Kept = tuple[FollowUp, FollowedUp]


@dataclass(frozen=True)
class Time:
    """One time that the template was filled in, and what was answered otherwise than the time before."""

    row: FollowUp
    followed: FollowedUp
    changes: Sequence[Change]


@router.post("/follow-ups")
def save(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Keep the template as it was filled in, for going in or for going out."""

    def write(reading: Reading) -> Mistakes:
        followed, wrong = follow_up_form.read(posted, reading.standing)
        if followed is None:
            return wrong
        if _overtaken(reading, posted):
            return {"overtaken": "mistake.overtaken"}
        session, source = reading.session, fields.source(posted)
        follow_up.follow_up(session, reading.subject, followed, by=reading.by, at=now, source=source)
        return {}

    return turn(site, reference, who, Sheet.FOLLOW_UP, at=now, write=write, posted=posted)


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """The two moments side by side, what changed from one time to the next, and the form."""
    kept = follow_up.followed_in(reading.session, reading.cases, reading.keys)
    last = kept[-1][1] if kept else None
    areas = reading.standing.indicators
    risks = [area for area, row in areas.items() if row.risk]
    return {
        "areas": {id_: row.name for id_, row in (reading.knowledge.indicator | areas).items()},
        "asked": [*areas],
        "round": newest_round(followed for _, followed in kept),
        "risks": last.mentioned(risks) if last else (),
        "history": [*reversed([*_times(kept, reading.knowledge.indicator)])],
        "since": kept[-1][0].id if kept else "",
        "typed": posted if "since" in posted else follow_up_form.typed(last, _standing(kept, areas)),
        "moments": [each.value for each in Moment],
        "outcomes": {id_: row.name for id_, row in reading.standing.outcomes(OutcomeOf.PROGRAMME).items()},
        "answers": fields.ANSWERS,
        "typed_as": fields.asked_typed,
        "today": reading.on,
    }


def _times(kept: Sequence[_Kept], areas: Iterable[str]) -> Iterator[Time]:
    for nth, (row, followed) in enumerate(kept):
        yield Time(row, followed, [*changes(_standing(kept[:nth], areas), followed.said, areas)])


def _standing(kept: Sequence[_Kept], areas: Iterable[str]) -> dict[str, Asked]:
    """The last answer to each area, whichever moment it is of."""
    said: dict[str, Asked] = {}
    for _, followed in kept:
        said.update({change.area: change.after for change in changes(said, followed.said, areas)})
    return said


def _overtaken(reading: Reading, posted: Posted) -> bool:
    """Whether somebody else filled it in since this page was made."""
    newest = follow_up.newest(reading.session, reading.cases)
    return papers.is_overtaken(newest, reading.subject, mark=posted.get("mark", ""), since=posted.get("since", ""))


SHOWN[Sheet.FOLLOW_UP] = shown
