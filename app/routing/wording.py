"""Routes, reasons and steps in words, for staff. Ids become the names that the city's knowledge gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from app.catalogue import FIRST_LANGUAGE, Catalogue
from app.programme.knowledge import Knowledge
from app.programme.knowledge_words import RouteKind
from app.routing.routes import Reason
from app.routing.steps import Step


class Named(Protocol):
    """A row of the city's knowledge, with its name, in one language or several."""

    @property
    def name(self) -> str | Mapping[str, str]: ...


SENTENCES: Final = Catalogue(Path(__file__).parent / "languages")


def because(reason: Reason, language: str, knowledge: Knowledge) -> str:
    """A reason, or what is missing, as a sentence."""
    names = {kind: _NAMED[kind](knowledge, id_, language) for kind, id_ in reason.values.items()}
    return SENTENCES.say(language, reason.key, **names)


def missing(reasons: Iterable[Reason], language: str, knowledge: Knowledge) -> list[tuple[str, list[str]]]:
    """What is not known yet, each question once below the name of the programme that asks it; what asks none, last.

    The variants of a programme, by which a city words one condition in several ways, ask together: they have one name.
    """
    below: dict[str, dict[str, None]] = {}
    for reason in reasons:
        id_ = reason.values.get("programme", "")
        name = _programme(knowledge, id_, language) if id_ else ""
        below.setdefault(name, {})[because(reason, language, knowledge)] = None
    return sorted(((name, [*questions]) for name, questions in below.items()), key=lambda group: not group[0])


def route(kind: RouteKind, language: str) -> str:
    """What a route is called."""
    return SENTENCES.say(language, f"route.{kind.value}")


def step(raised: Step, language: str) -> str:
    """What a step asks of the handler, now."""
    return SENTENCES.say(language, f"step.{raised.value}")


def named(rows: Mapping[str, Named], id_: str, language: str) -> str:
    """What the city calls it; of a row that is not in its knowledge any more the id is left."""
    row = rows.get(id_)
    if row is None:
        return id_
    return row.name if isinstance(row.name, str) else row.name.get(language) or row.name[FIRST_LANGUAGE]


def _unit(knowledge: Knowledge, id_: str, language: str) -> str:
    return named(knowledge.unit, id_, language)


def _programme(knowledge: Knowledge, id_: str, language: str) -> str:
    return named(knowledge.programme, id_, language)


def _need(knowledge: Knowledge, id_: str, language: str) -> str:
    return named(knowledge.need, id_, language)


def _housing(knowledge: Knowledge, id_: str, language: str) -> str:
    return named(knowledge.housing, id_, language)


_NAMED: Final[Mapping[str, Callable[[Knowledge, str, str], str]]] = MappingProxyType(
    {"unit": _unit, "programme": _programme, "need": _need, "housing": _housing}
)
