"""Calls over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.simulator import listing, resources
from app.simulator.calls import RINGS_FOR, CallOrder
from app.simulator.detection import MachineDetection
from app.simulator.exchange import Exchange
from app.simulator.legs import Leg
from app.simulator.refusals import Refused
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
        with exchange.lock:
            return listing.page(
                "calls",
                request,
                list(reversed(exchange.legs.values())),
                wanted=lambda leg: _is_asked_for(leg, request.query_params),
                show=lambda leg: resources.call(exchange, leg),
            )

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
        detection=_detection(form),
        twiml=value(form, "Twiml"),
    )


def _detection(form: FormData) -> MachineDetection | None:
    mode = value(form, "MachineDetection")
    if mode not in ("Enable", "DetectMessageEnd"):
        return None
    return MachineDetection(
        to_the_end=mode == "DetectMessageEnd",
        gives_up_after=number(form, "MachineDetectionTimeout", 30),
        apart=value(form, "AsyncAmd") == "true",
        status_url=value(form, "AsyncAmdStatusCallback"),
    )


def _change(exchange: Exchange, leg: Leg, form: FormData) -> None:
    """End a call (`completed`), take it back while it is not answered (`canceled`), or lead it elsewhere."""
    status = value(form, "Status")
    if (status == "completed" and not leg.over) or (status == "canceled" and not leg.answered):
        leg.end("completed" if leg.answered else "canceled")
    elif url := value(form, "Url"):
        exchange.calls.redirect(leg, url, fallback_url=value(form, "FallbackUrl"))
    elif status:
        raise Refused(21220)


def _is_asked_for(leg: Leg, query: Mapping[str, str]) -> bool:
    parent = leg.parent.sid if leg.parent else ""
    asked = listing.matches(query, To=leg.to, From=leg.sender, Status=leg.wire_status, ParentCallSid=parent)
    started, ended = (
        listing.is_within(query, "StartTime", leg.started_at),
        listing.is_within(query, "EndTime", leg.ended_at),
    )
    return not leg.deleted and asked and started and ended
