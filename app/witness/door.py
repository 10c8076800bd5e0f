"""The witness's one door: `POST /add-checkpoint`. Nobody signs in: the checkpoint's signature is the right."""

from __future__ import annotations

from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from app.clock import Clock
from app.logs import Log
from app.witness.judgement import Witness

LARGEST: Final = 64 * 1024
"""Bytes of a request: 63 hashes and a note with a hundred signatures are far fewer."""

_log = Log("witness")


def door_of(witness: Witness, clock: Clock) -> Starlette:
    """The application to serve. What was refused, and why, stands in the process's log without the request."""

    async def add_checkpoint(request: HttpRequest) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return Response(status_code=413)
        answer = await run_in_threadpool(witness.add_checkpoint, body, at=clock.now())
        if answer.status in {409, 422}:
            _log.warning("a checkpoint was not signed for", status=answer.status)
        return Response(answer.body, answer.status, headers={"Content-Type": answer.content_type})

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])
