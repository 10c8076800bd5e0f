"""What a proposal is made of: routes, their reasons, and who has declined one. Kept as they were shown."""

from __future__ import annotations

from pydantic import Field

from app.programme.knowledge_words import RouteKind, Task
from app.routing.kept import Kept


class Reason(Kept):
    """A sentence by its key in `languages/`, with the ids it speaks of."""

    key: str
    values: dict[str, str] = Field(default_factory=dict)


class Spoke(Kept):
    """The rule that proposed a route, its version, and the version and row of the knowledge it read."""

    rule: str
    version: int
    knowledge: str
    row: str | None = None


class Route(Kept):
    """Help from one owner, a unit by its id. `lead` on exactly one of those proposed together.

    `partners` are receivers outside the city, by id; being one discloses nothing. `missing` is what is yet to be known.
    """

    kind: RouteKind
    task: Task
    owner: str
    owner_name: str
    lead: bool
    voluntary: bool = False
    partners: tuple[str, ...] = ()
    reasons: tuple[Reason, ...]
    missing: tuple[Reason, ...] = ()
    follow_up: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    spoke: tuple[Spoke, ...]


class Decline(Kept):
    """A unit has said no to a route; the person is then the next one's, and their clock runs on."""

    route: RouteKind
    unit: str
