"""A case, open: the keys of its papers for one answer, and the city's knowledge on the day. Whoever opens it has
committed the entry first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.cases.letters import case_key
from app.cases.models import Case
from app.cases.queries import ids_of_whole
from app.console.doors import SignedIn
from app.console.opening import RotaKey
from app.console.responsible import in_words
from app.console.reveal import granted
from app.console.site import Site
from app.programme.apply import current
from app.programme.knowledge import Knowledge
from app.programme.knowledge_on import Standing
from app.routing.answers import Answers
from app.routing.consents import ConsentPaper, Given, consents_in, standing_consents
from app.routing.papers import Keys
from app.routing.screening import answers_in
from app.routing.subject import Subject
from app.staff.models import Person


@dataclass(frozen=True)
class Reading:
    """One case and those that go on as part of it, for one reader, in one answer."""

    session: Session
    case: Case
    cases: list[str]
    keys: Keys = field(repr=False)
    who: SignedIn
    knowledge: Knowledge
    on: date
    at: datetime
    rota: RotaKey = field(repr=False)
    """Who turns the key, for what takes the house's own."""

    @property
    def subject(self) -> Subject:
        """Where new papers go."""
        return subject_of(self.case)

    @property
    def standing(self) -> Standing:
        """What the city knows that day."""
        return Standing(self.knowledge, self.on)

    @property
    def by(self) -> Person:
        """Who reads, and writes."""
        return self.who.person(self.session)

    def consents(self) -> list[tuple[ConsentPaper, Given]]:
        """Every consent."""
        return consents_in(self.session, self.cases, self.keys)

    def answers(self) -> Answers:
        """What is known, the consents among it."""
        said = standing_consents(self.consents(), at=self.at)
        return answers_in(self.session, self.cases, self.keys).model_copy(update={"consents": said})

    def controller(self) -> str:
        """Whose the data are, by where the person belongs."""
        return in_words(self.standing.controllers(self.answers().belongs))


@contextmanager
def opened(session: Session, case: Case, site: Site, who: SignedIn, *, at: datetime) -> Iterator[Reading]:
    """Open it. Locked, NotLetIn, Misconfigured or CannotOpen when it does not open for whoever asks."""
    cases, keys = ids_of_whole(session, case), {}
    for id_ in cases:
        with site.rota.opened(session, who.hand, granted(session, id_)) as reader:
            keys[id_] = case_key(session, id_, reader)
    programme = current(session)
    on = at.astimezone(programme.zone).date()
    yield Reading(session, case, cases, keys, who, programme.knowledge, on, at, site.rota)


def subject_of(case: Case) -> Subject:
    """The case as the routing room knows it."""
    return Subject.of(case)
