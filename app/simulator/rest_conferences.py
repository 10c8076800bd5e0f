"""Conferences and their participants over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.simulator import listing, room_resources
from app.simulator.conferences import BY_REST, Conference, Member
from app.simulator.conferring import find, find_member
from app.simulator.exchange import Exchange
from app.simulator.rest_done import Form, done, value


def add_conferences(router: APIRouter, exchange: Exchange) -> None:
    """Hang the Conferences resource into the API."""

    @router.get("/Conferences.json")
    def several(request: Request) -> dict[str, Any]:
        with exchange.lock:
            return listing.page(
                "conferences",
                request,
                list(reversed(exchange.conferences.values())),
                wanted=lambda conference: _is_asked_for(conference, request.query_params),
                show=lambda conference: room_resources.conference(exchange, conference),
            )

    @router.get("/Conferences/{sid}.json")
    def one(sid: str) -> dict[str, Any]:
        with exchange.lock:
            return room_resources.conference(exchange, find(exchange, sid))

    @router.post("/Conferences/{sid}.json")
    def update(sid: str, form: Form) -> Response:
        with exchange.lock:
            conference = find(exchange, sid)
            if value(form, "Status") == "completed" and not conference.over:
                conference.end(BY_REST)
            return done(exchange, room_resources.conference(exchange, conference))

    _add_participants(router, exchange)


def _add_participants(router: APIRouter, exchange: Exchange) -> None:
    @router.get("/Conferences/{sid}/Participants.json")
    def several(sid: str, request: Request) -> dict[str, Any]:
        with exchange.lock:
            conference = find(exchange, sid)
            return listing.page(
                "participants",
                request,
                list(conference.members),
                wanted=lambda member: _is_participant_asked_for(member, request.query_params),
                show=lambda member: room_resources.participant(exchange, conference, member),
                sid_of=lambda member: member.leg.sid,
            )

    @router.get("/Conferences/{sid}/Participants/{call}.json")
    def one(sid: str, call: str) -> dict[str, Any]:
        with exchange.lock:
            conference = find(exchange, sid)
            return room_resources.participant(exchange, conference, find_member(conference, call))

    @router.post("/Conferences/{sid}/Participants/{call}.json")
    def update(sid: str, call: str, form: Form) -> Response:
        with exchange.lock:
            conference = find(exchange, sid)
            member = find_member(conference, call)
            _change(conference, member, form)
            return done(exchange, room_resources.participant(exchange, conference, member))

    @router.delete("/Conferences/{sid}/Participants/{call}.json")
    def delete(sid: str, call: str) -> Response:
        with exchange.lock:
            conference = find(exchange, sid)
            conference.kick(find_member(conference, call))
            return done(exchange, None)


def _change(conference: Conference, member: Member, form: FormData) -> None:
    """Mute, hold, and whether the conference is over when they leave."""
    if muted := value(form, "Muted"):
        conference.mute(member, muted=muted == "true")
    if ends_it := value(form, "EndConferenceOnExit"):
        conference.settle_ending(member, ends_it=ends_it == "true")
    if value(form, "Hold") == "true":
        conference.hold(member, value(form, "HoldUrl"))
    elif value(form, "Hold") == "false":
        conference.unhold(member)


def _is_asked_for(conference: Conference, query: Mapping[str, str]) -> bool:
    wanted = listing.matches(query, FriendlyName=conference.name, Status=conference.status)
    return wanted and listing.is_within(query, "DateCreated", conference.created_at)


def _is_participant_asked_for(member: Member, query: Mapping[str, str]) -> bool:
    return listing.matches(query, Muted=str(member.leg.muted).lower(), Hold=str(member.on_hold).lower())
