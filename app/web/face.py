"""An app without doors yet: errors drawn by the face itself, no address that FastAPI adds on its own."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.clock import Clock
from app.db import Database
from app.errors import DygnetError
from app.logs import Log
from app.web.asks import MOST_FIELDS
from app.web.shields import CalmFailures, Problem, ProblemPage, SafeHeaders, SmallBodies, content_policy

TOLD_TO_NOBODY: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI tells OpenTelemetry of each request its address, and of each error its words, wherever a variable of the
environment or a package beside us asks for it. Some addresses are known to one person alone, and errors may say what
was typed."""

_log = Log("web")


def new_face(
    *,
    db: Database,
    clock: Clock,
    public_url: str,
    problem_page: ProblemPage,
    written_in_the_page: Sequence[str] = (),
    most_fields: int = MOST_FIELDS,
) -> FastAPI:
    """An app whose every answer, errors included, carries the same headers.

    `public_url` is the exact origin people use; browsers are told to stay on https when it is one.
    `written_in_the_page`: the scripts that stand in its pages, letter for letter; none other will run.
    `db` and `clock` are what `Db` and `Now` give to its routes; `Posted` gives no form with more fields than that.
    """
    face = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=TOLD_TO_NOBODY)
    face.state.db = db
    face.state.clock = clock
    face.state.most_fields = most_fields
    _draw_errors(face, problem_page)
    face.add_middleware(CalmFailures, problem_page=problem_page)
    face.add_middleware(SmallBodies, problem_page=problem_page)
    policy = content_policy(written_in_the_page)
    https = public_url.startswith("https://")
    face.add_middleware(SafeHeaders, https=https, policy=policy)  # the last one added is the outermost
    return face


def _draw_errors(face: FastAPI, problem_page: ProblemPage) -> None:
    async def ours(request: Request, error: Exception) -> Response:
        known = cast(DygnetError, error)
        if known.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("refused", problem=known, status=known.status)
        return problem_page(request, Problem(known.status, str(known)))

    async def starlettes(request: Request, error: Exception) -> Response:
        known = cast(HTTPException, error)
        answer = problem_page(request, Problem(known.status_code))
        answer.headers.update(known.headers or {})  # 405 names what is allowed
        return answer

    async def malformed(request: Request, _error: Exception) -> Response:
        return problem_page(request, Problem(422))  # FastAPI's own answer would repeat what was sent

    face.add_exception_handler(DygnetError, ours)
    face.add_exception_handler(HTTPException, starlettes)
    face.add_exception_handler(RequestValidationError, malformed)
