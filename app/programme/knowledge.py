"""`[knowledge]`: where help comes from, as data. Who answers for what, whom each programme takes, what may be said.

Rows are tables by id (`[knowledge.unit.hemlosa]`), so that a complaint, a decision and another row can name them.
What a row means to a proposal stands in `app/routing`; what stands on which day, in `knowledge_on.py`; how files are
put together, in `knowledge_files.py`.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.programme import knowledge_checks
from app.programme.fields import Distinct, Filled, one_of
from app.programme.knowledge_controller import Controller
from app.programme.knowledge_rows import (
    Aged,
    BasisId,
    DistrictId,
    DistrictIds,
    Id,
    NeedIds,
    PoliceAreaId,
    ProgrammeId,
    Row,
    Said,
    UnitId,
    Words,
)
from app.programme.knowledge_words import BasisKind, ConsentTo, Criterion, Kind, OutcomeOf, RouteKind, Task
from app.programme.table import Table

_Tasked = Annotated[Task, one_of(Task, "a task")]
_Kinds = Annotated[Kind, one_of(Kind, "a kind of programme")]
_Criteria = Annotated[tuple[Annotated[Criterion, one_of(Criterion, "a criterion")], ...], Distinct, Filled]
_Routes = Annotated[tuple[Annotated[RouteKind, one_of(RouteKind, "a route")], ...], Distinct]
_ConsentWord = Annotated[ConsentTo, one_of(ConsentTo, "a consent")]
_Consents = Annotated[tuple[_ConsentWord, ...], Distinct]
_BasisWord = Annotated[BasisKind, one_of(BasisKind, "a kind of basis")]
_OutcomeWord = Annotated[OutcomeOf, one_of(OutcomeOf, "what an outcome is of")]


class Municipality(Table):
    """Whose knowledge this is. `version` is kept with every decision; `last` is the unit that cannot decline."""

    name: Words
    version: Words
    last: UnitId


class Switch(Table):
    """A question that the source documents leave open: what may be answered, and what is assumed until somebody has.

    `positions` are the answers by their word, each in words; turned for a city in `knowledge.turned`.
    """

    question: Words
    positions: dict[Id, Words]
    stands_at: str
    source: str | None = None


class Unit(Row):
    """A unit of the city's. `discreet_name` is what anybody outside hears of it; `otherwise` takes what it declines."""

    name: Words
    discreet_name: Words | None = None
    otherwise: UnitId | None = None
    successor: UnitId | None = None


class PoliceArea(Row):
    """A local police area (lokalpolisområde)."""

    name: Words
    successor: PoliceAreaId | None = None


class District(Row):
    """Where somebody belongs (socialtjänsttillhörighet), which need not be where they are."""

    name: Words
    police_area: PoliceAreaId
    successor: DistrictId | None = None


class Desk(Row):
    """Which unit answers for a task: in these districts, or everywhere that has no desk of its own for it."""

    task: _Tasked
    unit: UnitId
    districts: DistrictIds = ()


class ProgrammeRow(Row):
    """A programme and whom it takes: everyone of `criteria` and `consents`, and one of `needs` where it names any.

    `rule` is the fact it comes from. Ages stand in `age_band`; a programme without one takes any age.
    """

    name: Words
    kind: _Kinds
    task: _Tasked
    rule: Words
    criteria: _Criteria
    consents: _Consents = ()
    needs: NeedIds = ()
    districts: DistrictIds = ()
    voluntary: bool = False


class AgeBand(Aged):
    """The ages that programmes take: in these districts, or everywhere that has no band of its own for them."""

    programmes: Annotated[tuple[ProgrammeId, ...], Distinct, Filled]
    districts: DistrictIds = ()


class Need(Row):
    """What somebody needs. With a `task`, whoever answers for it is proposed besides everybody else."""

    name: Said
    task: _Tasked | None = None


class Housing(Row):
    """A level of the housing ladder, 1 being the strictest. Never a place."""

    name: Said
    step: int = Field(ge=1, le=20)


class Offer(Aged):
    """What can be offered, to whom by age, and which needs it answers; `for_parents`: wherever there are children."""

    name: Said
    needs: NeedIds = ()
    for_parents: bool = False


class Outcome(Row):
    """How it ended."""

    name: Said
    of: _OutcomeWord


class Indicator(Row):
    """An area that the template for follow-up asks about, of everybody alike (D10).

    `risk`: what is said there tells of a risk, and whoever hears it looks at protection anew.
    """

    name: Said
    risk: bool = False


class Incident(Row):
    """What may happen at a meeting place: whatever it was, the place is shut by it at once (E5)."""

    name: Said


class ToDo(Row):
    """What somebody may set themselves to do for a person, and within how many days it is proposed (A10)."""

    name: Said
    days: int = Field(default=1, ge=0, le=90)


class Handover(Table):
    """The keys of a house that takes in sealed packages, as it printed them with `dygnet handover key`.

    `seals_to` is what packages for it are sealed to, `signs_with` what it signs with: whose fingerprint both sides have
    compared by another way. `address` is where its public pages are; without one files are carried.
    """

    seals_to: Annotated[str, Field(pattern=r"^[a-z]{1,16}-[0-9a-f]{8}:[A-Za-z0-9+/]{1600,1640}={0,2}$")]
    signs_with: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    address: Annotated[str, Field(pattern=r"^https?://[a-z0-9.:\[\]-]+$")] | None = None


class Receiver(Row):
    """Somebody outside the unit who may be told something: on the person's consent to them, or on one of `bases`.

    `partner_in` are the routes they are proposed on as a partner: with a `police_area`, of whoever belongs there.
    """

    name: Words
    consent: _ConsentWord | None = None
    bases: tuple[BasisId, ...] = ()
    police_area: PoliceAreaId | None = None
    partner_in: _Routes = ()
    handover: Handover | None = None
    """How a person is handed over to them in a sealed package; None: on paper, or by voice."""

    context_only: bool = False
    """A forum or a frame: nothing about a person ever goes there."""

    @model_validator(mode="after")
    def _hears_of_nobody(self) -> Self:
        if self.context_only and (self.consent or self.bases or self.partner_in):
            raise ValueError(
                "is context_only, and so has no consent, bases or partner_in; take them or context_only out"
            )
        return self


class LegalBasis(Aged):
    """A rule by which something may or must leave, with the conditions that somebody ticks. `blocked` says why not."""

    name: Said
    law: Words
    section: Words
    kind: _BasisWord
    conditions: dict[Id, Said]
    obliges: bool = False
    blocked: Words | None = None
    successor: BasisId | None = None


class Text(Row):
    """Words that the city has approved, in each language they are approved in."""

    said: Said
    approved_by: Words | None = None


class Knowledge(Table):
    """The whole of it."""

    municipality: Municipality
    turned: dict[str, str] = Field(default_factory=dict)
    switch: dict[Id, Switch] = Field(default_factory=dict)
    unit: dict[Id, Unit]
    police_area: dict[Id, PoliceArea] = Field(default_factory=dict)
    district: dict[Id, District] = Field(default_factory=dict)
    desk: dict[Id, Desk]
    programme: dict[Id, ProgrammeRow] = Field(default_factory=dict)
    age_band: dict[Id, AgeBand] = Field(default_factory=dict)
    need: dict[Id, Need] = Field(default_factory=dict)
    housing: dict[Id, Housing] = Field(default_factory=dict)
    offer: dict[Id, Offer] = Field(default_factory=dict)
    outcome: dict[Id, Outcome] = Field(default_factory=dict)
    indicator: dict[Id, Indicator] = Field(default_factory=dict)
    controller: dict[Id, Controller] = Field(default_factory=dict)
    incident: dict[Id, Incident] = Field(default_factory=dict)
    to_do: dict[Id, ToDo] = Field(default_factory=dict)
    receiver: dict[Id, Receiver] = Field(default_factory=dict)
    legal_basis: dict[Id, LegalBasis] = Field(default_factory=dict)
    text: dict[Id, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if wrong := knowledge_checks.mistakes(self):
            raise ValueError("\n  knowledge: ".join(wrong))
        return self

    @property
    def switches(self) -> dict[str, str]:
        """How every switch stands."""
        return {name: self.turned.get(name, switch.stands_at) for name, switch in self.switch.items()}

    def with_switches(self, **positions: str) -> Self:
        """The same knowledge read otherwise: `with_switches(central_age="20")`, `_` for `-`."""
        turned = {name.replace("_", "-"): position for name, position in positions.items()}
        return type(self).model_validate(self.model_dump() | {"turned": {**self.turned, **turned}})
