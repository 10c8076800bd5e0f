"""Pictures of published numbers: bars one below the other, each with its words and its number. Pure.

A picture is made of what a table tells and knows nothing else, so it cannot say more than the table. A number that may
be nought has no length at all: it is a mark, as long as every other such mark. One that is known only roughly is solid
as far as is certain, and hatched as far as may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from app.statistics.figures import Between

WIDTH: Final = 320
"""Of the whole picture, and of the longest bar, in units of the drawing."""

HIDDEN: Final = 48
"""Of the mark that says: so few that it is not told."""

_BAR, _RULE, _FOOT = 36, 20, 6


@dataclass(frozen=True)
class Bar:
    """A group's name, its number, and where its bar is; `y` is the upper edge of its words."""

    name: str
    number: Between
    y: int
    solid: int
    most: int
    """How long the bar may be at most; as long as `solid` where the number is known."""

    @property
    def is_hidden(self) -> bool:
        """Whether it may be nought, and so has no length."""
        return may_be_none(self.number)


@dataclass(frozen=True)
class Rule:
    """A line across, below which something is true of whatever follows, or above which of whatever came."""

    word: str
    y: int


@dataclass(frozen=True)
class Chart:
    """Bars and the lines between them, and how high it is."""

    bars: Sequence[Bar]
    rules: Sequence[Rule]
    height: int

    @property
    def greatest(self) -> str | None:
        """The group that is larger than each other for certain; None when that cannot be said."""
        ranked = sorted(self.bars, key=lambda bar: bar.number.least, reverse=True)
        others = max((bar.number.most for bar in ranked[1:]), default=0)
        return ranked[0].name if ranked and ranked[0].number.least > others else None


def may_be_none(number: Between) -> bool:
    """Whether nobody knows if there is anybody behind it."""
    return number.least == 0 and number.exactly is None


def chart(
    numbers: Iterable[tuple[str, Between]],
    *,
    rules: Mapping[str, Sequence[str]] | None = None,
    widest: int | None = None,
) -> Chart:
    """The picture of these numbers, in their order. `rules`: words of the lines that follow a bar, by its name.

    `widest`: the number whose bar is as wide as the picture, where several are compared; else the greatest here.
    """
    told, after = list(numbers), rules or {}
    longest = widest or widest_of(number for _, number in told)
    drops = [_BAR + _RULE * len(after.get(name, ())) for name, _ in told]
    tops = list(accumulate(drops, initial=0))
    bars = [
        Bar(name, number, y, _length(number.least, longest), _length(number.most, longest))
        for (name, number), y in zip(told, tops, strict=False)
    ]
    lines = [
        Rule(word, bar.y + _BAR + _RULE * place) for bar in bars for place, word in enumerate(after.get(bar.name, ()))
    ]
    return Chart(bars, lines, tops[-1] + _FOOT)


def widest_of(numbers: Iterable[Between]) -> int:
    """The greatest of the numbers that have a length; at least one."""
    return max((number.most for number in numbers if not may_be_none(number)), default=1) or 1


def _length(number: int, longest: int) -> int:
    return min(WIDTH, WIDTH * number // longest)
