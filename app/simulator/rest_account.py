"""The account over REST: its balance, its lines and their settings, and what was recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.simulator import listing, resources
from app.simulator.accounts import Line
from app.simulator.exchange import Exchange
from app.simulator.refusals import Refused
from app.simulator.rest_done import Form, done, value

SETTINGS: Final = {
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "VoiceReceiveMode": "voice_receive_mode",
    "VoiceApplicationSid": "voice_application_sid",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "SmsApplicationSid": "sms_application_sid",
    "StatusCallback": "status_url",
    "StatusCallbackMethod": "status_method",
    "TrunkSid": "trunk_sid",
}
"""How an update over REST spells what a line has."""


def add_account(router: APIRouter, exchange: Exchange) -> None:
    """Hang the account and what belongs to it into the API."""

    @router.get(".json")
    def account() -> dict[str, Any]:
        return resources.account(exchange)

    @router.get("/Balance.json")
    def balance() -> dict[str, Any]:
        return {"account_sid": exchange.account.sid, "balance": exchange.account.balance, "currency": "USD"}

    _add_lines(router, exchange)
    _add_recordings(router, exchange)


def _add_lines(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/IncomingPhoneNumbers.json")
    def several(request: Request) -> dict[str, Any]:
        return listing.page(
            "incoming_phone_numbers",
            request,
            list(exchange.lines.values()),
            wanted=lambda line: listing.matches(request.query_params, PhoneNumber=line.number),
            show=lambda line: resources.line(exchange, line),
        )

    @router.get("/IncomingPhoneNumbers/{sid}.json")
    def one(sid: str) -> dict[str, Any]:
        return resources.line(exchange, _line(exchange, sid))

    @router.post("/IncomingPhoneNumbers/{sid}.json")
    def update(sid: str, form: Form) -> Response:
        with exchange.lock:
            changed = _changed(_line(exchange, sid), form)
            exchange.lines[changed.number] = changed
            return done(exchange, resources.line(exchange, changed))


def _add_recordings(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/Recordings.json")
    def several(request: Request) -> dict[str, Any]:
        with exchange.lock:
            return listing.page(
                "recordings",
                request,
                [leg for leg in reversed(exchange.legs.values()) if leg.recording_sid],
                wanted=lambda leg: listing.matches(request.query_params, CallSid=leg.sid),
                show=lambda leg: resources.recording(exchange, leg),
                sid_of=lambda leg: leg.recording_sid,
            )

    @router.delete("/Recordings/{sid}.json")
    def delete(sid: str) -> Response:
        with exchange.lock:
            for leg in exchange.legs.values():
                if leg.recording_sid == sid:
                    leg.recording_sid = ""
                    return done(exchange, None)
        raise Refused(20404)


def _line(exchange: Exchange, sid: str) -> Line:
    for line in exchange.lines.values():
        if line.sid == sid:
            return line
    raise Refused(20404)


def _changed(line: Line, form: FormData) -> Line:
    changes: dict[str, Any] = {name: value(form, spelled) for spelled, name in SETTINGS.items() if spelled in form}
    return replace(line, **changes)
