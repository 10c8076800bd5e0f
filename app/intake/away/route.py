"""A door that answers without the database when it has to: at once where that is known to be away, else after a while.

The usual answer is given as long for as a caller can bear. One that comes too late is thrown away, but what it is
writing is written all the same, and only once: whoever comes later finds the call by the carrier's id. One that has
not begun by then never does: hundreds in line for a database that says nothing would shut every other door.

That the database is back no answer tells: some never ask it, and others only read. Who keeps the roster does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, cast

from anyio import CancelScope
from fastapi import Request
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.responses import Response

from app.clock import Clock
from app.intake.away.answers import INSTEAD, Answer, Webhook
from app.intake.away.meanwhile import Meanwhile
from app.intake.away.roster import KeptRoster
from app.intake.line import Line, verified_form
from app.logs import Log

_OUR_OWN_MISTAKES: Final = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
_WORTH_ANOTHER_TRY: Final = "40"
"""How PostgreSQL's codes begin for what went wrong only because somebody else was at it, too."""

_LONGEST_PLACE: Final = 3

_log = Log("intake")


def cannot_be_used(problem: BaseException) -> bool:
    """Whether the database is to blame (gone, silent, full, not to be written to), and not what was asked of it."""
    if isinstance(problem, NoConnectionFree | TookTooLong):
        return True
    if not isinstance(problem, DBAPIError) or isinstance(problem, _OUR_OWN_MISTAKES):
        return False
    code = getattr(problem.orig, "sqlstate", None) or ""
    return not code.startswith(_WORTH_ANOTHER_TRY)


class TookTooLong(Exception):
    """The usual answer did not come while somebody could wait for it."""


class EvenWithout(APIRoute):
    """A route of the carrier's that has an answer without the database, too (`INSTEAD`)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook: the usual answer, or ours."""
        usual = super().get_route_handler()
        instead = INSTEAD.get(self.path)
        if instead is None:
            return usual

        async def answer(request: Request) -> Response:
            meanwhile = cast(Meanwhile, request.app.state.meanwhile)
            roster = meanwhile.roster
            if roster is None:
                return await usual(request)
            clock = cast(Clock, request.app.state.clock)
            if meanwhile.is_away(at=clock.now()):
                return await said_without(request, instead, roster)
            try:
                return await _in_time(usual(request), meanwhile.waits_for)
            except Exception as problem:
                if not cannot_be_used(problem):
                    raise
                meanwhile.found_away(problem, at=clock.now())
                return await said_without(request, instead, roster)

        return answer


async def said_without(request: Request, answer: Answer, roster: KeptRoster) -> Response:
    """This answer, to a request that the carrier signed. NotSigned when it did not."""
    state = request.app.state
    meanwhile, clock = cast(Meanwhile, state.meanwhile), cast(Clock, state.clock)
    form = await verified_form(request)
    asked = Webhook(form, clock.now(), cast(Line, state.line), meanwhile, roster, _place(request))
    _log.warning("answered from the kept roster", route=getattr(request.scope.get("route"), "path", ""))
    return answer(asked)


def _place(request: Request) -> int:
    """The place in the order that an address of ours names. With any other somebody is rung all the same: the first."""
    place = request.query_params.get("n", "")
    return int(place) if place.isascii() and place.isdecimal() and len(place) <= _LONGEST_PLACE else 0


async def _in_time(usual: Coroutine[Any, Any, Response], seconds: float) -> Response:
    while_it_is_waited_for = CancelScope()
    deed = asyncio.ensure_future(_within(while_it_is_waited_for, usual))
    done, _ = await asyncio.wait({deed}, timeout=seconds)
    answered = deed.result() if done else None
    if answered is None:
        while_it_is_waited_for.cancel()  # what a thread works on already is let be
        deed.add_done_callback(_nobody_waits_for)
        raise TookTooLong
    return answered


async def _within(scope: CancelScope, usual: Coroutine[Any, Any, Response]) -> Response | None:
    with scope:
        return await usual
    return None


def _nobody_waits_for(deed: asyncio.Future[Response | None]) -> None:
    """What became of an answer that came too late is of no more interest; whether it failed is in the log already."""
    if not deed.cancelled() and (problem := deed.exception()):
        _log.warning("a deed that took too long has failed", kind=type(problem).__name__)
