"""Words that somebody who knows the house tries first as a passphrase."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.programme.apply import current
from app.staff.directory import everyone


def words_of_the_house(session: Session) -> Sequence[str]:
    """The programme's name, whole and in parts, and everybody's alias."""
    name = current(session).programme.name
    return [name, *name.split(), *(person.alias for person in everyone(session))]
