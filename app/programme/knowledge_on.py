"""The knowledge as it stands on a day, with the switches as they are turned. Pure.

Whatever has ended leads to its successor; what has not begun, or ended without one, is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from app.programme.knowledge import (
    AgeBand,
    Desk,
    District,
    Incident,
    Indicator,
    Knowledge,
    Need,
    Offer,
    Outcome,
    PoliceArea,
    ProgrammeRow,
    ToDo,
    Unit,
)
from app.programme.knowledge_controller import Controller, nearest
from app.programme.knowledge_rows import Row
from app.programme.knowledge_words import OutcomeOf, RouteKind, Task

_R = TypeVar("_R", bound=Row)
_Following = TypeVar("_Following", Unit, District, PoliceArea)


@dataclass(frozen=True)
class Standing:
    """What stands on a day."""

    knowledge: Knowledge
    on: date

    def district(self, id_: str | None) -> str | None:
        """The district that is responsible that day for whoever belongs to `id_`; None: unknown."""
        return self._now(self.knowledge.district, id_)

    def unit(self, id_: str) -> str | None:
        """The unit itself that day, or the one that took its place."""
        return self._now(self.knowledge.unit, id_)

    def police_area(self, district: str) -> str | None:
        """The local police area of a district, by its id."""
        return self._now(self.knowledge.police_area, self.knowledge.district[district].police_area)

    def desk(self, task: Task, district: str | None) -> str | None:
        """The unit that answers for a task where somebody belongs, by its id: the district's own, else everybody's."""
        row = self._nearest((desk for desk in self._desks if desk.task == task), district)
        return self.unit(row.unit) if row else None

    @cached_property
    def programmes(self) -> tuple[tuple[str, ProgrammeRow], ...]:
        """The programmes, by id, in the file's order."""
        return tuple(self._named(self.knowledge.programme))

    def age_bands(self, programme: str, district: str | None) -> tuple[AgeBand, ...]:
        """The ages a programme takes where somebody belongs; none: any age."""
        mine = [band for band in self._bands if programme in band.programmes]
        own = tuple(band for band in mine if district in band.districts)
        return own or tuple(band for band in mine if not band.districts)

    @cached_property
    def needs(self) -> dict[str, Need]:
        """The needs that may be named."""
        return dict(self._named(self.knowledge.need))

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """What is followed up, in the template's order."""
        return dict(self._named(self.knowledge.indicator))

    def outcomes(self, of: OutcomeOf) -> dict[str, Outcome]:
        """How such a thing can end."""
        return {id_: row for id_, row in self._named(self.knowledge.outcome) if row.of == of}

    @cached_property
    def boards(self) -> tuple[Controller, ...]:
        """Every controller; none where the municipality's own name is all that is known."""
        return tuple(row for _, row in self._named(self.knowledge.controller))

    def controllers(self, belongs: str | None) -> tuple[str, ...]:
        """Whose the data are of somebody who belongs there, by name; several only where they are it jointly."""
        found = nearest(self.boards, self.district(belongs))
        return tuple(board.name for board in found) or (self.knowledge.municipality.name,)

    def offers(self) -> Iterator[tuple[str, Offer]]:
        """What can be offered."""
        return self._named(self.knowledge.offer)

    def incidents(self) -> dict[str, Incident]:
        """What may have happened at a meeting place."""
        return dict(self._named(self.knowledge.incident))

    def to_dos(self) -> dict[str, ToDo]:
        """What may be set to be done."""
        return dict(self._named(self.knowledge.to_do))

    def partners(self, kind: RouteKind, district: str | None) -> Iterator[str]:
        """Who outside the city is a partner on a route, by id: of the local police areas only the district's own."""
        area = self.police_area(district) if district else None
        receivers = self._named(self.knowledge.receiver)
        return (id_ for id_, each in receivers if kind in each.partner_in and each.police_area in (None, area))

    def _named(self, table: Mapping[str, _R]) -> Iterator[tuple[str, _R]]:
        switches = self.knowledge.switches
        return ((id_, row) for id_, row in table.items() if row.stands(self.on, switches))

    @cached_property
    def _desks(self) -> tuple[Desk, ...]:
        return tuple(row for _, row in self._named(self.knowledge.desk))

    @cached_property
    def _bands(self) -> tuple[AgeBand, ...]:
        return tuple(row for _, row in self._named(self.knowledge.age_band))

    def _nearest(self, desks: Iterator[Desk], district: str | None) -> Desk | None:
        here = sorted(
            (desk for desk in desks if not desk.districts or district in desk.districts),
            key=lambda desk: not desk.districts,
        )
        return here[0] if here else None

    def _now(self, table: Mapping[str, _Following], id_: str | None) -> str | None:
        """Follow the successors from `id_` to one that stands."""
        switches = self.knowledge.switches
        while id_ is not None and (row := table.get(id_)) is not None:
            if row.stands(self.on, switches):
                return id_
            ended = row.valid_to is not None and row.valid_to < self.on
            id_ = row.successor if ended else None
        return None
