"""Answers as a handler would tell them, and the cities whose knowledge is shipped."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from app.programme.knowledge import Knowledge
from app.programme.knowledge_files import shipped
from app.programme.knowledge_words import ConsentTo, RouteKind
from app.routing.answers import Age, Answers, Asked, Bops, Children, Consent, Joint, Threat, Why, Word
from app.routing.proposals import propose
from app.routing.routes import Decline, Route

YES, NO, UNCLEAR = Asked(word=Word.YES), Asked(word=Word.NO), Asked(word=Word.UNCLEAR)
REFUSED_TO_SAY = Asked(word=Word.DECLINED)
NOT_SAFE_TO_ASK = Asked(because=Why.NOT_SAFE)
TODAY = date(2026, 1, 5)
HIGH = Threat(bops=Bops.CONFIRMED_HIGH, bops_on=TODAY, bops_by="police-region")
LOWER = Threat(bops=Bops.ASSESSED_LOWER, bops_on=TODAY, bops_by="police-region")
BOTH_JUDGED = Threat(joint=Joint(city="anna", police="avhopparsamordnaren i Farsta", on=TODAY, cannot_stay=True))
ALL_CONSENTS = dict.fromkeys(ConsentTo, Consent.GIVEN)


@cache
def city(name: str, **turned: str) -> Knowledge:
    """The knowledge of a shipped city, some of its switches turned."""
    knowledge = Knowledge.model_validate(shipped(name))
    return knowledge.with_switches(**turned) if turned else knowledge


def wants_out(**besides: Any) -> Answers:
    """Thirty, of Farsta, wants to leave and needs support and protection; no children."""
    plain: dict[str, Any] = {
        "age": Age.of(30),
        "belongs": "farsta",
        "wants_to_leave": YES,
        "needs_support_and_protection": YES,
        "children": Children(in_household=0),
    }
    return Answers(**plain | besides)


def proposed(
    answers: Answers, knowledge: Knowledge | None = None, *, on: date = TODAY, declined: tuple[Decline, ...] = ()
) -> dict[RouteKind, Route]:
    """The routes by their kind; of several of a kind the last."""
    return {route.kind: route for route in propose(answers, knowledge or city("stockholm"), on=on, declined=declined)}


def owners(answers: Answers, knowledge: Knowledge | None = None, *, on: date = TODAY) -> dict[str, str]:
    """Who owns what."""
    return {kind.value: route.owner for kind, route in proposed(answers, knowledge, on=on).items()}
