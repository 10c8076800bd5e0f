"""The screening as a form: every question with the same five answers and the same reasons for not asking. Pure.

Nothing depends on the gender that was chosen: no question, not their order, nothing chosen beforehand (D1, D2).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from app.console.dossier import fields
from app.console.dossier.fields import Mistakes, Posted
from app.programme.knowledge_on import Standing
from app.routing.answers import (
    ELSEWHERE,
    Age,
    Answers,
    Bops,
    Children,
    Gender,
    Joint,
    Threat,
)

QUESTIONS: Final = {
    "now": ("threat.acute", "weapons_at_home"),
    "three": ("violence_exposed", "violence_perpetrated", "criminality"),
    "out": ("wants_to_leave", "needs_support_and_protection", "must_leave_city"),
    "safe": ("lives_with_network", "custody", "possible_witness"),
    "children": ("children.possible_harm",),
}
"""The questions by their place on the page; danger comes first."""

_MOST_CHILDREN: Final = 30
_PLAIN: Final = tuple(name for group in QUESTIONS.values() for name in group if "." not in name)


def read(posted: Posted, standing: Standing) -> tuple[Answers | None, Mistakes]:
    """The form as it was filled in, or what is wrong with it, each mistake by its field."""
    wrong = dict(_mistakes(posted, standing))
    return (None, wrong) if wrong else (_answers(posted), wrong)


def typed(answers: Answers) -> dict[str, str]:
    """The same the other way round: what stands in each field."""
    threat, children = answers.threat, answers.children
    needs = {f"need.{need}": "yes" for need in answers.needs or ()}
    return {
        "gender": answers.gender.value,
        "age": fields.age_typed(answers.age),
        "belongs": answers.belongs or "",
        **{name: fields.asked_typed(getattr(answers, name)) for name in _PLAIN},
        "threat.acute": fields.asked_typed(threat.acute),
        "children.possible_harm": fields.asked_typed(children.possible_harm),
        "bops": threat.bops.value,
        "bops_on": str(threat.bops_on or ""),
        "bops_by": threat.bops_by or "",
        **_joint_typed(threat.joint),
        "in_household": "" if children.in_household is None else str(children.in_household),
        "child_ages": ", ".join(map(fields.age_typed, children.ages)),
        **needs,
        "no_needs": "yes" if answers.needs == () else "",
        "housing": answers.housing or "",
    }


def _mistakes(posted: Posted, standing: Standing) -> Iterator[tuple[str, str]]:
    known = standing.knowledge
    yield from ((name, "mistake.answer") for name in _asked() if posted.get(name, "not_yet") not in fields.ANSWERS)
    if posted.get("gender", "unknown") not in {each.value for each in Gender}:
        yield "gender", "mistake.choose"
    if fields.age(posted.get("age", "")) is None:
        yield "age", "mistake.age"
    if posted.get("belongs", "") not in {"", ELSEWHERE, *known.district}:
        yield "belongs", "mistake.choose"
    if not {*fields.ticked(posted, "need.")} <= known.need.keys():
        yield "needs", "mistake.choose"
    if posted.get("housing", "") not in {"", *known.housing}:
        yield "housing", "mistake.choose"
    yield from _mistakes_of_children(posted)
    yield from _mistakes_of_the_threat(posted)


def _mistakes_of_children(posted: Posted) -> Iterator[tuple[str, str]]:
    count = posted.get("in_household", "").strip()
    if count and not (count.isascii() and count.isdecimal() and int(count) <= _MOST_CHILDREN):
        yield "in_household", "mistake.in_household"
    if None in _ages(posted):
        yield "child_ages", "mistake.child_ages"


def _mistakes_of_the_threat(posted: Posted) -> Iterator[tuple[str, str]]:
    bops = fields.one_of(posted, "bops", Bops) if posted.get("bops") else Bops.NOT_ASKED
    if bops is None:
        yield "bops", "mistake.choose"
    if posted.get("bops_on") and fields.day(posted["bops_on"]) is None:
        yield "bops_on", "mistake.day"
    elif bops in (Bops.CONFIRMED_HIGH, Bops.ASSESSED_LOWER) and not (
        posted.get("bops_on") and fields.words(posted, "bops_by")
    ):
        yield "bops", "mistake.bops"
    said = [bool(fields.words(posted, name)) for name in ("joint_city", "joint_police", "joint_on", "joint_stay")]
    if any(said) and not (all(said) and fields.day(posted["joint_on"])):
        yield "joint", "mistake.joint"


def _answers(posted: Posted) -> Answers:
    needs = fields.ticked(posted, "need.")
    count = posted.get("in_household", "").strip()
    plain: dict[str, Any] = {name: fields.asked(posted, name) for name in _PLAIN}
    return Answers(
        **plain,
        gender=fields.one_of(posted, "gender", Gender) or Gender.UNKNOWN,
        age=fields.age(posted.get("age", "")) or Age(),
        belongs=posted.get("belongs") or None,
        threat=Threat(
            bops=fields.one_of(posted, "bops", Bops) or Bops.NOT_ASKED,
            bops_on=fields.day(posted.get("bops_on", "")),
            bops_by=fields.words(posted, "bops_by") or None,
            acute=fields.asked(posted, "threat.acute"),
            joint=_joint(posted),
        ),
        children=Children(
            in_household=int(count) if count else None,
            ages=tuple(age for age in _ages(posted) if age),
            possible_harm=fields.asked(posted, "children.possible_harm"),
        ),
        needs=needs or (() if posted.get("no_needs") else None),
        housing=posted.get("housing") or None,
    )


def _joint(posted: Posted) -> Joint | None:
    on = fields.day(posted.get("joint_on", ""))
    if on is None:
        return None
    city, police = fields.words(posted, "joint_city"), fields.words(posted, "joint_police")
    return Joint(city=city, police=police, on=on, cannot_stay=posted.get("joint_stay") == "cannot")


def _joint_typed(joint: Joint | None) -> dict[str, str]:
    if joint is None:
        return dict.fromkeys(("joint_city", "joint_police", "joint_on", "joint_stay"), "")
    stay = "cannot" if joint.cannot_stay else "can"
    return {"joint_city": joint.city, "joint_police": joint.police, "joint_on": str(joint.on), "joint_stay": stay}


def _asked() -> Iterator[str]:
    return (name for group in QUESTIONS.values() for name in group)


def _ages(posted: Posted) -> list[Age | None]:
    return [fields.age(each) for each in posted.get("child_ages", "").split(",") if each.strip()]
