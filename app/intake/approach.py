"""What comes in by a call, a text or a form, in one shape: what the person told, and how they may be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.cases.doubts import Why
from app.cases.permissions import Only
from app.vault.receipts import WayBack as WayBack


@dataclass(frozen=True)
class Callback:
    """How the person wants to be reached: `none` means they come back themselves, `unasked` that nobody asked them."""

    wish: Literal["call", "sms", "both", "none", "unasked"]
    number: str | None = field(repr=False)
    hours: Literal["any", "day", "evening", "night"] = "any"
    only: Only | None = None
    """Weekdays and times that narrow the hours."""

    voicemail: bool | None = None
    """Whether a message may be left; None: not asked, which means no."""

    through_the_line: bool = True
    """Whether the line itself may call or text the number. Who does not want our number to show cannot be: the number
    is kept, and a handler calls it by hand."""


@dataclass(frozen=True)
class Entered:
    """A colleague writes it down later than it came. `came_at` (UTC): when it truly did, and the clock began."""

    came_at: datetime
    way: str
    """One of `app.cases.entries.WAYS`."""

    by_id: str
    by: str
    """The colleague's alias."""


@dataclass(frozen=True)
class Approach:
    """What came in. `source` is the carrier's id of the call or text, or the form's own mark: the same is the same.

    `number` is the caller's own by the carrier's word (E.164), or None when it is withheld. A number somebody
    typed belongs in `callback`: it is a claim, and is never joined to a case by itself.
    """

    channel: Literal["phone", "sms", "form", "by_hand"]
    source: str
    language: str
    number: str | None = field(default=None, repr=False)
    role: Literal["self", "relative", "professional", "unknown"] = "unknown"
    message: str | None = field(default=None, repr=False)
    profile: str | None = field(default=None, repr=False)
    """What else they said, as `app.cases.profile` writes it down."""

    danger: bool = False
    doubt: Why | None = None
    """Why a machine may have sent it, where something says so."""

    callback: Callback | None = None
    way_back: WayBack | None = None
    due_by: datetime | None = None
    """Until when somebody else has promised a first contact; ours is then not later."""

    canary: bool = False
    """Nobody approached us: it is our own, to see whether somebody answers."""

    entered: Entered | None = None
    """Who entered it, for what did not come in by itself."""

    @property
    def told_by(self) -> str:
        """By whose word it is written down, as the log names them."""
        return self.entered.by if self.entered else "engine" if self.canary else "caller"

    def came_at(self, at: datetime) -> datetime:
        """When it came: now, unless somebody enters it afterwards."""
        return self.entered.came_at if self.entered else at
