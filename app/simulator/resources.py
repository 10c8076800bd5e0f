"""The exchange's records as the REST API shows them."""

from __future__ import annotations

from typing import Any

from app.simulator.exchange import Exchange, Line
from app.simulator.legs import Leg
from app.simulator.numbers import rfc2822, segments
from app.simulator.telling import API_VERSION
from app.simulator.texts import Media, Message

Json = dict[str, Any]


def base(exchange: Exchange) -> str:
    """Where the account's resources stand."""
    return f"/{API_VERSION}/Accounts/{exchange.account.sid}"


def message(exchange: Exchange, text: Message) -> Json:
    """A Message resource."""
    return {
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": rfc2822(text.created_at),
        "date_sent": rfc2822(text.sent_at),
        "date_updated": rfc2822(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.sender,
        "messaging_service_sid": None,
        "num_media": str(len(text.media)),
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": None,
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{base(exchange)}/Messages/{text.sid}/Media.json"},
        "to": text.to,
        "uri": f"{base(exchange)}/Messages/{text.sid}.json",
    }


def media(exchange: Exchange, message_sid: str, kept: Media) -> Json:
    """A Media resource; the picture itself is at its URI without `.json`."""
    return {
        "account_sid": exchange.account.sid,
        "content_type": kept.content_type,
        "date_created": rfc2822(kept.created_at),
        "date_updated": rfc2822(kept.created_at),
        "parent_sid": message_sid,
        "sid": kept.sid,
        "uri": f"{base(exchange)}/Messages/{message_sid}/Media/{kept.sid}.json",
    }


def call(exchange: Exchange, leg: Leg) -> Json:
    """A Call resource."""
    return {
        "account_sid": exchange.account.sid,
        "annotation": None,
        "answered_by": leg.answered_by or None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
        "direction": leg.direction,
        "duration": str(leg.seconds_talked) if leg.over else None,
        "end_time": rfc2822(leg.ended_at),
        "forwarded_from": leg.forwarded_from or None,
        "from": leg.sender,
        "from_formatted": leg.sender,
        "group_sid": None,
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "phone_number_sid": _line_sid(exchange, leg),
        "price": None,
        "price_unit": "USD",
        "queue_time": str(round(((leg.started_at or exchange.timeline.now()) - leg.created_at).total_seconds() * 1000)),
        "sid": leg.sid,
        "start_time": rfc2822(leg.started_at),
        "status": leg.wire_status,
        "subresource_uris": {},
        "to": leg.to,
        "to_formatted": leg.to,
        "trunk_sid": None,
        "uri": f"{base(exchange)}/Calls/{leg.sid}.json",
    }


def line(exchange: Exchange, sold: Line) -> Json:
    """An IncomingPhoneNumber resource, for comparing what is set with what should be."""
    return {
        "account_sid": exchange.account.sid,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "friendly_name": sold.number,
        "origin": "twilio",
        "phone_number": sold.number,
        "sid": sold.sid,
        "sms_application_sid": sold.sms_application_sid,
        "sms_fallback_method": sold.sms_fallback_method,
        "sms_fallback_url": sold.sms_fallback_url,
        "sms_method": sold.sms_method,
        "sms_url": sold.sms_url,
        "status": "in-use",
        "status_callback": sold.status_url,
        "status_callback_method": sold.status_method,
        "trunk_sid": sold.trunk_sid or None,
        "uri": f"{base(exchange)}/IncomingPhoneNumbers/{sold.sid}.json",
        "voice_application_sid": sold.voice_application_sid,
        "voice_caller_id_lookup": sold.voice_caller_id_lookup,
        "voice_fallback_method": sold.voice_fallback_method,
        "voice_fallback_url": sold.voice_fallback_url,
        "voice_method": sold.voice_method,
        "voice_receive_mode": sold.voice_receive_mode,
        "voice_url": sold.voice_url,
    }


def recording(exchange: Exchange, leg: Leg) -> Json:
    """A Recording resource: there should be none."""
    return {
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "call_sid": leg.sid,
        "date_created": rfc2822(leg.answered_at),
        "duration": str(leg.seconds_talked),
        "sid": leg.recording_sid,
        "source": "RecordVerb",
        "status": "completed" if leg.over else "in-progress",
        "uri": f"{base(exchange)}/Recordings/{leg.recording_sid}.json",
    }


def account(exchange: Exchange) -> Json:
    """The Account resource; the token is not in it."""
    return {
        "friendly_name": exchange.account.friendly_name,
        "owner_account_sid": exchange.account.sid,
        "sid": exchange.account.sid,
        "status": exchange.account.status,
        "subresource_uris": {},
        "type": "Full",
        "uri": f"{base(exchange)}.json",
    }


def _line_sid(exchange: Exchange, leg: Leg) -> str | None:
    sold = exchange.lines.get(leg.to if leg.direction == "inbound" else leg.sender)
    return sold.sid if sold else None
