"""What a page is written on: for whom, in which language, at which moment, and whether the engine is alive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from app.console.doors import CASE_ROLES, LOAD_ROLES, LOG_ROLES, ROSTER_ROLES, STATISTICS_ROLES, SignedIn
from app.console.key_standing import KeyStanding, key_standing
from app.console.site import Site
from app.console.times import Times
from app.console.units import units_of
from app.console.wording import said, say
from app.escalation import duress_news
from app.escalation.duress_news import Told
from app.escalation.pulse import is_silent, last_round
from app.notifications import faults
from app.programme.apply import current
from app.staff.roles import Role

_ROOMS: Final[tuple[tuple[str, str, tuple[Role, ...]], ...]] = (
    ("board", "/console/", CASE_ROLES),
    ("roster", "/console/roster", ROSTER_ROLES),
    ("log", "/console/log", LOG_ROLES),
    ("control", "/console/control", LOG_ROLES),
    ("statistics", "/console/statistics", STATISTICS_ROLES),
    ("retention", "/console/retention", (Role.ADMIN,)),
    ("demands", "/console/demands", (Role.ADMIN, Role.AUDITOR)),
    ("people", "/console/people", (Role.ADMIN,)),
)


@dataclass(frozen=True)
class Paper:
    """Made once for each answer."""

    site: Site
    who: SignedIn
    times: Times
    round_at: datetime | None
    """When the engine last played a round."""

    faults: tuple[tuple[str, int], ...] = ()
    """What a carrier refuses us: `account`, or the channel; and its code."""

    alarms: Sequence[Told] = ()
    """Sign-ins under duress of the last day, for those who were told of them."""

    keys: KeyStanding | None = None
    """How the key to cases stands, where staff hold it and the reader works with cases."""

    answers_for: Sequence[str] = ()
    """The units whose questions are theirs to answer."""

    def show(self, page: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """The page `board`, `case`, … as this reader sees it."""
        language, times = self.who.language, self.times
        return self.site.pages.answer(
            f"{page}.html",
            status=status,
            page=page,
            language=language,
            say=partial(say, language),
            said=partial(said, language),
            times=times,
            who=self.who,
            rooms=rooms_of(self.who),
            round_at=self.round_at,
            engine_is_silent=is_silent(self.round_at, at=times.now, speed=self.site.clock.speed),
            speed=self.site.clock.speed,
            faults=self.faults,
            keys=self.keys,
            answers_for=self.answers_for,
            duress_alarms=self.alarms,
            session_left=int((self.who.ends_at - self.site.at_the_door()).total_seconds()),
            session_until=times.clock(self.who.ends_at),
            **values,
        )


def paper_for(session: Session, site: Site, who: SignedIn, *, at: datetime) -> Paper:
    """Paper for this reader. Misconfigured when no programme is in force."""
    zone: ZoneInfo = current(session).zone
    round_at = last_round(session)
    refused = tuple(
        ("account" if fault.concerns_everything else fault.channel, fault.code) for fault in faults.standing(session)
    )
    alarms = duress_news.lately(session, at=at, but=who.person_id) if who.may(*LOAD_ROLES) else ()
    times, keys = Times(who.language, zone, at), key_standing(session, site, who)
    units = units_of(session, who) if who.may(*CASE_ROLES) else ()
    return Paper(site, who, times, round_at, refused, alarms, keys, units)


def rooms_of(who: SignedIn) -> list[tuple[str, str]]:
    """The rooms that are open to them: name and address, the first being where they begin."""
    return [(name, address) for name, address, roles in _ROOMS if who.may(*roles)]
