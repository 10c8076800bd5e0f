"""What a carrier keeps of our calls and texts, until it is told to forget them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

INBOUND: Final = "inbound"
OVER_REST: Final = "outbound-api"
CALL_IS_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
TEXT_IS_OVER: Final = frozenset({"delivered", "undelivered", "failed", "received", "read", "canceled"})


class Kind(StrEnum):
    """What a record is about."""

    CALL = "call"
    TEXT = "text"


@dataclass(frozen=True)
class Record:
    """One call or text as the carrier has it written down. Numbers and words show in no `repr`."""

    kind: Kind
    ref: str
    status: str
    at: datetime
    """When it began, in UTC."""

    direction: str
    """`inbound`, `outbound-api`, or `outbound-dial` for a call that was dialled from another."""

    sender: str | None = field(repr=False)
    """As the carrier spells it: E.164, or some word for a withheld number."""

    to: str | None = field(repr=False)
    body: str = field(default="", repr=False)
    code: int | None = None
    media: int = 0
    """How many pictures and the like came with a text."""

    forwarded_from: str | None = field(default=None, repr=False)

    @property
    def inbound(self) -> bool:
        """Whether somebody reached us, and not we them."""
        return self.direction == INBOUND

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in (CALL_IS_OVER if self.kind is Kind.CALL else TEXT_IS_OVER)


class Records(Protocol):
    """A carrier's memory. Every method may raise CarrierError; code 20009 is: not finished, not yet."""

    def came_in(self, kind: Kind, *, since: datetime) -> list[Record]:
        """What reached our numbers since a moment, the oldest first."""

    def went_out(self, kind: Kind, *, to: str, since: datetime) -> list[Record]:
        """What we sent or called over REST to one number since a moment, the oldest first."""

    def look_up(self, kind: Kind, ref: str) -> Record | None:
        """One record, or None when the carrier has none."""

    def legs_of(self, ref: str) -> list[str]:
        """The calls that were dialled from this one."""

    def blank(self, ref: str) -> None:
        """Empty the words of a text that cannot be deleted yet."""

    def delete(self, kind: Kind, ref: str) -> None:
        """Forget a call, or a text with its media. One that is gone already is no error."""
