"""What a row of `[knowledge]` is: its days, its switches, and the names it goes by.

A row stands from `valid_from` to `valid_to`, both days included; left out, always. With `where` it stands only while
the switches it names stand so: two readings of the same text are two rows.
"""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from app.programme.fields import Distinct, Language, Names, quoted
from app.programme.table import Table

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(f"{quoted(value)} is not an id; use a-z, 0-9, - and _")
    return value


def _in_swedish(said: dict[str, str]) -> dict[str, str]:
    if not said.get("sv"):
        raise ValueError("needs its words in Swedish: sv = ...")
    return said


def naming(kind: str) -> AfterValidator:
    """The id of a row of that kind in the same knowledge."""

    def check(value: str, info: ValidationInfo) -> str:
        if isinstance(info.context, Names) and value not in info.context.rows.get(kind, frozenset()):
            near = get_close_matches(value, info.context.rows.get(kind, frozenset()), n=1)
            mend = f"did you mean {near[0]}?" if near else f"add it to [knowledge.{kind}] or correct the word"
            raise ValueError(f"there is no {kind} {quoted(value)}; {mend}")
        return value

    return AfterValidator(check)


Id = Annotated[str, AfterValidator(_id)]
UnitId = Annotated[str, naming("unit")]
DistrictId = Annotated[str, naming("district")]
PoliceAreaId = Annotated[str, naming("police_area")]
NeedId = Annotated[str, naming("need")]
ProgrammeId = Annotated[str, naming("programme")]
BasisId = Annotated[str, naming("legal_basis")]
DistrictIds = Annotated[tuple[DistrictId, ...], Distinct]
NeedIds = Annotated[tuple[NeedId, ...], Distinct]
Words = Annotated[str, Field(min_length=1)]
Said = Annotated[dict[Language, Words], AfterValidator(_in_swedish)]
Age = Annotated[int, Field(ge=0, le=120)]


class Row(Table):
    """What every row has. `source` is where it is written, in the city's own words."""

    valid_from: date | None = None
    valid_to: date | None = None
    where: dict[str, str] = Field(default_factory=dict)
    source: str | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self

    def stands(self, on: date, switches: dict[str, str]) -> bool:
        """Whether the row counts that day, with the switches as they stand."""
        begun = self.valid_from is None or self.valid_from <= on
        over = self.valid_to is not None and self.valid_to < on
        return begun and not over and all(switches.get(name) == position for name, position in self.where.items())

    def meets(self, other: Row) -> bool:
        """Whether there is a day, and a position of the switches, on which both stand."""
        apart = any(
            one.valid_to and two.valid_from and one.valid_to < two.valid_from
            for one, two in ((self, other), (other, self))
        )
        return not apart and all(other.where.get(name, position) == position for name, position in self.where.items())


class Aged(Row):
    """A row for an age, both ends included; left out, without that end."""

    from_age: Age | None = None
    to_age: Age | None = None

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.youngest > self.oldest:
            raise ValueError("to_age is below from_age")
        return self

    @property
    def youngest(self) -> int:
        return self.from_age or 0

    @property
    def oldest(self) -> int:
        return 120 if self.to_age is None else self.to_age
