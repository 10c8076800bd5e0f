"""What every carrier route shares: the line's own settings, the signed form, and the TwiML answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.responses import Response

from app.errors import BadInput
from app.intake.reception import Desk
from app.intake.wording import PROMPTS
from app.staff.directory import Directory
from app.telephony import twiml
from app.telephony.signature import Form, Signatures


@dataclass(frozen=True)
class Line:
    """The line as the carrier's door knows it."""

    public_url: str
    signatures: Signatures = field(repr=False)
    desk: Desk = field(repr=False)
    directory: Directory = field(repr=False)

    def url(self, path: str) -> str:
        """The absolute address the carrier is to ask next."""
        return f"{self.public_url}/carrier/{path}"


def _line(request: Request) -> Line:
    return cast(Line, request.app.state.line)


async def _signed(request: Request) -> Form:
    line = _line(request)
    return line.signatures.verified_form(
        request.scope["raw_path"],
        request.scope["query_string"],
        request.headers.get("content-type"),
        await request.body(),
        request.headers.get("x-twilio-signature"),
    )


TheLine = Annotated[Line, Depends(_line)]
"""The line's settings."""

Signed = Annotated[Form, Depends(_signed)]
"""The carrier's form, after its signature was found right. Every carrier route asks for it."""


def source_of(form: Form, name: str) -> str:
    """The carrier's own id of this call or text, by which a repeated webhook is known. Raises `BadInput` without it."""
    source = form.get(name, "")
    if not source.isalnum():
        raise BadInput(f"The carrier's form has no usable {name}.")
    return source


def prompt(language: str, key: str, **values: str) -> twiml.Verb:
    """A sentence read aloud, by a voice of the language it is written in."""
    written_in = PROMPTS.nearest(language)
    return twiml.say(PROMPTS.say(written_in, key, **values), written_in)


def xml(document: str) -> Response:
    """A TwiML document as an answer."""
    return Response(document, media_type="text/xml")
