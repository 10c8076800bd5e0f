"""From answers to routes: every rule speaks, each route gets its owner, and one of them leads. Pure.

A proposal, never a decision: a person decides, and keeps with it what is here (B1, B19).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from itertools import groupby

from app.programme.knowledge import Knowledge
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import RouteKind
from app.routing.answers import ELSEWHERE, Answers, Word
from app.routing.criteria import judged
from app.routing.owners import owner
from app.routing.routes import Decline, Reason, Route, Spoke
from app.routing.rules import RULES, Draft, Rule, Seen

_LEADS = tuple(RouteKind)
_FOLLOW_UP = ("support_need", "protection_need")
"""Two things, followed up each for itself (B8)."""


def propose(
    answers: Answers, knowledge: Knowledge, *, on: date, declined: Collection[Decline] = ()
) -> tuple[Route, ...]:
    """The routes that follow on that day, the leading one first. Never none, and each with an owner.

    `declined` are the units that have said no to a route: it goes on to the next, until one is left that cannot.
    """
    seen = Seen(answers, Standing(knowledge, on), tuple(declined))
    drafts = [(rule, draft) for rule in RULES for draft in rule.drafts(seen)]
    drafts.sort(key=lambda drafted: (_LEADS.index(drafted[1].kind), drafted[1].task))
    together = [list(same) for _, same in groupby(drafts, key=lambda drafted: _same(drafted[1]))]
    return tuple(_route(seen, same, lead=place == 0) for place, same in enumerate(together))


def _same(draft: Draft) -> tuple[object, ...]:
    """Drafts that ask the same of the same unit are one route with several reasons."""
    return draft.kind, draft.task


def _route(seen: Seen, same: list[tuple[Rule, Draft]], *, lead: bool) -> Route:
    _, draft = same[0]
    who = owner(draft.kind, draft.task, seen.answers, seen.standing, seen.declined)
    assessing = draft.kind == RouteKind.ASSESSMENT
    district = seen.standing.district(seen.answers.belongs)
    knowledge = seen.standing.knowledge
    return Route(
        kind=draft.kind,
        task=draft.task,
        owner=who.unit,
        owner_name=knowledge.unit[who.unit].name,
        lead=lead,
        voluntary=draft.voluntary,
        partners=tuple(seen.standing.partners(draft.kind, district)),
        reasons=(*(reason for _, each in same for reason in each.reasons), *who.reasons),
        missing=tuple(_missing(seen)) if assessing else (),
        follow_up=_FOLLOW_UP if assessing else (),
        offers=tuple(_offers(seen)) if assessing else (),
        spoke=tuple(dict.fromkeys(_spoke(rule, each, knowledge) for rule, each in same)),
    )


def _spoke(rule: Rule, draft: Draft, knowledge: Knowledge) -> Spoke:
    fact = draft.fact or rule.fact
    return Spoke(rule=fact, version=rule.version, knowledge=knowledge.municipality.version, row=draft.row)


def _missing(seen: Seen) -> Iterator[Reason]:
    """What is not known yet: to decide on a programme that nothing speaks against, and of what everybody is asked."""
    for id_, row in seen.standing.programmes:
        criteria = list(judged(row, id_, seen.answers, seen.standing))
        if not any(met is False for _, met in criteria):
            unknown = (key for key, met in criteria if met is None)
            yield from (Reason(key=f"missing.{key}", values={"programme": id_}) for key in unknown)
    for question in ("violence_exposed", "violence_perpetrated", "criminality"):
        if getattr(seen.answers, question).word == Word.NOT_ASKED:
            yield Reason(key=f"missing.{question}")
    if seen.answers.children.in_household is None:
        yield Reason(key="missing.children")
    if seen.answers.belongs != ELSEWHERE and not _placed(seen):
        yield Reason(key="missing.district")


def _placed(seen: Seen) -> bool:
    return not seen.standing.knowledge.district or seen.standing.district(seen.answers.belongs) is not None


def _offers(seen: Seen) -> Iterator[str]:
    """What can be offered for the needs that were named, at this age for certain (D8, B18, D11)."""
    named = {*(seen.answers.needs or ())}
    for id_, offer in seen.standing.offers():
        wanted = named.intersection(offer.needs) or (offer.for_parents and seen.answers.children.in_household)
        if wanted and seen.answers.age.within(offer.youngest, offer.oldest):
            yield id_
