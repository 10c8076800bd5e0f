"""What applying a programme would change, in lines that a person reads before they agree. Pure.

    + rotation backup: members bo, fatima; starts 2026-01-05 08:00; turn P7D
    - staff dag
    ~ staff anna: roles handler -> handler, coordinator; phone changed

No line holds a staff number or e-mail address: `noted` brings in that one changed, from whoever could compare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.programme import knowledge_differences
from app.programme.durations import iso
from app.programme.retention import RetentionClass
from app.programme.schema import Programme

Facts = dict[str, str]
"""A thing's fields as they are shown."""

_NOT_SHOWN = {
    *("staff", "rotation", "untaken", "uncontacted", "acute", "alias", "tier"),
    *("phone", "email", "webhook", "webhook_secret"),
}
"""Told by the thing's own name, or not told at all."""

_RECOGNISABLE = 8
"""Signs of a recording's digest that are enough to see that it is another one."""


def between(old: Programme | None, new: Programme, noted: Mapping[str, list[str]]) -> list[str]:
    """The lines, in the new file's order; what is gone comes last. `noted` adds remarks to aliases."""
    before = _things(old) if old else {}
    after = _things(new)
    lines = [_line(name, before.get(name), facts, noted.get(name, [])) for name, facts in after.items()]
    gone = [f"- {name}" for name in before if name not in after]
    known = knowledge_differences.between(old.knowledge if old else None, new.knowledge)
    return [*filter(None, lines), *gone, *known]


def _line(name: str, before: Facts | None, after: Facts, remarks: list[str]) -> str:
    if before is None:
        return f"+ {name}: " + "; ".join([*(f"{field} {value}" for field, value in after.items()), *remarks])
    changes = [
        f"{field} {before.get(field, 'none')} -> {after.get(field, 'none')}"
        for field in {**before, **after}
        if before.get(field) != after.get(field)
    ]
    told = "; ".join([*changes, *remarks])
    return f"~ {name}: {told}" if told else ""


def _things(programme: Programme) -> dict[str, Facts]:
    """Everything in the programme that can come, change or go, under the name that the lines call it by."""
    routine = programme.routine
    things = {"programme": _facts(programme.programme), "routine": _facts(routine)}
    things |= {"contact": _facts(programme.contact)}
    things |= {"retention": {"contact_details": iso(programme.retention.contact_details)}}
    things |= {f"retention.{name}": _facts(programme.retention.rule(name)) for name in RetentionClass}
    for ladder in ("untaken", "uncontacted", "acute"):
        things |= {f"routine.{ladder}[{n}]": _facts(step) for n, step in enumerate(getattr(routine, ladder))}
    things |= {f"voice {language}": _facts(voice) for language, voice in programme.voices.items()}
    things |= {
        f"recordings {language}": {name: digest[:_RECOGNISABLE] for name, digest in named.items()}
        for language, named in programme.recordings.items()
    }
    things |= {staff_name(member.alias): _facts(member) for member in programme.staff}
    things |= {f"team {team.name}": {"members": ", ".join(team.members)} for team in programme.team}
    seen: Counter[str] = Counter()
    for rotation in programme.rotation:
        seen[rotation.tier] += 1
        nth = f" ({seen[rotation.tier]})" if seen[rotation.tier] > 1 else ""
        things[f"rotation {rotation.tier}{nth}"] = _facts(rotation)
    return things


def staff_name(alias: str) -> str:
    """How the lines, and the keys of `noted`, name a member of staff."""
    return f"staff {alias}"


def _facts(table: Iterable[tuple[str, object]]) -> Facts:
    return {field: _shown(value) for field, value in table if field not in _NOT_SHOWN and value is not None}


def _shown(value: object) -> str:
    match value:
        case timedelta():
            return iso(value)
        case datetime():
            return value.isoformat(" ", "minutes")
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
