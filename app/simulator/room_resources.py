"""Conferences and their participants as the REST API shows them."""

from __future__ import annotations

from app.simulator.conferences import Conference, Member
from app.simulator.exchange import Exchange
from app.simulator.numbers import rfc2822
from app.simulator.resources import Json, base
from app.simulator.telling import API_VERSION


def conference(exchange: Exchange, held: Conference) -> Json:
    """A Conference resource."""
    here = f"{base(exchange)}/Conferences/{held.sid}"
    return {
        "account_sid": exchange.account.sid,
        "api_version": API_VERSION,
        "call_sid_ending_conference": held.ended_by or None,
        "date_created": rfc2822(held.created_at),
        "date_updated": rfc2822(held.updated_at),
        "friendly_name": held.name,
        "reason_conference_ended": held.reason_ended or None,
        "region": "ie1",
        "sid": held.sid,
        "status": held.status,
        "subresource_uris": {"participants": f"{here}/Participants.json", "recordings": f"{here}/Recordings.json"},
        "uri": f"{here}.json",
    }


def participant(exchange: Exchange, held: Conference, member: Member) -> Json:
    """A Participant resource."""
    return {
        "account_sid": exchange.account.sid,
        "call_sid": member.leg.sid,
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": held.sid,
        "date_created": rfc2822(member.since),
        "date_updated": rfc2822(member.since),
        "end_conference_on_exit": member.ends_it,
        "hold": member.on_hold,
        "label": member.label or None,
        "muted": member.leg.muted,
        "queue_time": None,
        "start_conference_on_enter": member.starts,
        "status": "connected",
        "uri": f"{base(exchange)}/Conferences/{held.sid}/Participants/{member.leg.sid}.json",
    }
