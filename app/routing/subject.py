"""A case as this room knows it. `cases` stands on the same shelf and is not seen from here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from sqlalchemy.orm import Session

from app.audit.log import write
from app.vault.envelope import Binding, PublicKey, seal
from app.vault.sealed import Sealed


class Filed(Protocol):
    """What a case is, as far as this room has to know."""

    id: Any
    pseudonym: Any
    key_id: Any
    public_key: Any


@dataclass(frozen=True)
class Subject:
    """Where it is filed, what the log calls it, and the public half that everything secret about it is sealed to."""

    case_id: str
    pseudonym: str
    key_id: str
    public_key: bytes = field(repr=False)

    @classmethod
    def of(cls, case: Filed) -> Self:
        """The case as this room knows it."""
        return cls(case.id, case.pseudonym, case.key_id, case.public_key)

    def seal(self, content: bytes, *, table: str, row: str) -> Sealed:
        """Sealed to this case, for this row of this table and no other. Takes no key that opens."""
        key = PublicKey.from_bytes(self.key_id, self.public_key)
        return Sealed(seal(content, key, binding=place_of(table, row, self.case_id)))

    def log(
        self,
        session: Session,
        action: str,
        *,
        by: str,
        at: datetime,
        because: str = "",
        **facts: str | float | bool | None,
    ) -> None:
        """An entry about this case, under its pseudonym, in the deed's own transaction."""
        write(session, at=at, by=by, action=action, about=self.pseudonym, because=because, facts=facts)


def place_of(table: str, row: str, case_id: str) -> Binding:
    """The one place in which a box of this room opens."""
    return Binding(table=table, column="box", row=row, case=case_id)
