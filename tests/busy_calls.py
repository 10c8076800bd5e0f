"""The part of a busy day in which people are called back, texted, and passed on to a colleague."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from app.cases.models import Case
from app.simulator.phones import Phone
from tests.hotline import Hotline

Do = Callable[..., str]


def calls_and_texts_out(line: Hotline, do: Do, *, called_back: str, passed_on: str) -> None:
    """Anna texts and calls somebody, and writes down what they say; then she passes a caller on to Bo."""
    for name in ("anna", "bo"):
        line.phone(name).behaviour = "by hand"
    anna = line.sign_in("anna")
    _somebody_is_called_back(line, anna, do, called_back)
    line.fast_forward(seconds=30)
    _a_caller_is_passed_on(line, anna, do, passed_on)


def _somebody_is_called_back(line: Hotline, anna: TestClient, do: Do, number: str) -> None:
    caller = line.call_from(number)
    for key in "11*1112":
        caller.press(key)
    caller.hang_up()
    line.work()
    case = _case_of(line, caller)
    page = _taken(case, anna, do)
    do(anna, page, "texts", wording="when")
    line.fast_forward(seconds=5)
    do(anna, page, "bridge")
    line.work()
    _answers(line, "anna")
    caller.answer()
    line.fast_forward(seconds=5)
    do(anna, page, "bridge/colleague", alias="bo")
    line.work()
    _answers(line, "bo")
    caller.hang_up()
    line.work()
    line.phone("anna").press("1")
    line.phone("bo").hang_up()
    line.work()
    about = case.permissions[0].content_id or ""
    do(anna, page, "permissions", call="yes", hours="evening", about=about)


def _a_caller_is_passed_on(line: Hotline, anna: TestClient, do: Do, number: str) -> None:
    caller = line.caller_waiting(number)
    line.phone("anna").answer()
    line.phone("anna").press("1")
    line.work()
    page = f"/console/cases/{_case_of(line, caller).reference}"
    do(anna, page, "bridge/colleague", alias="bo")
    line.work()
    _answers(line, "bo")
    caller.hang_up()
    line.phone("anna").hang_up()
    line.phone("bo").hang_up()
    line.work()
    do(anna, page, "bridge/outcome", outcome="reached")
    line.work()


def _case_of(line: Hotline, caller: Phone) -> Case:
    """The case of the call that this telephone made last."""
    assert caller.leg
    return next(case for case in line.cases() for approach in case.approaches if approach.source == caller.leg.sid)


def _taken(case: Case, anna: TestClient, do: Do) -> str:
    page = f"/console/cases/{case.reference}"
    do(anna, page, "hold")
    return page


def _answers(line: Hotline, alias: str) -> None:
    line.phone(alias).answer()
    line.phone(alias).press("1")
    line.work()
