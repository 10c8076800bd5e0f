"""What stood when a deed was done, for its entry: the number of the programme in force, and who has which roles.

The tables belong to rooms above this one. They are asked here, by name, so that no deed can forget to say either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import JSON, Select, column, func, select, table
from sqlalchemy.orm import Session

from app.remembered import standing_for

SEVERAL: Final = "+"
"""Between the roles of somebody who has more than one, where the deed does not say in which they acted."""

_KNOWN: Final = "standing"
_NEWEST: Final[Select[Any]] = select(func.max(column("number"))).select_from(table("programme_versions"))
_PEOPLE: Final[Select[Any]] = select(column("alias"), column("roles", JSON)).select_from(table("staff_people"))


class Standing(NamedTuple):
    """The programme's number, 0 before there is one; the roles of everybody who is or was on the staff, by alias."""

    programme: int
    roles: Mapping[str, str]


def standing(session: Session) -> Standing:
    """How things stood when this transaction first wrote into the log: it asks once, and writes nothing for it."""
    if _KNOWN not in session.info:
        session.info[_KNOWN] = _read(session)
    known: Standing = session.info[_KNOWN]
    return known


@standing_for
def _read(session: Session) -> Standing:
    connection = session.connection()
    roles = {alias: SEVERAL.join(roles) for alias, roles in connection.execute(_PEOPLE)}
    return Standing(connection.execute(_NEWEST).scalar() or 0, roles)
