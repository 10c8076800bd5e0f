"""What applying would change of `[knowledge]`: a line for each row, or a single one where it is another city's. Pure.

~ knowledge: version stockholm-2025-10 -> stockholm-2027-01
+ knowledge unit.jarva-vuxna: name Vuxenenheten, Järva
~ knowledge age_band.central-18: from_age 18 -> 20
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.programme.knowledge import Knowledge
from app.programme.knowledge_checks import rows

Facts = dict[str, str]


def between(old: Knowledge | None, new: Knowledge) -> list[str]:
    """The lines; none when nothing changes."""
    if old == new:
        return []
    if old is None:
        return [f"+ knowledge: {_told(_whole(new))}"]
    lines = [f"~ knowledge: {changes}"] if (changes := _changes(_whole(old), _whole(new))) else []
    return lines if old.municipality.name != new.municipality.name else [*lines, *_by_row(old, new)]


def _by_row(old: Knowledge, new: Knowledge) -> Iterator[str]:
    before, after = _rows(old), _rows(new)
    for name, facts in after.items():
        if name not in before:
            yield f"+ knowledge {name}: {_told(facts)}"
        elif changes := _changes(before[name], facts):
            yield f"~ knowledge {name}: {changes}"
    yield from (f"- knowledge {name}" for name in before if name not in after)


def _whole(knowledge: Knowledge) -> Facts:
    """What is said of it as a whole: whose, which, how its switches stand, how much of each kind."""
    amounts = {kind: str(len(table)) for kind, table in knowledge if isinstance(table, dict) and kind != "turned"}
    turned = {f"switch.{name}": position for name, position in knowledge.switches.items()}
    return {**_facts(knowledge.municipality.model_dump(mode="json")), **turned, **amounts}


def _rows(knowledge: Knowledge) -> dict[str, Facts]:
    switches = {f"switch.{id_}": _facts(each.model_dump(mode="json")) for id_, each in knowledge.switch.items()}
    return switches | {
        name: _facts(row.model_dump(mode="json", exclude_defaults=True)) for name, row in rows(knowledge)
    }


def _facts(values: dict[str, Any]) -> Facts:
    return {
        field: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for field, value in values.items()
        if value not in (None, [], {})
    }


def _told(facts: Facts) -> str:
    return "; ".join(f"{field} {value}" for field, value in facts.items())


def _changes(before: Facts, after: Facts) -> str:
    return "; ".join(
        f"{field} {before.get(field, 'none')} -> {after.get(field, 'none')}"
        for field in {**before, **after}
        if before.get(field) != after.get(field)
    )
