"""What a process keeps so that it can ring whoever is on call without the database. Nothing of any caller is in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.intake.sound import Sound
from app.oncall.ahead import turns
from app.oncall.duty import rota_of
from app.programme.apply import current
from app.programme.schema import Programme
from app.remembered import edition_of
from app.staff.directory import Directory, everyone
from app.telephony.numbers import may_be_dialled
from app.telephony.twiml import Voice

AHEAD: Final = timedelta(days=7)
"""How far the roster is kept. After that the standing chain is rung."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Someone(_Kept):
    """Somebody who can be rung."""

    id: str
    alias: str
    language: str
    """What they are spoken to in."""

    phone: str = Field(repr=False)


class Turn(_Kept):
    """Who is rung from one moment to another, in order, by alias."""

    starts: datetime
    ends: datetime
    order: tuple[str, ...]


class KeptRoster(_Kept):
    """Who is rung when, and what must be known to speak: as it was at `made_at`, under that edition of everything that
    only people change."""

    made_at: datetime
    edition: str
    line: str
    """The number that those who are rung see."""

    languages: tuple[str, ...]
    """What callers are spoken to in: the programme's languages that the carrier can read aloud, the first one first."""

    voices: dict[str, tuple[str, str]]
    staff: tuple[Someone, ...]
    turns: tuple[Turn, ...]
    """In order, without a hole."""

    chain: tuple[str, ...]
    """Who is rung when none of the turns is now."""

    @property
    def ends(self) -> datetime:
        """When its days are over: from then on only the chain of when it was made is rung."""
        return self.turns[-1].ends if self.turns else self.made_at

    def order_at(self, at: datetime) -> tuple[Someone, ...]:
        """Whose telephones are rung for somebody who calls at this moment, one after another.

        Who called before this was made, or before the clock was put back, is rung for like whoever calls first.
        """
        here = {someone.alias: someone for someone in self.staff}
        order = next((turn.order for turn in self.turns if at < turn.ends), self.chain)
        in_turn = (*order, *self.chain) if not any(alias in here for alias in order) else order
        return tuple(dict.fromkeys(here[alias] for alias in in_turn if alias in here))

    def who_has(self, number: str | None) -> Someone | None:
        """Whose telephone this is."""
        return next((someone for someone in self.staff if someone.phone == number), None)

    @property
    def sound(self) -> Sound:
        """How the line sounds without its recordings, which lie in the database."""
        return Sound(voices={language: Voice(*voice) for language, voice in self.voices.items()})


def roster_of(session: Session, directory: Directory, *, at: datetime) -> KeptRoster:
    """What is to be kept now. Misconfigured while no programme is in force."""
    programme = current(session)
    staff = _staff(session, directory)
    chain = tuple(alias for alias in programme.programme.standing_chain if alias in staff)
    rota = rota_of(session, programme, since=at)
    ahead = turns(rota, programme.programme.standing_chain, staff, start=at, end=at + AHEAD)
    return KeptRoster(
        made_at=at,
        edition=edition_of(session),
        line=programme.programme.numbers[0],
        languages=_read_aloud(programme),
        voices={language: (voice.locale, voice.name) for language, voice in programme.voices.items()},
        staff=tuple(staff.values()),
        turns=tuple(Turn(starts=turn.starts, ends=turn.ends, order=turn.order) for turn in ahead),
        chain=chain,
    )


def _staff(session: Session, directory: Directory) -> dict[str, Someone]:
    """Everybody with a telephone that may be rung."""
    numbers = ((person, directory.phone_of(session, person)) for person in everyone(session))
    return {
        person.alias: Someone(id=person.id, alias=person.alias, language=person.languages[0], phone=number)
        for person, number in numbers
        if number and may_be_dialled(number)
    }


def _read_aloud(programme: Programme) -> tuple[str, ...]:
    sound = Sound.of(programme.model_copy(update={"recordings": {}}), audio="")
    return tuple(filter(sound.speaks, programme.programme.languages)) or ("sv",)
