"""A carrier's bad day as it is set by hand on the page: what goes wrong until it is set otherwise."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from app.simulator.exchange import Exchange
from app.simulator.faults import FOREVER, Faults

Rest = Literal["works", "too many requests", "broken", "breaks after doing it", "never answers"]
"""What becomes of the customer's requests. The last two are carried out all the same."""
Seconds = Annotated[float, Field(ge=0, le=15)]


ON_EVERY_WIRE: Final = frozenset(
    {"unreachable", "duplicates", "loses_callbacks", "webhook_delay", "text_delay", "rest"}
)
"""What can go wrong with any carrier; the rest only where webhooks ask for documents and records are kept."""


class BadDay(BaseModel, extra="forbid"):
    """Everything in order, unless said otherwise."""

    unreachable: bool = False
    duplicates: bool = False
    reordering: bool = False
    loses_callbacks: bool = False
    keeps_records: bool = False
    webhook_delay: Seconds = 0
    answers_take: Seconds = 0
    text_delay: Annotated[float, Field(ge=0, le=3600)] = 0
    rest: Rest = "works"

    def begin(self, faults: Faults) -> None:
        """Let the carrier have this day from now on."""
        faults.clear()
        faults.unreachable = self.unreachable
        faults.duplicate_webhooks = self.duplicates
        faults.reorder_callbacks = self.reordering
        faults.webhook_delay = self.webhook_delay
        faults.answers_take = self.answers_take
        faults.message_delay = self.text_delay
        if self.loses_callbacks:
            faults.lose_callbacks()
        if self.keeps_records:
            faults.refuse(FOREVER, status=409, code=20009, method="DELETE")
        self._spoil_rest(faults)

    def _spoil_rest(self, faults: Faults) -> None:
        match self.rest:
            case "too many requests":
                faults.refuse(FOREVER, status=429, code=20429)
            case "broken":
                faults.refuse(FOREVER, status=500, code=20500)
            case "breaks after doing it":
                faults.break_after_doing(FOREVER)
            case "never answers":
                faults.lose_answers(FOREVER)
            case "works":
                pass


def what_can_go_wrong(carrier: str, exchange: Exchange) -> frozenset[str]:
    """Which of these a carrier on this network can have."""
    is_the_exchange_itself = exchange.carriers[carrier] is exchange.faults
    return frozenset(BadDay.model_fields) if is_the_exchange_itself else ON_EVERY_WIRE
