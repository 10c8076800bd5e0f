"""The criteria of programmes, a small function each: met, not met, or not known yet (None). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from app.programme.knowledge import ProgrammeRow
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import Criterion
from app.routing.answers import ELSEWHERE, Answers, Bops, Word

Judged = bool | None
"""None: what would decide it has not been asked, or was not answered."""


def wants_to_leave(answers: Answers) -> Judged:
    """Wants to leave organised crime (B1)."""
    return answers.wants_to_leave.certain


def needs_support_and_protection(answers: Answers) -> Judged:
    """Is judged in need of society's support and protection (B1)."""
    return answers.needs_support_and_protection.certain


def criminality(answers: Answers) -> Judged:
    """SIG for adults is for whoever lives with crime of their own (B11)."""
    return answers.criminality.certain


def threat_confirmed_high(answers: Answers) -> Judged:
    """The police's words (BOPS), never the caller's (B1, B3)."""
    return {Bops.CONFIRMED_HIGH: True, Bops.ASSESSED_LOWER: False}.get(answers.threat.bops)


def threat_assessed_lower(answers: Answers) -> Judged:
    """Assessed, and not as high (B4, B7)."""
    return {Bops.CONFIRMED_HIGH: False, Bops.ASSESSED_LOWER: True}.get(answers.threat.bops)


def threat_not_high(answers: Answers) -> Judged:
    """SIG is for lower threat (B14), and waits for no assessment that nobody has asked for."""
    return {Bops.CONFIRMED_HIGH: False, Bops.REQUESTED: None}.get(answers.threat.bops, True)


def must_leave_city(answers: Answers) -> Judged:
    """Needs to move from the city for protection (B6)."""
    return answers.must_leave_city.certain


def joint_assessment(answers: Answers) -> Judged:
    """The city and the local police have both judged that they cannot stay (B5)."""
    return answers.threat.joint.cannot_stay if answers.threat.joint else None


def not_a_witness(answers: Answers) -> Judged:
    """No *bevisperson* (domain section 10). Nobody is one until it came up; then it is settled first."""
    return {Word.YES: False, Word.UNCLEAR: None}.get(answers.possible_witness.word, True)


CRITERIA: Final[Mapping[Criterion, Callable[[Answers], Judged]]] = MappingProxyType(
    {
        Criterion.WANTS_TO_LEAVE: wants_to_leave,
        Criterion.NEEDS_SUPPORT_AND_PROTECTION: needs_support_and_protection,
        Criterion.CRIMINALITY: criminality,
        Criterion.THREAT_CONFIRMED_HIGH: threat_confirmed_high,
        Criterion.THREAT_ASSESSED_LOWER: threat_assessed_lower,
        Criterion.THREAT_NOT_HIGH: threat_not_high,
        Criterion.MUST_LEAVE_CITY: must_leave_city,
        Criterion.JOINT_ASSESSMENT: joint_assessment,
        Criterion.NOT_A_WITNESS: not_a_witness,
    }
)


def judged(row: ProgrammeRow, id_: str, answers: Answers, standing: Standing) -> Iterator[tuple[str, Judged]]:
    """Everything a programme asks for, by the key of its sentence, and whether it is met."""
    yield from ((f"criterion.{each.value}", CRITERIA[each](answers)) for each in row.criteria)
    yield from ((f"consent.{each.value}", answers.consent(each)) for each in row.consents)
    if answers.belongs == ELSEWHERE:
        yield "criterion.here", False
    district = standing.district(answers.belongs)
    if row.districts:
        yield "criterion.district", None if district is None else district in row.districts
    if row.needs:
        yield "criterion.needs", None if answers.needs is None else bool({*answers.needs}.intersection(row.needs))
    if bands := standing.age_bands(id_, district):
        within = [answers.age.within(band.youngest, band.oldest) for band in bands]
        yield "criterion.age", True if True in within else None if None in within else False
