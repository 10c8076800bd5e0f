"""Calls over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.simulator import listing, resources
from app.simulator.calls import RINGS_FOR, CallOrder
from app.simulator.exchange import Exchange
from app.simulator.legs import Leg
from app.simulator.rest_done import Form, done, number, value


def add_calls(router: APIRouter, exchange: Exchange) -> None:
    """Hang the Calls resource into the API."""

    @router.post("/Calls.json")
    def create(form: Form) -> Response:
        with exchange.lock:
            leg = exchange.calls.place(_order(form))
            return done(exchange, resources.call(exchange, leg), status=201)

    @router.get("/Calls.json")
    def several(request: Request) -> dict[str, Any]:
        query = dict(request.query_params)
        with exchange.lock:
            found = [leg for leg in reversed(exchange.legs.values()) if _is_asked_for(leg, query)]
            return listing.page("calls", request.url.path, query, found, lambda leg: resources.call(exchange, leg))

    @router.get("/Calls/{sid}.json")
    def one(sid: str) -> dict[str, Any]:
        with exchange.lock:
            return resources.call(exchange, exchange.calls.find(sid))

    @router.post("/Calls/{sid}.json")
    def update(sid: str, form: Form) -> Response:
        with exchange.lock:
            leg = exchange.calls.find(sid)
            _change(exchange, leg, form)
            return done(exchange, resources.call(exchange, leg))

    @router.delete("/Calls/{sid}.json")
    def delete(sid: str) -> Response:
        with exchange.lock:
            exchange.calls.delete(sid)
            return done(exchange, None)


def _order(form: FormData) -> CallOrder:
    events = frozenset(str(event) for event in form.getlist("StatusCallbackEvent")) or frozenset({"completed"})
    return CallOrder(
        to=value(form, "To"),
        sender=value(form, "From"),
        url=value(form, "Url"),
        timeout=number(form, "Timeout", RINGS_FOR),
        status_url=value(form, "StatusCallback"),
        status_events=events,
        fallback_url=value(form, "FallbackUrl"),
        machine_detection=value(form, "MachineDetection"),
    )


def _change(exchange: Exchange, leg: Leg, form: FormData) -> None:
    """End a call (`completed`), take it back while it is not answered (`canceled`), or lead it elsewhere."""
    status = value(form, "Status")
    if status == "completed" or (status == "canceled" and not leg.answered):
        leg.end("completed" if leg.answered else "canceled")
    elif url := value(form, "Url"):
        exchange.calls.redirect(leg, url)


def _is_asked_for(leg: Leg, query: Mapping[str, str]) -> bool:
    parent = leg.parent.sid if leg.parent else ""
    wanted = listing.matches(query, To=leg.to, From=leg.sender, Status=leg.status, ParentCallSid=parent)
    return wanted and listing.is_within(query, "StartTime", leg.answered_at or leg.created_at)
