"""May this leave the house? A receiver, a legal basis with its conditions, and what speaks against it. Pure.

No basis, no disclosure (C3). Most bases permit and do not oblige; a person has chosen one, ticked each of its
conditions and given a reason. A basis that is blocked stays blocked until the city's lawyer has said otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.programme.knowledge import Knowledge, LegalBasis, Receiver
from app.programme.knowledge_on import Standing
from app.programme.knowledge_words import BasisKind, ConsentTo
from app.routing.answers import Age

TWO_PEOPLE: Final = frozenset({"place", "transport", "whereabouts"})
"""What one person alone never lets out; the words themselves are kept nowhere, for an address leaves by no channel."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to let out: exactly these fields, to one receiver, on one basis."""

    receiver: str
    basis: str
    ticked: frozenset[str]
    fields: Mapping[str, str] = field(repr=False)
    because: str = field(repr=False)

    @property
    def needs_second(self) -> bool:
        """Whether a second person has to say yes before it may be told."""
        return not TWO_PEOPLE.isdisjoint(self.fields)


def receivers(standing: Standing) -> dict[str, Receiver]:
    """Whoever may be told anything at all that day; a forum or a frame never (`context_only`)."""
    table = standing.knowledge.receiver
    return {id_: row for id_, row in table.items() if _stands(row, standing) and not row.context_only}


def bases(standing: Standing) -> dict[str, LegalBasis]:
    """The legal bases in force that day, blocked ones among them: they are shown, and say why not."""
    return {id_: row for id_, row in standing.knowledge.legal_basis.items() if _stands(row, standing)}


def obstacles(
    wanted: Wanted, standing: Standing, *, age: Age, covered: Mapping[ConsentTo, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """Everything that speaks against it: a field of the form, and the key of a sentence. None: it may leave."""
    receiver, basis = receivers(standing).get(wanted.receiver), bases(standing).get(wanted.basis)
    if receiver is None:
        yield "receiver", "mistake.receiver"
    if basis is None:
        yield "basis", "mistake.basis"
    else:
        yield from _of_the_basis(wanted, basis, age)
    if receiver and basis:
        yield from _of_the_two(wanted, receiver, basis, covered)
    if not wanted.fields:
        yield "fields", "mistake.fields"
    if not wanted.because:
        yield "reason", "mistake.reason"


def _of_the_basis(wanted: Wanted, basis: LegalBasis, age: Age) -> Iterator[tuple[str, str]]:
    if basis.blocked:
        yield "basis", "mistake.basis_blocked"
    if not age.within(basis.youngest, basis.oldest) and (basis.youngest, basis.oldest) != _any_age():
        yield "basis", "mistake.basis_age"
    if wanted.ticked != basis.conditions.keys():
        yield "conditions", "mistake.conditions"


def _of_the_two(
    wanted: Wanted, receiver: Receiver, basis: LegalBasis, covered: Mapping[ConsentTo, Collection[str]]
) -> Iterator[tuple[str, str]]:
    if not (wanted.basis in receiver.bases or basis.kind == BasisKind.CONSENT or basis.obliges):
        yield "basis", "mistake.basis_receiver"
    if basis.kind == BasisKind.CONSENT:
        said = covered.get(receiver.consent, ()) if receiver.consent else ()
        if not wanted.fields.keys() <= set(said):
            yield "fields", "mistake.not_consented"


def _any_age() -> tuple[int, int]:
    plain = Age()
    return plain.youngest, plain.oldest


def _stands(row: Receiver | LegalBasis, standing: Standing) -> bool:
    return row.stands(standing.on, standing.knowledge.switches)


def provision(knowledge: Knowledge, basis: str) -> str:
    """The basis as it is cited: the law and its section, as they were called that day."""
    row = knowledge.legal_basis[basis]
    return f"{row.section} {row.law}"
