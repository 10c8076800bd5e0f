"""The screening: what was asked and what was answered, as one frozen, versioned thing.

Three to five conversations are usual before it is whole (A11), so everything begins as *not asked*, and a later
conversation makes a new one: `answers.model_copy(update=...)`. No number is worked out of it; the police assess the
threat (B3). Everybody is asked the same: `gender` is there for the count of what was not asked (D1); no rule reads it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from app.programme.knowledge_words import ConsentTo
from app.routing.kept import Kept

FORM: Final = 1
"""The version of the form; kept with every answer (D14)."""

GROWN_UP: Final = 18
OLDEST: Final = 120


class Word(StrEnum):
    """What can be answered to any question (D1)."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    DECLINED = "declined"
    NOT_ASKED = "not_asked"


class Why(StrEnum):
    """Why a question was not asked."""

    NOT_YET = "not_yet"
    NOT_SAFE = "not_safe"
    NO_TIME = "no_time"
    NOT_ALONE = "not_alone"
    OTHER = "other"


class Gender(StrEnum):
    """What somebody said of themselves."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"
    UNKNOWN = "unknown"


class Bops(StrEnum):
    """What BOPS has said of the threat (B1)."""

    NOT_ASKED = "not_asked"
    REQUESTED = "requested"
    CONFIRMED_HIGH = "confirmed_high"
    ASSESSED_LOWER = "assessed_lower"
    DECLINED = "declined"


class Consent(StrEnum):
    """What became of one consent (C1)."""

    NOT_ASKED = "not_asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Asked(Kept):
    """A question and its answer. Only what was not asked has a reason."""

    word: Word = Word.NOT_ASKED
    because: Why | None = None

    @model_validator(mode="after")
    def _has_a_reason_or_an_answer(self) -> Self:
        if (self.word == Word.NOT_ASKED) != (self.because is not None):
            raise ValueError("a question that was not asked has a reason, and no other has")
        return self

    @property
    def mentioned(self) -> bool:
        """It came up, for certain or not."""
        return self.word in (Word.YES, Word.UNCLEAR)

    @property
    def certain(self) -> bool | None:
        """Yes or no, or None when nobody knows yet."""
        return {Word.YES: True, Word.NO: False}.get(self.word)


NOT_YET: Final = Asked(because=Why.NOT_YET)


class Joint(Kept):
    """The city's and the local police's own judgement that somebody cannot stay (B5): both named, by alias or post."""

    city: str = Field(min_length=1)
    police: str = Field(min_length=1)
    on: date
    cannot_stay: bool


class Threat(Kept):
    """What the police say of it, and since when; `acute` is the handler's own first impression, for 112 and no more."""

    bops: Bops = Bops.NOT_ASKED
    bops_on: date | None = None
    bops_by: str | None = None
    acute: Asked = NOT_YET
    joint: Joint | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        answered = self.bops in (Bops.CONFIRMED_HIGH, Bops.ASSESSED_LOWER)
        if answered and not (self.bops_on and self.bops_by):
            raise ValueError("an answer from BOPS has its date and whom it came from")
        return self


class Age(Kept):
    """In whole years, both ends included: a known age is both, a band its own, nothing known the whole of life."""

    youngest: int = Field(default=0, ge=0, le=OLDEST)
    oldest: int = Field(default=OLDEST, ge=0, le=OLDEST)

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.youngest > self.oldest:
            raise ValueError("the oldest is below the youngest")
        return self

    @classmethod
    def of(cls, years: int) -> Age:
        """A known age."""
        return cls(youngest=years, oldest=years)

    @property
    def known(self) -> bool:
        """Whether anything at all is."""
        return (self.youngest, self.oldest) != (0, OLDEST)

    @property
    def may_be_a_child(self) -> bool:
        """Under 18, as far as anything is known."""
        return self.known and self.youngest < GROWN_UP

    @property
    def is_a_child(self) -> bool:
        """Under 18 for certain."""
        return self.oldest < GROWN_UP

    def within(self, youngest: int, oldest: int) -> bool | None:
        """Whether it lies there; None when the band reaches over an edge."""
        if youngest <= self.youngest and self.oldest <= oldest:
            return True
        return False if self.oldest < youngest or oldest < self.youngest else None


class Children(Kept):
    """Children in the household (D11): how many, None when nobody knows, and their ages; never a name."""

    in_household: int | None = Field(default=None, ge=0, le=30)
    ages: tuple[Age, ...] = ()
    possible_harm: Asked = NOT_YET


ELSEWHERE: Final = "elsewhere"
"""Somebody who belongs to another municipality."""


class Answers(Kept):
    """The whole form. `belongs` is the id of a district, `ELSEWHERE`, or None while it is unknown.

    `needs` are ids of the code list, `housing` the level that is asked for; None: not asked. A consent that is not
    named was not asked for.
    """

    form: Literal[1] = FORM
    gender: Gender = Gender.UNKNOWN
    age: Age = Age()
    belongs: str | None = None
    violence_exposed: Asked = NOT_YET
    violence_perpetrated: Asked = NOT_YET
    criminality: Asked = NOT_YET
    wants_to_leave: Asked = NOT_YET
    needs_support_and_protection: Asked = NOT_YET
    threat: Threat = Threat()
    must_leave_city: Asked = NOT_YET
    lives_with_network: Asked = NOT_YET
    weapons_at_home: Asked = NOT_YET
    custody: Asked = NOT_YET
    possible_witness: Asked = NOT_YET
    children: Children = Children()
    needs: tuple[str, ...] | None = None
    housing: str | None = None
    consents: dict[ConsentTo, Consent] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_need_once(self) -> Self:
        if self.needs is not None and len(set(self.needs)) < len(self.needs):
            raise ValueError("a need is named once")
        return self

    def consent(self, to: ConsentTo) -> bool | None:
        """Whether it is given; None while it was not asked for."""
        said = self.consents.get(to, Consent.NOT_ASKED)
        return None if said == Consent.NOT_ASKED else said == Consent.GIVEN

    @property
    def not_asked(self) -> tuple[str, ...]:
        """The questions that nobody has asked yet, by name, in the form's order: shown, and counted by gender (D1)."""
        own = [name for name, said in self if isinstance(said, Asked) and said.word == Word.NOT_ASKED]
        others = (("threat.acute", self.threat.acute), ("children.possible_harm", self.children.possible_harm))
        return (*own, *(name for name, said in others if said.word == Word.NOT_ASKED))
