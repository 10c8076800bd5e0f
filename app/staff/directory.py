"""Who is on the staff, and how they are reached.

Looking people up needs no key. Opening a number or an address needs the duty key's private half: the
carrier and the engine hold it, the public form does not.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.errors import Misconfigured
from app.logs import Log
from app.once import once
from app.remembered import remembered
from app.staff.models import Channel, ChannelKind, Colleague, Endpoint, EndpointKind, Person
from app.staff.probes import Probe
from app.vault.envelope import Binding, CannotOpen, PublicKey, open_box, seal
from app.vault.keyring import Keyring
from app.vault.sealed import Sealed

_log = Log("staff")

_OPENED_AT_MOST = 4096
"""Boxes remembered; a staff is tens of people, and a replaced box is never asked for again."""


@once
def everyone(session: Session) -> list[Person]:
    """Everybody on the staff now, by alias."""
    return list(session.scalars(_EVERYONE))


_EVERYONE: Final = (
    select(Person).where(Person.left_at.is_(None)).order_by(Person.alias).options(selectinload(Person.channels))
)


@remembered
def colleagues(session: Session) -> tuple[Colleague, ...]:
    """`everyone`, to choose from."""
    return tuple(
        Colleague(person.id, person.alias, person.has_telephone, tuple(person.roles)) for person in everyone(session)
    )


@dataclass(frozen=True)
class _Box:
    """A channel as remembered: sealed, and which row its box belongs to."""

    id: str
    box: Sealed


@remembered
def _boxes(session: Session) -> Mapping[tuple[str, str], _Box]:
    """The channels of everybody who ever was on the staff, by the person's id and the kind."""
    return {
        (person_id, kind): _Box(row, box)
        for row, person_id, kind, box in session.execute(
            select(Channel.id, Channel.person_id, Channel.kind, Channel.box)
        )
    }


def by_alias(session: Session, alias: str) -> Person | None:
    """The member of staff called so, or None when nobody is, or no longer."""
    if not alias.isprintable():  # PostgreSQL takes no NUL, not even to look for it
        return None
    return session.scalar(select(Person).where(Person.alias == alias, Person.left_at.is_(None)))


def sealed_for(row: str, address: str, *, duty: PublicKey) -> Sealed:
    """A number or an e-mail address in a box that belongs to the channel with this id and opens in no other."""
    return Sealed(seal(address.encode(), duty, binding=_binding(row)))


def sealed_endpoint(row: str, about: Mapping[str, str], *, duty: PublicKey) -> Sealed:
    """What is known of a browser or a webhook, in a box that belongs to the endpoint with this id."""
    return Sealed(seal(json.dumps(about).encode(), duty, binding=_binding(row, "staff_endpoints")))


def sealed_code(row: str, code: str, *, duty: PublicKey) -> Sealed:
    """A code on its way to a channel, in a box that belongs to the probe with this id."""
    return Sealed(seal(code.encode(), duty, binding=_binding(row, "staff_probes")))


@dataclass(frozen=True)
class Opened:
    """A browser or a webhook of somebody's, opened; what is `about` it shows in no log."""

    id: str
    about: Mapping[str, str] = field(repr=False)


class Directory:
    """Opens staff numbers and addresses, and remembers in memory what it opened.

    Built once per process on the keyring that was loaded with the private half of `duty`. Without that half the
    look-ups still answer, and whatever has to open a box raises Misconfigured.
    """

    everyone = staticmethod(everyone)
    by_alias = staticmethod(by_alias)

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._opened: dict[bytes, str] = {}

    def phone_of(self, session: Session, person: Person) -> str | None:
        """The person's duty number (E.164), or None when they gave none or its box is damaged."""
        return self._address(session, person, ChannelKind.PHONE)

    def email_of(self, session: Session, person: Person) -> str | None:
        """The person's e-mail address, or None when they gave none or its box is damaged."""
        return self._address(session, person, ChannelKind.EMAIL)

    def endpoints_of(self, session: Session, person: Person, kind: EndpointKind) -> Sequence[Opened]:
        """The person's browsers or webhooks, the newest first, without those whose box is damaged."""
        mine = Endpoint.person_id == person.id, Endpoint.kind == kind, Endpoint.over_at.is_(None)
        rows = session.scalars(select(Endpoint).where(*mine).order_by(Endpoint.since.desc()))
        return [found for row in rows if (found := self._opened_endpoint(row, person))]

    def person_with_number(self, session: Session, e164: str) -> Person | None:
        """The member of staff who has this number.

        Compares with everybody's number, also after a hit: how long it takes says nothing about who called.
        """
        sought = e164.encode()
        found = None
        for person in everyone(session):
            number = self.phone_of(session, person)
            if number and hmac.compare_digest(number.encode(), sought):
                found = person
        return found

    def opened(self, channel: Channel | _Box) -> str:
        """What the channel's box holds; CannotOpen when it is damaged, Misconfigured without its key."""
        box = channel.box.box
        if box not in self._opened:
            key = self._keyring.private("duty", channel.box.key_id)
            address = open_box(box, key, binding=_binding(channel.id)).decode()
            if len(self._opened) >= _OPENED_AT_MOST:
                self._opened.clear()
            self._opened[box] = address
        return self._opened[box]

    def code_of(self, session: Session, probe_id: str) -> str:
        """The code of a probe that is on its way; LookupError when there is none any more."""
        probe = session.get(Probe, probe_id)
        if probe is None or probe.box is None:
            raise LookupError("this code is used up")
        key = self._keyring.private("duty", probe.box.key_id)
        return open_box(probe.box.box, key, binding=_binding(probe.id, "staff_probes")).decode()

    def _opened_endpoint(self, row: Endpoint, person: Person) -> Opened | None:
        if row.box is None:
            return None
        try:
            key = self._keyring.private("duty", row.box.key_id)
            return Opened(row.id, json.loads(open_box(row.box.box, key, binding=_binding(row.id, "staff_endpoints"))))
        except (CannotOpen, Misconfigured) as problem:
            if not self._keyring.holds("duty"):
                raise
            _log.error("a staff endpoint does not open; it has to be set up again", problem=problem, staff=person.alias)
            return None

    def _address(self, session: Session, person: Person, kind: ChannelKind) -> str | None:
        channel = _boxes(session).get((person.id, kind.value))
        try:
            return self.opened(channel) if channel else None
        except (CannotOpen, Misconfigured) as problem:
            if not self._keyring.holds("duty"):
                raise
            # One damaged row or missing key makes one person unreachable; it may not stop the search for the next.
            _log.error("a staff channel does not open; apply the programme again", problem=problem, staff=person.alias)
            return None


def _binding(row: str, table: str = "staff_channels") -> Binding:
    """Where a box belongs: it opens in no other row."""
    return Binding(table=table, column="box", row=row, case="")
