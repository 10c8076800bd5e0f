"""Who is on the staff, and how they are reached.

Looking people up needs no key. Opening a number or an address needs the duty key's private half: the
carrier and the engine hold it, the public form does not.
"""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.errors import Misconfigured
from app.logs import Log
from app.remembered import remembered
from app.staff.models import Channel, ChannelKind, Colleague, Person
from app.vault.envelope import Binding, CannotOpen, PublicKey, open_box, seal
from app.vault.keyring import Keyring
from app.vault.sealed import Sealed

_log = Log("staff")

_OPENED_AT_MOST = 4096
"""Boxes remembered; a staff is tens of people, and a replaced box is never asked for again."""


def everyone(session: Session) -> list[Person]:
    """Everybody on the staff now, by alias."""
    found = select(Person).where(Person.left_at.is_(None)).order_by(Person.alias)
    return list(session.scalars(found.options(selectinload(Person.channels))))


@remembered
def colleagues(session: Session) -> tuple[Colleague, ...]:
    """`everyone`, to choose from."""
    return tuple(Colleague(person.id, person.alias, person.has_telephone) for person in everyone(session))


def by_alias(session: Session, alias: str) -> Person | None:
    """The member of staff called so, or None when nobody is, or no longer."""
    if not alias.isprintable():  # PostgreSQL takes no NUL, not even to look for it
        return None
    return session.scalar(select(Person).where(Person.alias == alias, Person.left_at.is_(None)))


def sealed_for(row: str, address: str, *, duty: PublicKey) -> Sealed:
    """A number or an e-mail address in a box that belongs to the channel with this id and opens in no other."""
    return Sealed(seal(address.encode(), duty, binding=_binding(row)))


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

    def opened(self, channel: Channel) -> str:
        """What the channel's box holds; CannotOpen when it is damaged, Misconfigured without its key."""
        box = channel.box.box
        if box not in self._opened:
            key = self._keyring.private("duty", channel.box.key_id)
            address = open_box(box, key, binding=_binding(channel.id)).decode()
            if len(self._opened) >= _OPENED_AT_MOST:
                self._opened.clear()
            self._opened[box] = address
        return self._opened[box]

    def _address(self, session: Session, person: Person, kind: ChannelKind) -> str | None:
        channel = session.scalar(select(Channel).where(Channel.person_id == person.id, Channel.kind == kind))
        try:
            return self.opened(channel) if channel else None
        except (CannotOpen, Misconfigured) as problem:
            if not self._keyring.holds("duty"):
                raise
            # One damaged row or missing key makes one person unreachable; it may not stop the search for the next.
            _log.error("a staff channel does not open; apply the programme again", problem=problem, staff=person.alias)
            return None


def _binding(row: str) -> Binding:
    """Where a channel's box belongs: it opens in no other row."""
    return Binding(table="staff_channels", column="box", row=row, case="")
