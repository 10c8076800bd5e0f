"""Handlers at work on cases of their own: a case that Anna has, and anybody's desk at it."""

from __future__ import annotations

from tests.console.office import Office, send, take
from tests.dossiers import Desk


class AtWork:
    """A console, its people, and what they do."""

    office: Office

    def case(self, *, reached: bool = True, by: str = "anna") -> Desk:
        """Anna, or somebody else, has a case, and has reached the person."""
        received = self.office.approach()
        take(self.office.browser(by), received.reference)
        desk = self.desk(received.reference, by)
        if reached:
            send(self.office.browser(by), f"{desk.at}/attempts", channel="call", outcome="reached")
        return desk

    def desk(self, reference: str, alias: str = "anna") -> Desk:
        """Somebody at a case."""
        return Desk(lambda: self.office.browser(alias), reference)


class Workplace(AtWork):
    """One around a console that is there already."""

    def __init__(self, office: Office) -> None:
        self.office, self.db = office, office.db
