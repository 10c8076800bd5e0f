"""Single fields of the dossier's forms: what was typed becomes what is meant, or nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from app.db import new_id
from app.routing.answers import NOT_YET, OLDEST, Age, Asked, Why, Word

Posted = Mapping[str, str]
Mistakes = dict[str, str]
"""A field, and the key of the sentence that says how to mend it."""

ANSWERS: Final = (*(word.value for word in Word if word != Word.NOT_ASKED), *(why.value for why in Why))
"""What can be chosen: an answer, or why nobody asked."""

_W = TypeVar("_W", bound=StrEnum)
_YEARS: Final = re.compile(r"\s*(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?\s*")


def words(posted: Posted, name: str) -> str:
    """What was typed there, its line ends as we keep them."""
    return posted.get(name, "").replace("\r\n", "\n").strip()


def one_of(posted: Posted, name: str, values: type[_W]) -> _W | None:
    """The word that was chosen, or None."""
    value = posted.get(name, "")
    return values(value) if value in {each.value for each in values} else None


def ticked(posted: Posted, prefix: str) -> tuple[str, ...]:
    """The ends of the names of the boxes that were ticked below a prefix."""
    return tuple(name.removeprefix(prefix) for name, value in posted.items() if name.startswith(prefix) and value)


def age(text: str) -> Age | None:
    """`17`, or `15-17`; nothing at all is an age that nobody knows. None for anything else."""
    if not text.strip():
        return Age()
    found = _YEARS.fullmatch(text)
    if found is None:
        return None
    youngest, oldest = int(found[1]), int(found[2] or found[1])
    return Age(youngest=youngest, oldest=oldest) if youngest <= oldest <= OLDEST else None


def age_typed(age: Age) -> str:
    """The same the other way round."""
    if not age.known:
        return ""
    return str(age.youngest) if age.youngest == age.oldest else f"{age.youngest}-{age.oldest}"


def day(text: str) -> date | None:
    """A day as browsers write it, `2026-01-05`. None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def asked(posted: Posted, name: str) -> Asked:
    """The answer that was chosen (one of `ANSWERS`), or why nobody asked; a field that is not there: not yet."""
    said = posted.get(name, "")
    if said in {why.value for why in Why}:
        return Asked(because=Why(said))
    return Asked(word=Word(said)) if said else NOT_YET


def asked_typed(asked: Asked) -> str:
    """The same the other way round."""
    return (asked.because or asked.word).value


def source(posted: Posted) -> str:
    """What makes the same form sent twice one deed; a form without it is one of its own."""
    return posted.get("mark", "")[:32] or new_id()
