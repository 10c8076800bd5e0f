"""What all pages of the console share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request

from app.clock import Clock
from app.console.attending import Attending
from app.console.decoys import Decoys
from app.console.entrance import Entrance
from app.console.opening import RotaKey
from app.console.teller import Teller
from app.db import Database
from app.settings import PUSH_SERVICES
from app.staff.passkeys import Here
from app.staff.provider import Provider
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

    teller: Teller = field(repr=False)
    """Tells open boards that something changed."""

    attending: Attending | None = None
    """Rings telephones for bridges; None where this process has no carrier, and calls are made by hand."""

    entrance: Entrance | None = field(default=None, repr=False)
    """Receives what a colleague enters; None in a console that only looks."""

    half: Cookie = field(default=Cookie("dygnet-half", https=False))
    """The few minutes between a right passphrase and the second factor."""

    here: Here = field(default=Here("http://localhost"))
    """What a passkey must believe to be talking to."""

    second_factor_is_required: bool = False
    """Whether somebody without a second factor gets no further than to where one is set up."""

    decoys: Decoys | None = field(default=None, repr=False)
    """What a session under duress sees; None in such a house itself."""

    push_services: tuple[str, ...] = PUSH_SERVICES
    """The hosts at which browsers may ask to be pushed to."""

    provider: Provider | None = None
    """The city's identity provider, where there is one."""

    provider_only: bool = False
    """Whether nobody gets in without it."""

    away: Cookie = field(default=Cookie("dygnet-away", https=False))
    """The few minutes at the identity provider."""

    @property
    def issuer(self) -> str:
        """Whose accounts count as a way in; empty where no provider is in use."""
        return self.provider.client.issuer if self.provider else ""

    def at_the_door(self) -> datetime:
        """The moment by which a session is young or old."""
        return self.door_clock.now()


async def site_of(request: Request) -> Site:
    """What hangs on the app."""
    return cast(Site, request.app.state.site)


ASite = Annotated[Site, Depends(site_of)]
"""For a route that needs what all pages share."""
