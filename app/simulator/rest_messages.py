"""Messages over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from app.simulator import listing, resources
from app.simulator.exchange import Exchange
from app.simulator.messages import Retention
from app.simulator.rest_done import Form, done, number, value
from app.simulator.texts import A_LONG_TIME, Message


def add_messages(router: APIRouter, exchange: Exchange) -> None:
    """Hang the Messages resource into the API."""

    @router.post("/Messages.json")
    def create(form: Form) -> Response:
        with exchange.lock:
            message = exchange.messages.send(
                to=value(form, "To"),
                sender=value(form, "From"),
                body=value(form, "Body"),
                status_url=value(form, "StatusCallback"),
                valid_for=number(form, "ValidityPeriod", A_LONG_TIME),
                retention=Retention(
                    value(form, "ContentRetention", "retain"), value(form, "AddressRetention", "retain")
                ),
            )
            return done(exchange, resources.message(exchange, message), status=201)

    @router.get("/Messages.json")
    def several(request: Request) -> dict[str, Any]:
        with exchange.lock:
            return listing.page(
                "messages",
                request,
                list(reversed(exchange.messages.kept.values())),
                wanted=lambda message: _is_asked_for(message, request.query_params),
                show=lambda message: resources.message(exchange, message),
            )

    @router.get("/Messages/{sid}.json")
    def one(sid: str) -> dict[str, Any]:
        with exchange.lock:
            return resources.message(exchange, exchange.messages.find(sid))

    @router.post("/Messages/{sid}.json")
    def redact(sid: str, form: Form) -> Response:
        with exchange.lock:
            message = exchange.messages.redact(sid, value(form, "Body"))
            return done(exchange, resources.message(exchange, message))

    @router.delete("/Messages/{sid}.json")
    def delete(sid: str) -> Response:
        with exchange.lock:
            exchange.messages.delete(sid)
            return done(exchange, None)


def _is_asked_for(message: Message, query: Mapping[str, str]) -> bool:
    when = message.sent_at or message.created_at
    wanted = not message.deleted and listing.matches(query, To=message.to, From=message.sender)
    return wanted and listing.is_within(query, "DateSent", when)
