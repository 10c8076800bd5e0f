"""What the page about colleagues says of each: which ways in they have, by what they are paged, and what is next.

Kinds and days, never a number, an address or anything that opens something; nor whether there is a passphrase for
duress, which the colleague alone knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.console.doors import CASE_ROLES, SignedIn
from app.console.site import Site
from app.keys.replacing import in_use
from app.notifications import proven, reach
from app.staff import code_apps, guesses, keys, passkeys, provider_accounts, recovery_codes, resets, sessions
from app.staff.credentials import Passphrase, StaffSession
from app.staff.directory import everyone
from app.staff.models import Person
from app.staff.roles import Role
from app.staff.trouble_models import Reset
from app.vault.staff_keys import ROTA

_ANSWERING: Final = frozenset(CASE_ROLES)


@dataclass(frozen=True)
class Row:
    """One colleague."""

    alias: str
    roles: Sequence[str]
    since: datetime
    enrolled_at: datetime | None
    """When they chose the passphrase they have."""

    has_app: bool
    passkeys: int
    has_account: bool
    """At the city's identity provider, where one is in use."""

    codes_left: int
    channels: Mapping[str, bool]
    """Every channel that is set up for them, and whether it is proved."""

    signed_in_at: datetime | None
    sessions: int
    key: str
    """Where staff hold the key and they work with cases: `holds`, `waits`, or `alone` when nobody else opens cases."""

    reset: Reset | None
    is_guessed: bool
    is_reader: bool

    @property
    def has_factor(self) -> bool:
        """Whether a link alone would not let anybody in."""
        return self.has_app or self.passkeys > 0 or self.has_account

    @property
    def next(self) -> str:
        """What is to be done, as the end of a sentence's key; empty when all is well."""
        steps = {
            "reset": self.reset is not None,
            "enrol": self.enrolled_at is None and not self.has_account and set(self.roles) != {Role.INTERPRETER},
            "factor": self.enrolled_at is not None and not self.has_factor,
            "key": self.key == "waits",
            "codes": (self.has_app or self.passkeys > 0) and self.codes_left == 0,
            "channels": not any(self.channels.values()) and not _ANSWERING.isdisjoint(self.roles),
        }
        return next((step for step, is_due in steps.items() if is_due), "")


def rows(session: Session, site: Site, who: SignedIn, *, at: datetime) -> list[Row]:
    """Everybody on the staff, by alias."""
    enrolled = {row.person_id: row.set_at for row in session.scalars(select(Passphrase))}
    seen = select(StaffSession.person_id, func.max(StaffSession.started_at)).group_by(StaffSession.person_id)
    signed_in = dict(session.execute(seen).all())
    guessed, rota = guesses.lately(session, at=at), _rota(session, site)
    return [
        Row(
            alias=person.alias,
            roles=person.roles,
            since=person.joined_at,
            enrolled_at=enrolled.get(person.id),
            has_app=code_apps.standing(session, person.id) is not None,
            passkeys=len(passkeys.standing(session, person.id)),
            has_account=provider_accounts.is_bound(session, person.id, site.issuer),
            codes_left=recovery_codes.left(session, person.id),
            channels=_channels(session, person),
            signed_in_at=signed_in.get(person.id),
            sessions=len(sessions.standing(session, person.id, at=site.at_the_door())),
            key=_key(session, person, rota) if rota else "",
            reset=resets.standing(session, person, at=at),
            is_guessed=person.id in guessed,
            is_reader=person.id == who.person_id,
        )
        for person in everyone(session)
    ]


def opens_alone(session: Session, site: Site, person: Person) -> bool:
    """Whether nobody else could open a case if this colleague could not; it stays so until the transaction is over."""
    rota = _rota(session, site)
    if not rota:
        return False
    keys.stand_still(session, rota)
    return keys.is_last_holder(session, person, rota)


def _rota(session: Session, site: Site) -> str:
    """The id of the key in use, where staff hold it; empty where the server does."""
    return in_use(session, site.keyring.public(ROTA).key_id) if site.rota.folder else ""


def _key(session: Session, person: Person, rota: str) -> str:
    if not keys.may_hold(person):
        return ""
    if keys.is_last_holder(session, person, rota):
        return "alone"
    return "holds" if person in keys.holders(session, rota) else "waits"


def _channels(session: Session, person: Person) -> Mapping[str, bool]:
    shown = proven.of(session, person)
    return {channel: channel in shown for channel in reach.has(session, person)}
