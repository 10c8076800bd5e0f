"""What a disclosure names, packed for the house that is to have it: the words, the consents they rest on, the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.console.dossier import colliding
from app.errors import BadInput
from app.programme.knowledge import Knowledge
from app.programme.knowledge_words import BasisKind
from app.routing import handover_sent
from app.routing.answers import Consent
from app.routing.collision_models import What
from app.routing.consents import consents_in
from app.routing.disclosures import Disclosure, Told, disclosures_in
from app.routing.handover_directory import partner
from app.routing.handover_models import PackageSent
from app.routing.handover_words import Consented, Waiting
from app.routing.papers import Keys
from app.routing.subject import Subject
from app.staff.models import Person
from app.vault.envelope import PrivateKey


class Collides(BadInput):
    """Somebody whom this person must not meet is with that house. Who, is for the collision owner to know."""


def packed(
    session: Session,
    case: Case,
    cases: Sequence[str],
    keys: Keys,
    disclosure_id: str,
    knowledge: Knowledge,
    *,
    rota: PrivateKey,
    by: Person,
    actor: str = "",
    at: datetime,
) -> PackageSent:
    """The package of a disclosure of this case. BadInput when there is none, or it may not leave."""
    found = (each for each in disclosures_in(session, cases, keys) if each[0].id == disclosure_id)
    disclosure, told = next(found, (None, None))
    if disclosure is None or told is None:
        raise BadInput("There is no such disclosure in this case.")
    to = partner(knowledge, told.receiver)
    if colliding.collides(session, case, What.HOUSE, to.id, by=actor or by.alias, at=at):
        raise Collides("Possible collision: ask the collision owner.")
    said = _consents(session, cases, keys, told, knowledge, at=at)
    waiting = Waiting(opened_at=case.opened_at, due_at=case.due_at, reached_at=_reached_at(case))
    sender = knowledge.municipality.name
    subject = Subject.of(case)
    return handover_sent.send(
        session, subject, disclosure, told, said, waiting, to=to, sender=sender, rota=rota, by=by, actor=actor, at=at
    )


def newest_for(session: Session, cases: Sequence[str], keys: Keys, receiver: str) -> Disclosure:
    """What was decided last to be told to a receiver, and may be. BadInput when there is nothing."""
    told = [row for row, words in disclosures_in(session, cases, keys) if words.receiver == receiver]
    may = [row for row in told if row.may_be_told]
    if not may:
        raise BadInput(f"Nothing has been decided to be told to {receiver}, or it waits for a second person.")
    return may[-1]


def _consents(
    session: Session, cases: Sequence[str], keys: Keys, told: Told, knowledge: Knowledge, *, at: datetime
) -> list[Consented]:
    """Those in force to this receiver. BadInput when what may leave by consent alone is not consented to any more."""
    to = knowledge.receiver[told.receiver].consent
    said = [(row, given) for row, given in consents_in(session, cases, keys) if given.to == to]
    last = [(row, given) for row, given in said[-1:] if row.counts(at) and given.answer == Consent.GIVEN]
    basis = knowledge.legal_basis.get(told.basis)
    covered = {scope.value for _, given in last for scope in given.scope}
    if basis and basis.kind == BasisKind.CONSENT and not told.fields.keys() <= covered:
        raise BadInput("The person has taken the consent back, or it has run out. Nothing was packed.")
    return [Consented(given=given, until=row.until) for row, given in last]


def _reached_at(case: Case) -> datetime | None:
    return case.first_contact.at if case.first_contact else None
