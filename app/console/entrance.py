"""What the console needs of the way in, to enter what came another way. The two faces know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.staff.models import Person


class Mistake(Protocol):
    """One thing to put right: the field it stands at, and the sentence that says how."""

    @property
    def field(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def values(self) -> Mapping[str, object]: ...


class Entrance(Protocol):
    """Receives a sheet as the reception receives a form. What a sheet is, only the two who fill and read it know."""

    def ask(self, language: str, key: str, **values: object) -> str:
        """A question of the form, in its own words."""

    def empty(self) -> Any:
        """A sheet that nobody has touched."""

    def read(self, posted: Mapping[str, str]) -> Any:
        """A sheet as it was sent, with everything that was typed."""

    def wrong(self, session: Session, sheet: Any, *, at: datetime) -> Sequence[Mistake]:
        """What has to be put right before it can be received."""

    def take_in(self, session: Session, sheet: Any, *, by: Person, at: datetime) -> str:
        """Receive it; the reference of its case. The same sheet again changes nothing."""
