"""What is wrong with a programme file, said so that the person who wrote it can mend it."""

from __future__ import annotations

from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.programme import knowledge, retention, schema

_REASONS = {
    "missing": "is missing",
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list, in square brackets",
    "model_type": "must be a table of its own",
    "string_too_short": "must not be empty",
    "dict_type": "must be a table of its own",
    "date_type": "is not a date; write it as 2026-01-05, without quotes",
    "date_from_datetime_parsing": "is not a date; write it as 2026-01-05, without quotes",
}


def complaints(problem: ValidationError) -> list[str]:
    """One line for each mistake, in the file's order: where, what, and what to write instead."""
    return [f"{_path(error['loc'])}: {_reason(error)}" for error in problem.errors()]


def _path(loc: tuple[int | str, ...]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return path.removeprefix(".")


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]))
    return _REASONS.get(error["type"], error["msg"].removeprefix("Value error, "))


def _unknown_key(key: str) -> str:
    near = get_close_matches(key, _known_keys(), n=1)
    return f"is not a known key; did you mean {near[0]}?" if near else "is not a known key"


def _known_keys() -> list[str]:
    kinds = [*vars(schema).values(), *vars(knowledge).values(), *vars(retention).values()]
    tables = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return sorted({key for table in tables for key in table.model_fields})
