"""Routes, reasons and steps in words, for staff. Ids become the names that the city's knowledge gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.catalogue import FIRST_LANGUAGE, Catalogue
from app.programme.knowledge import Knowledge
from app.programme.knowledge_words import RouteKind
from app.routing.routes import Reason
from app.routing.steps import Step

SENTENCES: Final = Catalogue(Path(__file__).parent / "languages")


def because(reason: Reason, language: str, knowledge: Knowledge) -> str:
    """A reason, or what is missing, as a sentence."""
    names = {kind: _NAMED[kind](knowledge, id_, language) for kind, id_ in reason.values.items()}
    return SENTENCES.say(language, reason.key, **names)


def route(kind: RouteKind, language: str) -> str:
    """What a route is called."""
    return SENTENCES.say(language, f"route.{kind.value}")


def step(raised: Step, language: str) -> str:
    """What a step asks of the handler, now."""
    return SENTENCES.say(language, f"step.{raised.value}")


def _said(said: Mapping[str, str], language: str) -> str:
    return said.get(language) or said[FIRST_LANGUAGE]


def _unit(knowledge: Knowledge, id_: str, _language: str) -> str:
    return knowledge.unit[id_].name


def _programme(knowledge: Knowledge, id_: str, _language: str) -> str:
    return knowledge.programme[id_].name


def _need(knowledge: Knowledge, id_: str, language: str) -> str:
    return _said(knowledge.need[id_].name, language)


def _housing(knowledge: Knowledge, id_: str, language: str) -> str:
    level = knowledge.housing.get(id_)
    return _said(level.name, language) if level else id_


_NAMED: Final[Mapping[str, Callable[[Knowledge, str, str], str]]] = MappingProxyType(
    {"unit": _unit, "programme": _programme, "need": _need, "housing": _housing}
)
