"""The closed vocabularies of `[knowledge]`: what the rules of `app/routing` have an opinion about. Pure.

Everything else in the knowledge (units, districts, needs, offers, bases) is a list of the city's own.
"""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """What a unit answers for. A `[knowledge.desk]` row says which unit that is, where and when."""

    COORDINATION = "coordination"
    """Whoever has no district yet, waits in custody or belongs to another municipality."""

    CENTRAL = "central"
    ADULTS = "adults"
    CHILDREN = "children"
    SIG_YOUNG = "sig_young"
    SIG_ADULTS = "sig_adults"
    VIOLENCE = "violence"
    HOUSING = "housing"


class Kind(StrEnum):
    """What kind of programme a `[knowledge.programme]` row is; the rules differ by kind."""

    CENTRAL = "central"
    LOCAL = "local"
    SIG = "sig"


class RouteKind(StrEnum):
    """What a proposal can propose. In the order in which one of several leads."""

    WITNESS = "witness"
    CENTRAL = "central"
    LOCAL = "local"
    SIG = "sig"
    ASSESSMENT = "assessment"
    """Everybody's: what support somebody needs, and what protection."""

    ELSEWHERE = "elsewhere"
    CHILDREN = "children"
    VIOLENCE = "violence"
    NEEDS = "needs"
    HOUSING = "housing"
    CUSTODY = "custody"


class Criterion(StrEnum):
    """What a programme may ask for. Each is one small function in `app/routing/criteria.py`."""

    WANTS_TO_LEAVE = "wants_to_leave"
    NEEDS_SUPPORT_AND_PROTECTION = "needs_support_and_protection"
    CRIMINALITY = "criminality"
    THREAT_CONFIRMED_HIGH = "threat_confirmed_high"
    THREAT_ASSESSED_LOWER = "threat_assessed_lower"
    THREAT_NOT_HIGH = "threat_not_high"
    MUST_LEAVE_CITY = "must_leave_city"
    JOINT_ASSESSMENT = "joint_assessment"
    NOT_A_WITNESS = "not_a_witness"


class ConsentTo(StrEnum):
    """To whom a person consents that secrecy is lifted; each is given, refused or withdrawn for itself."""

    POLICE = "police"
    PRISON_SERVICE = "prison_service"
    HEALTH_CARE = "health_care"
    SCHOOL = "school"
    EMPLOYMENT = "employment"
    OTHER_MUNICIPALITY = "other_municipality"
    INTERPRETER = "interpreter"
    FAMILY = "family"
    """Not to whom, but by whom besides: the family's own yes, for a young person."""


class BasisKind(StrEnum):
    """Why something may leave the house at all."""

    CONSENT = "consent"
    DUTY = "duty"
    SECRECY_BREAKING = "secrecy_breaking"
    NECESSARY = "necessary"


class OutcomeOf(StrEnum):
    """What an outcome is the outcome of."""

    INTAKE = "intake"
    PROGRAMME = "programme"
