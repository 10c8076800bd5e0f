"""What every carrier route shares: the line's own settings, the signed form, and the TwiML answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.responses import Response

from app.errors import BadInput
from app.intake.audio import tuned_in
from app.intake.reception import Desk
from app.intake.sound import NOW
from app.staff.directory import Directory
from app.telephony import twiml
from app.telephony.overrides import with_overrides
from app.telephony.signature import Form, Signatures
from app.telephony.tags import Tags


@dataclass(frozen=True)
class Line:
    """The line as the carrier's door knows it."""

    public_url: str
    signatures: Signatures = field(repr=False)
    desk: Desk = field(repr=False)
    directory: Directory = field(repr=False)
    edges: tuple[str, ...] = ()
    tags: Tags = field(default_factory=lambda: Tags(()))
    """On the addresses of the second carrier; without one nobody is let in there."""

    def url(self, path: str) -> str:
        """The absolute address the carrier is to ask next, with how long it is to wait for us."""
        return with_overrides(f"{self.public_url}/carrier/{path}", self.edges)


async def _line(request: Request) -> Line:
    return cast(Line, request.app.state.line)


async def verified_form(request: Request) -> Form:
    """The carrier's form, after its signature was found right, and nothing else: the database is not asked."""
    line = cast(Line, request.app.state.line)
    return line.signatures.verified_form(
        request.scope["raw_path"],
        request.scope["query_string"],
        request.headers.get("content-type"),
        await request.body(),
        request.headers.get("x-twilio-signature"),
    )


async def _signed(request: Request) -> Form:
    form = await verified_form(request)
    await tuned_in(request)
    return form


TheLine = Annotated[Line, Depends(_line)]
"""The line's settings."""

Signed = Annotated[Form, Depends(_signed)]
"""The carrier's form, after its signature was found right. Every carrier route asks for it."""


def source_of(form: Mapping[str, str], name: str) -> str:
    """The carrier's own id of this call or text, by which a repeated webhook is known. Raises `BadInput` without it."""
    source = form.get(name, "")
    if not source.isalnum():
        raise BadInput(f"The carrier's form has no usable {name}.")
    return source


def speakable(language: str) -> bool:
    """Whether a caller can hear everything in this language: read aloud by the carrier, or recorded."""
    return NOW.get().speaks(language)


def prompt(language: str, key: str, **values: str) -> twiml.Verb:
    """A sentence as the line says it just now: read aloud, or recorded (`sound`)."""
    return NOW.get().prompt(language, key, **values)


def xml(document: str) -> Response:
    """A TwiML document as an answer."""
    return Response(document, media_type="text/xml")
