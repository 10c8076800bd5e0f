"""A kind from one of the city's lists, or another: of what is to be done, and of what happened at a meeting place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.console.dossier.words import WORDS
from app.routing import wording
from app.routing.wording import Named

OTHER: Final = "other"
"""The kind there always is, also where a city lists none: then it is its words that say what it was."""


def choices(listed: Mapping[str, Named], language: str) -> Mapping[str, str]:
    """What may be chosen of a list as it stands that day, in words; of a city without one, that it was another."""
    return {id_: called(listed, id_, language) for id_ in listed or {OTHER}}


def called(known: Mapping[str, Named], id_: str, language: str) -> str:
    """A kind in words, by everything the city ever listed; of one that is not among it any more the id is left."""
    if id_ == OTHER and id_ not in known:
        return WORDS.say(language, "kind.other")
    return wording.named(known, id_, language)
