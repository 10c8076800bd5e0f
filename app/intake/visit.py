"""One look at a public page: the language in its address, and the paper to write on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final, cast

import phonenumbers
from babel import negotiate_locale
from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from app.catalogue import direction
from app.errors import NoSuchPage
from app.intake.responsible import BoardsOn
from app.intake.wording import say
from app.web import Pages

IN_EVERY_LANGUAGE: Final = ("contact", "work", "mailbox", "accessibility", "privacy", "tips")
"""Pages that another language has at the same address, and that may be asked for out of turn."""


@dataclass(frozen=True)
class Site:
    """What all visits share."""

    pages: Pages
    languages: Sequence[str]
    line_number: str
    """The line's own number, E.164; empty where it is not known."""

    timezone: str

    places: Sequence[str]
    """What a visitor may choose among; empty where they write it themselves."""

    exit_url: str
    """Where the quick exit leads. A link only; nothing is ever fetched from there."""

    boards_on: BoardsOn
    """Whose the data are on a day."""

    onion_url: str | None
    """The origin of these pages in Tor, where there is one."""


@dataclass(frozen=True)
class Visit:
    """A page in one language."""

    site: Site
    language: str
    in_tor: str | None = None
    """The same page's address in Tor, for a page that was only asked for. Whoever has just sent something is not led
    away from its answer, which is shown once."""

    @property
    def spoken(self) -> str:
        """The language itself: of easy Swedish, Swedish."""
        return self.language.partition("-")[0]

    def show(self, page: str, *, status: int = 200, address: str | None = None, **values: object) -> HTMLResponse:
        """The page `start`, `contact`, … as this visitor reads it. `address`: its own, below the language."""
        known = page if page in IN_EVERY_LANGUAGE else ""
        answer = self.site.pages.answer(
            f"{page}.html",
            status=status,
            page=page,
            address=known if address is None else address,
            language=self.language,
            say=partial(say, self.language),
            direction=direction,
            own_name=_own_name,
            languages=self.site.languages,
            exit=self.site.exit_url,
            line_number=self.site.line_number,
            line_number_read=_as_read(self.site.line_number) if self.site.line_number else "",
            **values,
        )
        if self.in_tor and status == HTTPStatus.OK:
            answer.headers["onion-location"] = self.in_tor
        return answer


def visit_of(request: Request) -> Visit:
    """The visit for a page that has to be in some language: the address's, else the browser's, else our first."""
    site = site_of(request)
    in_address = request.scope["path"].strip("/").partition("/")[0]
    return Visit(site, in_address if in_address in site.languages else preferred(request, site.languages))


def site_of(request: Request) -> Site:
    """What `create_public` hung on the app."""
    return cast(Site, request.app.state.site)


def preferred(request: Request, languages: Sequence[str]) -> str:
    """The one of ours that the browser asks for first, else our first. The wish is read and forgotten."""
    wishes = request.headers.get("accept-language", "").split(",")[:20]
    codes = [wish.partition(";")[0].strip() for wish in wishes]
    return negotiate_locale(codes, list(languages), sep="-") or languages[0]


async def _visit(request: Request, lang: str) -> Visit:
    site = site_of(request)
    if lang not in site.languages:
        raise NoSuchPage("there is no page in that language")
    in_tor = f"{site.onion_url}{request.scope['path']}" if site.onion_url and request.method == "GET" else None
    return Visit(site, lang, in_tor)


AVisit = Annotated[Visit, Depends(_visit)]
"""For a route below `/{lang}`: 404 when we do not speak it."""


def _as_read(number: str) -> str:
    """`+46846500400` as Swedes write it, for the eye."""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def _own_name(language: str) -> str:
    """What its readers call the language: each catalogue says it itself."""
    return say(language, "site.own_name")
