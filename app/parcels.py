"""Packages and receipts that wait for another house are posted to its door, until it has each of them.

Claimed in one transaction, posted outside it, and what came of it written down in another. What was posted and not
written down is posted again: the receiver knows it by its id. The log says which package, never to what address.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from app.anchoring.asking import Heard, ask
from app.db import Database
from app.errors import BadInput
from app.logs import Log
from app.programme.apply import current
from app.programme.knowledge import Knowledge
from app.routing import handover_parcels
from app.routing.handover_directory import partner
from app.routing.handover_models import Parcel

DOOR: Final = "/handover"
_FORM: Final = "application/x-www-form-urlencoded"
_FOR_GOOD: Final = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
_log = Log("parcels")


@dataclass(frozen=True)
class _Addressed:
    parcel: Parcel = field(repr=False)
    address: str | None = field(repr=False)


def carry(db: Database, *, at: datetime) -> int:
    """Post what is due; how many of them arrived."""
    with db.reading() as session:
        if not handover_parcels.is_any_due(session, at=at):
            return 0
    with db.transaction() as session:
        knowledge = current(session).knowledge
        mine = [_Addressed(each, _address(knowledge, each)) for each in handover_parcels.claim(session, at=at)]
    return sum(_carried(db, each, at=at) for each in mine)


def _carried(db: Database, each: _Addressed, *, at: datetime) -> bool:
    body = urlencode({"text": each.parcel.text}).encode()
    heard = ask(f"{each.address}{DOOR}", body, content_type=_FORM) if each.address else None
    arrived, refused = _has_it(heard, each.parcel), heard is not None and heard.status in _FOR_GOOD
    with db.transaction() as session:
        if arrived:
            handover_parcels.note_arrived(session, each.parcel, at=at)
        elif refused:
            handover_parcels.note_refused(session, each.parcel)
        else:
            handover_parcels.note_failed(session, each.parcel, at=at)
    if not arrived:
        _log.error("a hand-over did not arrive", kind=each.parcel.what, name=each.parcel.package_id)
    return arrived


def _has_it(heard: Heard | None, parcel: Parcel) -> bool:
    """They say so, of this very text: a page that answers 200 to anything is no receiver."""
    if heard is None or heard.status != HTTPStatus.OK:
        return False
    try:
        said = json.loads(heard.body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("digest") == sha256(parcel.text.encode()).hexdigest()


def _address(knowledge: Knowledge, parcel: Parcel) -> str | None:
    """Where their door is now; None when the programme names it no more, so that it is tried again later."""
    try:
        return partner(knowledge, parcel.receiver).address
    except BadInput:
        return None
