"""The pictures that came with texts, over REST: lists, records, the pictures themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from app.simulator import listing, resources
from app.simulator.exchange import Exchange
from app.simulator.rest_done import done


def add_media(router: APIRouter, exchange: Exchange) -> None:
    """Hang the Media of messages into the API."""

    @router.get("/Messages/{sid}/Media.json")
    def several(sid: str, request: Request) -> dict[str, Any]:
        with exchange.lock:
            return listing.page(
                "media_list",
                request,
                list(exchange.messages.find(sid).media),
                wanted=lambda media: not media.deleted,
                show=lambda media: resources.media(exchange, sid, media),
            )

    @router.get("/Messages/{sid}/Media/{media_sid}.json")
    def one(sid: str, media_sid: str) -> dict[str, Any]:
        with exchange.lock:
            return resources.media(exchange, sid, exchange.messages.find_media(sid, media_sid))

    @router.delete("/Messages/{sid}/Media/{media_sid}.json")
    def delete(sid: str, media_sid: str) -> Response:
        with exchange.lock:
            exchange.messages.delete_media(sid, media_sid)
            return done(exchange, None)

    @router.get("/Messages/{sid}/Media/{media_sid}")
    def picture(sid: str, media_sid: str) -> Response:
        with exchange.lock:
            media = exchange.messages.find_media(sid, media_sid)
            return Response(media.content, media_type=media.content_type)
