"""Where the programme file names somebody: what has to be changed in it when they go."""

from __future__ import annotations

from app.programme.schema import Programme


def places_naming(programme: Programme, alias: str) -> tuple[str, ...]:
    """The tables and keys, as the file calls them: `[[staff]]`, `standing_chain`, `[[rotation]] backup`, a ladder."""
    routine = programme.routine
    named = {
        "[[staff]]": alias in {member.alias for member in programme.staff},
        "standing_chain": alias in programme.programme.standing_chain,
    }
    named |= {f"[[rotation]] {one.tier}": alias in one.members for one in programme.rotation}
    for ladder in ("untaken", "uncontacted", "acute"):
        named[f"[[routine.{ladder}]]"] = any(alias in step.page for step in getattr(routine, ladder))
    return tuple(place for place, is_there in named.items() if is_there)
