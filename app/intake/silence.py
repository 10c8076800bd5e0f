"""What a telephone that we rang hears when a document of ours cannot be had: nothing. Asks no database, so that it can.

Without it the carrier says words of its own, in English, to whoever picked up, or onto their voicemail. What stays is
the case in which no process of ours answers at all: the carrier offers nothing for that which lies with itself.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.intake.line import Signed, xml
from app.telephony import twiml
from app.telephony.twilio import SILENCE

router = APIRouter(prefix=SILENCE)


@router.post("")
def hang_up(form: Signed) -> Response:  # noqa: ARG001 - signed
    """End the call without a word."""
    return xml(twiml.document(twiml.hangup()))
