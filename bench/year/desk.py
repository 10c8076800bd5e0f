"""The console, as handlers use it: signed in, a form at a time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from app.cases.models import Case
from app.cases.permissions import may_contact
from app.settings import Surface
from app.staff import sessions
from app.staff.credentials import StaffSession
from app.staff.directory import by_alias
from bench.year.dice import Dice
from bench.year.house import House
from bench.year.programme import STOCKHOLM
from bench.year.wire import Answer

SIGNS_IN_AGAIN_AFTER: Final = timedelta(minutes=25)
NOWHERE: Final = Answer(0, {}, b"")


class Desk:
    """One browser for each member of staff."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._signed_in: dict[str, tuple[datetime, str, str]] = {}
        self.answers: Counter[int] = Counter()

    def post(self, alias: str, path: str, /, **fields: str) -> Answer:
        """Send a form of the console."""
        if self._house.exchange.faults.unreachable:
            return NOWHERE  # our servers are down for everybody
        found = self._session_of(alias)
        if found is None:
            return NOWHERE
        csrf, cookie = found
        url = f"{self._house.settings.public_url}/console/{path}"
        answer = self._house.door.post(url, {"csrf": csrf, **fields}, {"cookie": cookie})
        self.answers[answer.status] += 1
        return answer

    def see_to(self, alias: str, case: Case, dice: Dice) -> None:
        """What a handler does about a case of theirs when they look at it."""
        here = f"cases/{case.reference}"
        if case.first_contact:
            if dice.happens(0.6):
                self.post(alias, f"{here}/closure", code=dice.one_of(("advice", "advice", "handed_over", "not_for_us")))
            return
        if dice.happens(0.05):
            return  # they forget it
        local = self._house.now.astimezone(STOCKHOLM)
        if may_contact(case.wishes, "call", local=local) and dice.happens(0.3):
            self._house.bridging_until = self._house.now + timedelta(minutes=45)
            self.post(alias, f"{here}/bridge")
            return
        gives_up = len(case.attempts) >= 2 and not case.wishes and dice.happens(0.4)
        if gives_up:
            self.post(alias, f"{here}/closure", code=dice.one_of(("no_way_to_reach", "unsafe_to_contact")))
            return
        outcome = "reached" if dice.happens(0.7) else dice.one_of(("no_answer", "busy", "not_safe_now"))
        self.post(alias, f"{here}/attempts", channel="call", outcome=outcome)

    def _session_of(self, alias: str) -> tuple[str, str] | None:
        now = self._house.now
        known = self._signed_in.get(alias)
        if known is None or now - known[0] > SIGNS_IN_AGAIN_AFTER:
            known = self._sign_in(alias, now)
        if known is None:
            return None
        return known[1], known[2]

    def _sign_in(self, alias: str, now: datetime) -> tuple[datetime, str, str] | None:
        """Signed in already; how one signs in is told elsewhere, and costs a second on purpose."""
        with self._house.db.transaction() as session:
            person = by_alias(session, alias)
            if person is None or not person.is_active:
                return None
            token = sessions.begin(session, person, at=now)
            session.flush()
            csrf = session.get_one(StaffSession, sessions.hashed(token)).csrf
        name = self._house.app.surfaces[Surface.CONSOLE].state.site.cookie.wire_name
        self._signed_in[alias] = now, csrf, f"{name}={token}"
        return self._signed_in[alias]
