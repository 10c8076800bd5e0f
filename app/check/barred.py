"""Who was cut off and is named by the programme file still: it is the truth, and has to say the same."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.oncall.preflight import Finding
from app.programme.named import places_naming
from app.programme.schema import Programme
from app.staff import cut_offs


def findings(session: Session, programme: Programme) -> Iterator[Finding]:
    """One for each of them."""
    for one in cut_offs.standing(session):
        places = ", ".join(places_naming(programme, one.alias))
        what = f"{one.alias} was cut off by {one.by} on {one.at:%Y-%m-%d}, and the programme file still names them"
        yield Finding(serious=True, what=what, do=f"take them out of {places}; then: dygnet apply FILE")
