"""What somebody wants changed on the roster, as they typed it, and the moments it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.oncall.changes import NotPossible
from app.oncall.turns import instant
from app.programme.fields import Tier

_LONGEST: Final = 32


@dataclass(frozen=True)
class Wish:
    """A change that somebody asked for. `form` is which form it came from, `mistake` the key of what is wrong."""

    form: str = ""
    tier: str = ""
    alias: str = ""
    starts: str = ""
    ends: str = ""
    because: str = ""
    turn: str = ""
    """When the turn begins of which a part is offered: it only says which of the page's forms this was."""

    mistake: str = ""

    def refused(self, why: str) -> Wish:
        """The same with what is wrong."""
        return replace(self, mistake=f"mistake.roster.{why}")

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From when until when, in UTC. NotPossible for what is no local date and time."""
        return _moment(self.starts, zone), _moment(self.ends, zone)

    @property
    def wanted_tier(self) -> Tier:
        """The tier. NotPossible when there is none of that name."""
        try:
            return Tier(self.tier)
        except ValueError:
            raise NotPossible("tier") from None


NOTHING: Final = Wish()


def wish(form: str, posted: Mapping[str, str]) -> Wish:
    """What was typed."""
    fields = ("tier", "alias", "starts", "ends", "because", "turn")
    return Wish(form=form, **{name: posted.get(name, "").strip()[:_LONGEST] for name in fields})


def _moment(typed: str, zone: ZoneInfo) -> datetime:
    try:
        wall = datetime.fromisoformat(typed)
    except ValueError:
        raise NotPossible("time") from None
    if wall.tzinfo is not None or not _LONG_AGO <= wall <= _FAR_AHEAD:
        raise NotPossible("time")
    return instant(wall, zone)


_LONG_AGO: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - wall time
_FAR_AHEAD: Final = datetime(2200, 1, 1)  # noqa: DTZ001 - wall time
