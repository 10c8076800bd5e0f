"""SIG's template for follow-up: ten areas, asked when somebody goes in and when they go out (D10). Pure.

The areas are the city's knowledge (`[knowledge.indicator]`); they are put to everybody alike, and what was not asked
has its reason, as in the screening. No number is worked out of them: what changed is told area by area.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import model_validator

from app.routing.answers import NOT_YET, Asked, Word
from app.routing.kept import Kept

FORM: Final = 1
"""The version of the form; kept with every answer, beside that of the knowledge."""


class Moment(StrEnum):
    """The two at which the template is filled in (S1:463-571)."""

    IN = "in"
    OUT = "out"


class FollowedUp(Kept):
    """The template as it was filled in, of one moment: `on` is the day on which they went in or out.

    `ended` is the id of an outcome, once they are out and as far as it is known (F9). `knowledge` is the version of
    the city's that the areas come from.
    """

    form: Literal[1] = FORM
    knowledge: str
    moment: Moment
    on: date
    ended: str | None = None
    said: dict[str, Asked]

    @model_validator(mode="after")
    def _ends_when_they_go_out(self) -> Self:
        if self.ended and self.moment != Moment.OUT:
            raise ValueError("it ends when they go out")
        return self

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The areas that nobody has asked about, by id."""
        return tuple(area for area, asked in self.said.items() if asked.word == Word.NOT_ASKED)

    def mentioned(self, areas: Iterable[str]) -> tuple[str, ...]:
        """Those of these areas that came up, for certain or not."""
        return tuple(area for area in areas if area in self.said and self.said[area].mentioned)


@dataclass(frozen=True)
class Round:
    """A way through SIG, as it stands: the last word on going in, and on going out if they did."""

    into: FollowedUp | None
    out: FollowedUp | None

    def area(self, area: str) -> tuple[Asked, Asked]:
        """What was said of it at either moment; not asked yet, where there is nothing."""
        into, out = (kept.said.get(area, NOT_YET) if kept else NOT_YET for kept in (self.into, self.out))
        return into, out

    def is_another(self, area: str) -> bool:
        """Whether an answer at the one moment is another than at the other; what was not answered tells nothing."""
        into, out = self.area(area)
        return None not in (into.certain, out.certain) and into.certain != out.certain


@dataclass(frozen=True)
class Change:
    """Of one area, from one time that the template was kept to the next."""

    area: str
    before: Asked
    after: Asked


def newest_round(kept: Iterable[FollowedUp]) -> Round:
    """The round that goes on, or went on last: whoever goes in again after they went out has not gone out of it yet."""
    into, out = None, None
    for one in kept:
        into, out = (one, out) if one.moment == Moment.IN else (into, one)
    left_since = out and (into is None or out.on >= into.on)
    return Round(into, out if left_since else None)


def changes(before: Mapping[str, Asked], after: Mapping[str, Asked], areas: Iterable[str]) -> Iterator[Change]:
    """Those of the areas whose answer is another than before, in their order; what nobody asked again is no change."""
    for area in areas:
        earlier, asked = before.get(area, NOT_YET), after.get(area, NOT_YET)
        if asked != earlier and asked.word != Word.NOT_ASKED:
            yield Change(area, earlier, asked)
