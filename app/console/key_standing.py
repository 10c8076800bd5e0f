"""How the key to cases stands, for one reader: what the strip on every page and the page about keys say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app.console.doors import CASE_ROLES, SignedIn
from app.console.site import Site
from app.errors import Misconfigured
from app.keys.replacing import in_use, is_replacing
from app.staff import keys
from app.staff.models import Person
from app.staff.roles import Role
from app.vault.staff_founding import standing
from app.vault.staff_keys import ROTA


@dataclass(frozen=True)
class Waiting:
    """A colleague who cannot open cases yet; `digits` are their key's, `key_id` says which key those are of."""

    alias: str
    digits: str
    key_id: str


@dataclass(frozen=True)
class KeyStanding:
    """Where staff hold the key. Nothing in it opens anything."""

    shut: str
    """Why nothing opens for the reader, as the end of a sentence's key; empty when it does."""

    digits: str
    """The reader's own; empty before they have a key."""

    holds: bool
    """Whether the reader can let others in."""

    holds_any: bool
    """Whether the reader holds the key in use or an earlier one."""

    replacing: bool
    """Whether the key was replaced and the one before it is not destroyed yet; told to whoever holds one."""

    holders: Sequence[str]
    waiting: Sequence[Waiting]
    former: Sequence[str]
    """Who could open what is sealed today and may no more; told to coordinators only."""

    is_founded: bool
    """Whether the key's file is gone from the server."""

    @property
    def asks_for(self) -> Sequence[Waiting]:
        """Whom the reader is asked to let in."""
        return self.waiting if self.holds else ()


def key_standing(session: Session, site: Site, who: SignedIn) -> KeyStanding | None:
    """For whoever works with cases, where staff hold the key; None for anybody else."""
    folder = site.rota.folder
    if folder is None or not who.may(*CASE_ROLES):
        return None
    current, mine = in_use(session, site.keyring.public(ROTA).key_id), keys.key_of(session, who.person(session))
    granted = [grant.rota_key_id for grant in keys.grants_of(session, who.person_id)]
    holders = [person.alias for person in keys.holders(session, current)]
    former = keys.former_holders(session, current) if who.may(Role.COORDINATOR) else ()
    return KeyStanding(
        shut=site.rota.shut(session, who.hand),
        digits=keys.digits_of(mine) if mine else "",
        holds=current in granted,
        holds_any=bool(granted),
        replacing=bool(granted) and is_replacing(session, current),
        holders=holders,
        waiting=[_waiting(session, person) for person in keys.waiting(session, current) if person.id != who.person_id],
        former=[person.alias for person in former],
        is_founded=_is_founded(folder),
    )


def _is_founded(folder: Path) -> bool:
    """A folder that cannot be read now shuts no page: `dygnet check` says what is wrong with it."""
    try:
        return not standing(folder)
    except Misconfigured:
        return True


def _waiting(session: Session, person: Person) -> Waiting:
    key = keys.key_of(session, person)
    if key is None:
        raise LookupError("whoever waits has a key")
    return Waiting(person.alias, keys.digits_of(key), key.key_id)
