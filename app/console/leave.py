"""Whether the person may be sought one way, as a page has it at hand: the leave, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from app.cases.outreach import Permit, Refused


@dataclass(frozen=True)
class Answered:
    """What the rule said of one way to them."""

    answer: Permit | Refused
    by_hand: bool
    """There is no carrier here: they are sought by hand."""

    @property
    def permit(self) -> Permit | None:
        """The leave there is, or None."""
        return self.answer if isinstance(self.answer, Permit) else None

    @property
    def refused(self) -> Refused | None:
        """Why there is none."""
        return self.answer if isinstance(self.answer, Refused) else None
