"""Teams that a programme names: colleagues who can be brought in together, such as a reinforcement team (A9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.programme.fields import Distinct, Filled, Member
from app.programme.table import Table


class Team(Table):
    """`[[team]]`: a name that colleagues know, and who is in it. Whoever has a case may bring them in as co-handlers.

    A team is no target of a ladder: it is a resource with a queue of its own, and the 24 hours never wait for it.
    """

    name: str = Field(min_length=1, max_length=40)
    members: Annotated[tuple[Member, ...], Distinct, Filled]
