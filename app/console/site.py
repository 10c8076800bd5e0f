"""What all pages of the console share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from app.clock import Clock
from app.console.attending import Attending
from app.console.opening import RotaKey
from app.console.watch import Watch
from app.db import Database
from app.settings import PUSH_SERVICES
from app.vault.keyring import Keyring
from app.web import Cookie, Pages


@dataclass(frozen=True)
class Site:
    """What `create_console` built once."""

    db: Database
    clock: Clock
    door_clock: Clock
    """Times links and sign-ins: the wall's in a demo whose other clock runs fast."""

    pages: Pages
    cookie: Cookie
    keyring: Keyring = field(repr=False)
    rota: RotaKey = field(repr=False)
    """Opens what is secret about cases, for whoever asks."""

    lock: Cookie
    """The secret that unlocks a session's staff key, where staff hold the key: gone with the session."""

    watch: Watch = field(repr=False)
    attending: Attending | None = None
    """Rings telephones for bridges; None where this process has no carrier, and calls are made by hand."""

    push_services: tuple[str, ...] = PUSH_SERVICES
    """The hosts at which browsers may ask to be pushed to."""

    def at_the_door(self) -> datetime:
        """The moment by which a session is young or old."""
        return self.door_clock.now()


async def site_of(request: Request) -> Site:
    """What hangs on the app."""
    return cast(Site, request.app.state.site)


ASite = Annotated[Site, Depends(site_of)]
"""For a route that needs what all pages share."""
