"""What an answer calls for there and then, whatever the route. Pure.

A step is shown the moment the answer is written, and stays until a person has said what became of it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from app.routing.answers import Answers
from app.routing.kept import Kept


class Step(StrEnum):
    """What is to be done now."""

    DANGER = "danger"
    """112 from an ordinary telephone; the line cannot connect there."""

    WEAPONS = "weapons"
    CHILD_TRACK = "child_track"
    CUSTODY = "custody"
    WITNESS = "witness"
    STRICTEST_CONTACT = "strictest_contact"


class Raised(Kept):
    """A step, and the questions whose answers raised it."""

    step: Step
    because: tuple[str, ...]


def raises(answers: Answers) -> tuple[Raised, ...]:
    """Every step that the answers call for, the most urgent first."""
    found = ((step, tuple(because(answers))) for step, because in _RAISED_BY)
    return tuple(Raised(step=step, because=because) for step, because in found if because)


def _danger(answers: Answers) -> list[str]:
    """Acute risk, as the handler hears it (B2); weapons or explosives at home (D3)."""
    return [
        *(["threat.acute"] if answers.threat.acute.mentioned else []),
        *(["weapons_at_home"] if answers.weapons_at_home.mentioned else []),
    ]


def _weapons(answers: Answers) -> list[str]:
    """Weapons or explosives at home, mentioned at all: the prompt about 112 and the police (D3)."""
    return ["weapons_at_home"] if answers.weapons_at_home.mentioned else []


def child_track(answers: Answers) -> list[str]:
    """A child in the household, a caller who may be under 18 (D11, B16), a child that may come to harm (B-18)."""
    return [
        *(["age"] if answers.age.may_be_a_child else []),
        *(["children.in_household"] if answers.children.in_household else []),
        *(["children.possible_harm"] if answers.children.possible_harm.mentioned else []),
    ]


def _custody(answers: Answers) -> list[str]:
    """In remand or prison calls are overheard: no calling back, only the prison service's social channel (B17)."""
    return ["custody"] if answers.custody.mentioned else []


def _witness(answers: Answers) -> list[str]:
    """Whoever may be a witness goes to the police's personal security, and is no ordinary defector (section 10)."""
    return ["possible_witness"] if answers.possible_witness.mentioned else []


def _strictest_contact(answers: Answers) -> list[str]:
    """Lives with the person, or with somebody of the network (D5); is in custody (B17)."""
    return [*(["lives_with_network"] if answers.lives_with_network.mentioned else []), *_custody(answers)]


_RAISED_BY: Final[tuple[tuple[Step, Callable[[Answers], list[str]]], ...]] = (
    (Step.DANGER, _danger),
    (Step.WEAPONS, _weapons),
    (Step.CHILD_TRACK, child_track),
    (Step.WITNESS, _witness),
    (Step.CUSTODY, _custody),
    (Step.STRICTEST_CONTACT, _strictest_contact),
)
