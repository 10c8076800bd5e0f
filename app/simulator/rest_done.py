"""What every changing REST request needs: its form, and an answer that may get lost on the way."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData
from starlette.types import Receive, Scope, Send

from app.simulator.exchange import Exchange
from app.simulator.refusals import Refused


async def _read_form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_read_form)]


def value(form: FormData, name: str, otherwise: str = "") -> str:
    """One field of a form, as text."""
    found = form.get(name, otherwise)
    return found if isinstance(found, str) else otherwise


def number(form: FormData, name: str, otherwise: float) -> float:
    """One field of a form, as a number of seconds."""
    text = value(form, name)
    return float(text) if text.isdigit() else otherwise


def done(exchange: Exchange, resource: dict[str, Any] | None, *, status: int = 200) -> Response:
    """The answer to a request that was carried out; lost on the way when the exchange has such a day."""
    if exchange.faults.strikes("lost answer"):
        return DroppedAnswer()
    if exchange.faults.strikes("broken answer"):
        raise Refused(20500)
    return Response(status_code=204) if resource is None else JSONResponse(resource, status_code=status)


class DroppedAnswer(Response):
    """Promises a body and hangs up instead: what was asked for is done, and the customer cannot know.

    Needs a real server, which closes the connection; an in-process client sees a cut-off body.
    """

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2000")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})
