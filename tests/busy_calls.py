"""The part of a busy day in which people are called back, texted, and passed on to a colleague."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from app.cases.models import Case
from app.simulator.phones import Phone
from tests.hotline import Hotline

Do = Callable[..., str]


def calls_and_texts_out(line: Hotline, do: Do, *, called_back: str, passed_on: str) -> None:
    """Bo texts and calls somebody, and writes down what they say; then he passes a caller on to Carin.

    Told while no page goes out: a telephone that rings for one could not be answered for the other.
    """
    line.phone("anna").behaviour = "busy"
    bo = line.sign_in("bo")
    _somebody_is_called_back(line, bo, do, called_back)
    line.fast_forward(seconds=30)
    _a_caller_is_passed_on(line, bo, do, passed_on)


def _somebody_is_called_back(line: Hotline, bo: TestClient, do: Do, number: str) -> None:
    caller = line.call_from(number)
    for key in "11*1112":
        caller.press(key)
    caller.hang_up()
    line.work()
    case = _case_of(line, caller)
    page = f"/console/cases/{case.reference}"
    do(bo, page, "hold")
    do(bo, page, "texts", wording="when")
    line.fast_forward(seconds=5)
    do(bo, page, "bridge")
    line.work()
    do(bo, page, "bridge/stop")
    line.work()
    do(bo, page, "bridge")
    line.work()
    _answers(line, "bo")
    caller.answer()
    line.fast_forward(seconds=5)
    line.phone("carin").behaviour = "busy"
    do(bo, page, "bridge/colleague", alias="carin")
    line.fast_forward(seconds=5)
    line.phone("carin").behaviour = "by hand"
    do(bo, page, "bridge/colleague", alias="carin")
    line.work()
    _answers(line, "carin")
    caller.hang_up()
    line.work()
    line.phone("bo").press("1")
    line.phone("carin").hang_up()
    line.work()
    do(bo, page, "permissions", call="yes", hours="evening", about=case.permissions[0].content_id or "")


def _a_caller_is_passed_on(line: Hotline, bo: TestClient, do: Do, number: str) -> None:
    caller = line.caller_waiting(number)
    line.fast_forward(seconds=3)
    _answers(line, "bo")
    page = f"/console/cases/{_case_of(line, caller).reference}"
    do(bo, page, "bridge/colleague", alias="carin")
    line.work()
    _answers(line, "carin")
    caller.hang_up()
    line.phone("bo").hang_up()
    line.phone("carin").hang_up()
    line.work()
    do(bo, page, "bridge/outcome", outcome="reached")
    line.work()


def _case_of(line: Hotline, caller: Phone) -> Case:
    """The case of the call that this telephone made last."""
    assert caller.leg
    return next(case for case in line.cases() for approach in case.approaches if approach.source == caller.leg.sid)


def _answers(line: Hotline, alias: str) -> None:
    line.phone(alias).answer()
    line.phone(alias).press("1")
    line.work()
