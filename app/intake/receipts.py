"""What the carrier says became of a text to a person. An opt-out ends the permission; the page of the case says so."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import texts
from app.cases.texts import Fate
from app.intake.line import Signed
from app.web import Db, Now

router = APIRouter(prefix="/carrier/texts")

BECAME: Final = {
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED,
    "failed": Fate.FAILED,
    "canceled": Fate.FAILED,
    "sent": Fate.ACCEPTED,
}


@router.post("/{text_id}", status_code=204)
def receipt(form: Signed, db: Db, now: Now, text_id: str) -> Response:
    """Take in one receipt; whatever is on its way still is no news."""
    became, code = BECAME.get(form.get("MessageStatus", "")), form.get("ErrorCode", "")
    if became:
        with db.transaction() as session:
            number = int(code) if code.isdecimal() else None
            texts.became(session, text_id, became, at=now, ref=form.get("MessageSid", "")[:40] or None, code=number)
    return Response(status_code=204)
