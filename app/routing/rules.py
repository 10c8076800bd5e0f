"""The rules of who is helped where, read as a table: one small function for each, with the fact it comes from. Pure.

A rule looks at the answers and at the city's knowledge on the day, and drafts routes; who owns them, and who leads, is
`proposals.py`. Raise a rule's version whenever its function comes to say something else: decisions keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.programme.knowledge import ProgrammeRow
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import Kind, RouteKind, Task
from app.routing.answers import ELSEWHERE, Answers
from app.routing.criteria import judged
from app.routing.owners import at_desk, social_services
from app.routing.routes import Decline, Reason
from app.routing.steps import child_track


@dataclass(frozen=True)
class Seen:
    """Everything a rule may look at."""

    answers: Answers
    standing: Standing
    declined: tuple[Decline, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A route without its owner. `fact` where the row that spoke comes from another fact than its rule."""

    kind: RouteKind
    task: Task
    reasons: tuple[Reason, ...]
    row: str | None = None
    fact: str | None = None
    voluntary: bool = False


class Rule(NamedTuple):
    """A rule by its fact in the table of sources, and the version of what it says."""

    fact: str
    version: int
    drafts: Callable[[Seen], Iterator[Draft]]


def witness(seen: Seen) -> Iterator[Draft]:
    """Section 10: whoever may be a witness is the police's personal security's, and no ordinary defector."""
    if seen.answers.possible_witness.mentioned:
        yield Draft(RouteKind.WITNESS, Task.COORDINATION, (Reason(key="because.witness"),))


def central(seen: Seen) -> Iterator[Draft]:
    """B1, B5, B6: the central programme, by the police's stated threat or by a joint assessment. One way is enough."""
    met = [(id_, row, reasons) for id_, row, reasons in _met(seen, Kind.CENTRAL) if not _said_no(seen, row)]
    for id_, row, reasons in met[:1]:
        yield Draft(RouteKind.CENTRAL, row.task, reasons, row=id_, fact=row.rule)


def local(seen: Seen) -> Iterator[Draft]:
    """B4: at a lower threat the district's own programme, with its local police area."""
    for id_, row, reasons in _met(seen, Kind.LOCAL):
        yield Draft(RouteKind.LOCAL, row.task, reasons, row=id_, fact=row.rule)


def declined_by_central(seen: Seen) -> Iterator[Draft]:
    """B7: what the central programme declines stays with the district and its local police. Nothing closes."""
    for id_, row, _ in _met(seen, Kind.CENTRAL):
        if _said_no(seen, row):
            unit = at_desk(row.task, seen.answers, seen.standing)
            reason = Reason(key="because.central_declined", values={"unit": unit, "programme": id_})
            yield Draft(RouteKind.LOCAL, Task.ADULTS, (reason,), row=id_)
            return


def sig(seen: Seen) -> Iterator[Draft]:
    """B11 to B15: SIG by age and district, with the consents it stands on (C1, C2); a voluntary measure (B14)."""
    for id_, row, reasons in _met(seen, Kind.SIG):
        yield Draft(RouteKind.SIG, row.task, reasons, row=id_, fact=row.rule, voluntary=row.voluntary)


def elsewhere(seen: Seen) -> Iterator[Draft]:
    """29 kap. 1, 7 §§ SoL: the municipality they belong to is responsible; until it accepts, we are."""
    if seen.answers.belongs == ELSEWHERE:
        yield Draft(RouteKind.ELSEWHERE, Task.COORDINATION, (Reason(key="because.elsewhere"),))


def children(seen: Seen) -> Iterator[Draft]:
    """B16, D11: children's unit answers for a child's protection, in parallel with whatever else."""
    if because := child_track(seen.answers):
        reasons = tuple(Reason(key=f"because.child.{each}") for each in because)
        yield Draft(RouteKind.CHILDREN, Task.CHILDREN, reasons)


def violence(seen: Seen) -> Iterator[Draft]:
    """D1, D4: exposed to violence: the relationship violence team too, besides and not instead."""
    if seen.answers.violence_exposed.certain:
        yield Draft(RouteKind.VIOLENCE, Task.VIOLENCE, (Reason(key="because.violence_exposed"),))


def needs(seen: Seen) -> Iterator[Draft]:
    """D6, D7: several needs, several owners at once."""
    known = seen.standing.needs
    for need in seen.answers.needs or ():
        task = known[need].task if need in known else None
        if task:
            kind = RouteKind.VIOLENCE if task == Task.VIOLENCE else RouteKind.NEEDS
            yield Draft(kind, task, (Reason(key="because.need", values={"need": need}),))


def housing(seen: Seen) -> Iterator[Draft]:
    """D9, D13: a level of the housing ladder is asked for; for defectors too. Never a place (B20)."""
    if seen.answers.housing is not None:
        reason = Reason(key="because.housing", values={"housing": seen.answers.housing})
        yield Draft(RouteKind.HOUSING, Task.HOUSING, (reason,))


def custody(seen: Seen) -> Iterator[Draft]:
    """B17: in remand or prison; contact goes by the prison service's social channel."""
    if seen.answers.custody.mentioned:
        yield Draft(RouteKind.CUSTODY, Task.COORDINATION, (Reason(key="because.custody"),))


def everybody(seen: Seen) -> Iterator[Draft]:
    """B8: whatever the threat, support needs are investigated and protection needs assessed. So nobody is nobody's."""
    yield Draft(RouteKind.ASSESSMENT, social_services(seen.answers), (Reason(key="because.everybody"),))


RULES: Final[tuple[Rule, ...]] = (
    Rule("section 10", 1, witness),
    Rule("B1", 1, central),
    Rule("B4", 1, local),
    Rule("B7", 1, declined_by_central),
    Rule("B11", 1, sig),
    Rule("law 29:1", 1, elsewhere),
    Rule("B16", 1, children),
    Rule("D4", 1, violence),
    Rule("D6", 1, needs),
    Rule("D9", 1, housing),
    Rule("B17", 1, custody),
    Rule("B8", 1, everybody),
)


def _met(seen: Seen, kind: Kind) -> Iterator[tuple[str, ProgrammeRow, tuple[Reason, ...]]]:
    """The programmes of a kind whose every criterion is met, and the criteria as reasons."""
    for id_, row in seen.standing.programmes:
        criteria = list(judged(row, id_, seen.answers, seen.standing))
        if row.kind == kind and all(met for _, met in criteria):
            yield id_, row, tuple(Reason(key=key, values={"programme": id_}) for key, _ in criteria)


def _said_no(seen: Seen, row: ProgrammeRow) -> bool:
    unit = at_desk(row.task, seen.answers, seen.standing)
    return Decline(route=RouteKind.CENTRAL, unit=unit) in seen.declined
