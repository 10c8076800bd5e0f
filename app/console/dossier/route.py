"""What the rules propose, what a person decides, and which unit is asked. A proposal decides nothing by itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.console.deeds import ADeed
from app.console.doors import from_our_pages
from app.console.dossier import colliding, fields
from app.console.dossier.fields import Mistakes, Posted
from app.console.dossier.glance import Asked, asked_in
from app.console.dossier.leads import led
from app.console.dossier.reading import Reading
from app.console.dossier.sheet import SHOWN, Sheet, turn
from app.console.site import ASite
from app.routing import deciding, wording
from app.routing.collision_models import What
from app.routing.deciding import LONGEST_REASON, Decided
from app.routing.models import Decision
from app.routing.proposals import propose
from app.routing.routes import Route
from app.web import Now
from app.web import Posted as APosted

router = APIRouter(prefix="/console/cases/{reference}", dependencies=[Depends(from_our_pages)])

_PLACE: Final = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Told:
    """A route in words."""

    id: str
    name: str
    owner: str
    lead: bool
    voluntary: bool
    reasons: Sequence[str]
    missing: Sequence[tuple[str, Sequence[str]]]
    """What is not known yet, below each programme it is asked for; below no name, what everybody is asked."""

    follow_up: Sequence[str]
    offers: Sequence[str]
    partners: Sequence[str]
    rules: str
    """Which rules spoke, in which versions, of which knowledge."""

    offered: Sequence[Asked] = ()


@router.post("/route")
def decide(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Choose among the routes as they were shown, with reasons. Shown otherwise by now: look again."""

    def write(reading: Reading) -> Mistakes:
        routes = _proposed(reading)
        chosen = [routes[place] for place in _places(posted, len(routes))]
        because = fields.words(posted, "reason")
        wrong = _wrong(posted, routes, chosen, because)
        if not wrong:
            passed_over = tuple(route for route in routes if route not in chosen)
            led = _led(chosen, posted.get("lead", ""))
            decided = Decided(routes=led, passed_over=passed_over, because=because, on=reading.on)
            _keep(reading, decided, fields.source(posted))
        return wrong

    return turn(site, reference, who, Sheet.ROUTE, at=now, write=write, posted=posted)


@router.post("/offers")
def offer(reference: str, site: ASite, who: ADeed, posted: APosted, now: Now) -> Response:
    """Ask the unit of a decided route whether it takes it on."""

    def write(reading: Reading) -> Mistakes:
        decision = reading.session.get(Decision, posted.get("decision", ""))
        place = posted.get("place", "")
        if decision is None or decision.case_id not in reading.cases or not _PLACE.fullmatch(place):
            return {"offer": "mistake.offer"}
        first = next((line.unit for line in decision.lines if (line.place, line.nth) == (int(place), 0)), "")
        if colliding.collides(reading.session, reading.case, What.UNIT, first, by=who.alias, at=now):
            return {"offer": "mistake.collides"}
        deciding.offer(reading.session, reading.subject, decision, int(place), by=reading.by, at=now)
        return {}

    return turn(site, reference, who, Sheet.ROUTE, at=now, write=write, posted=posted)


def shown(reading: Reading, posted: Posted) -> Mapping[str, object]:
    """The proposal of this moment, and every decision with its offers, the latest first."""
    routes = _proposed(reading)
    decided = deciding.decisions_in(reading.session, reading.cases, reading.keys)
    asked = asked_in(reading.session, reading.cases, reading.knowledge)
    return {
        "routes": [_in_words(route, reading) for route in routes],
        "shown_as": _digest(routes),
        "typed": posted,
        "controller": reading.controller(),
        "most": LONGEST_REASON,
        "led": led(reading.session, reading.cases, reading.knowledge),
        "decisions": [
            (row, words, [_in_words(route, reading, asked[row.id, place]) for place, route in enumerate(words.routes)])
            for row, words in reversed(decided)
        ],
    }


def _proposed(reading: Reading) -> tuple[Route, ...]:
    session, cases = reading.session, reading.cases
    decided = deciding.decisions_in(session, cases, reading.keys)
    declined = deciding.declines(deciding.offers_of(session, cases), decided)
    return propose(reading.answers(), reading.knowledge, on=reading.on, declined=declined)


def _keep(reading: Reading, decided: Decided, source: str) -> None:
    answers, knowledge = reading.answers(), reading.knowledge
    keep = partial(deciding.decide, reading.session, reading.subject, decided, answers, knowledge)
    keep(by=reading.by, at=reading.at, source=source)


def _wrong(posted: Posted, routes: Sequence[Route], chosen: Sequence[Route], because: str) -> Mistakes:
    if posted.get("shown_as") != _digest(routes):
        return {"routes": "mistake.proposal_changed"}
    wrong = {} if chosen else {"routes": "mistake.routes"}
    lead = posted.get("lead", "")
    if len(chosen) > 1 and lead and lead not in map(_id, chosen):
        wrong["lead"] = "mistake.lead"
    return wrong if 0 < len(because) <= LONGEST_REASON else {**wrong, "reason": "mistake.reason"}


def _places(posted: Posted, count: int) -> list[int]:
    return [place for place in range(count) if posted.get(f"take.{place}")]


def _led(chosen: Sequence[Route], lead: str) -> tuple[Route, ...]:
    """One of them leads: the one that was said, else the one that was proposed to, else the first."""
    proposed = next((route for route in chosen if route.lead), chosen[0])
    leads = next((route for route in chosen if _id(route) == lead), proposed)
    return tuple(route.model_copy(update={"lead": route == leads}) for route in chosen)


def _id(route: Route) -> str:
    return f"{route.kind}.{route.task}"


def _digest(routes: Sequence[Route]) -> str:
    return hashlib.sha256(b"\0".join(route.canonical() for route in routes)).hexdigest()


def _in_words(route: Route, reading: Reading, offered: Sequence[Asked] = ()) -> Told:
    language, knowledge = reading.who.language, reading.knowledge
    because = partial(wording.because, language=language, knowledge=knowledge)
    return Told(
        id=_id(route),
        name=wording.route(route.kind, language),
        owner=route.owner_name,
        lead=route.lead,
        voluntary=route.voluntary,
        reasons=[because(reason) for reason in route.reasons],
        missing=wording.missing(route.missing, language, knowledge),
        follow_up=[wording.SENTENCES.say(language, f"follow_up.{each}") for each in route.follow_up],
        offers=[wording.named(knowledge.offer, each, language) for each in route.offers],
        partners=[wording.named(knowledge.receiver, each, language) for each in route.partners],
        rules=", ".join(f"{spoke.rule} v{spoke.version}" for spoke in route.spoke) + f" · {route.spoke[0].knowledge}",
        offered=offered,
    )


SHOWN[Sheet.ROUTE] = shown
