"""What is set at Twilio, read over REST for the preflight to compare. Nothing here changes anything.

What an account may not look at, or a compatible carrier does not have, is None: somebody has to look by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import requests
from twilio.rest import Client  # type: ignore[import-untyped]

from app.telephony.carrier import CarrierError
from app.telephony.signature import signature_of
from app.telephony.twilio_wire import Wire

Answer = TypeVar("Answer")

_PATIENCE: Final = 10.0


@dataclass(frozen=True)
class Line:
    """One of our numbers as the carrier has it set up. An application or a trunk takes the place of its addresses."""

    number: str
    voice_url: str
    voice_method: str
    voice_fallback_url: str
    sms_url: str
    sms_method: str
    sms_fallback_url: str
    status_url: str = ""
    status_method: str = ""
    takes: str = "voice"
    voice_application: str = ""
    sms_application: str = ""
    trunk: str = ""
    looks_up_callers: bool = False


@dataclass(frozen=True)
class Service:
    """A Messaging Service that a number belongs to; `texts_go_to` is empty where the number itself says it."""

    sid: str
    texts_go_to: str


class TwilioSetup:
    """The setup of one account."""

    def __init__(self, wire: Wire, *, account_sid: str, auth_tokens: tuple[str, ...]) -> None:
        self._wire = wire
        self._account_sid = account_sid
        self._auth_tokens = auth_tokens

    def account_state(self) -> str:
        """What Twilio says of the account now: "active", "suspended" or "closed"."""
        return str(self._wire.ask(lambda client: client.api.accounts(self._account_sid).fetch()).status)

    def lines(self) -> list[Line]:
        """The account's numbers with what is set for them."""
        return [_line(each) for each in self._wire.ask(lambda client: client.incoming_phone_numbers.list())]

    def has_recordings(self) -> bool | None:
        """Whether any call was ever recorded and lies there still."""
        found = self._if_allowed(lambda client: client.recordings.list(limit=1))
        return None if found is None else bool(found)

    def balance(self) -> float | None:
        """What is left to pay for calls with, in the account's currency. A dead account is a dead line."""
        found = self._if_allowed(lambda client: client.api.accounts(self._account_sid).balance.fetch())
        with suppress(TypeError, ValueError, AttributeError):
            return float(found.balance) if found else None
        return None

    def calls_to(self) -> set[str] | None:
        """The countries that may be called, by their ISO codes."""
        found = self._if_allowed(lambda client: client.voice.v1.dialing_permissions.countries.list())
        return None if found is None else {str(each.iso_code) for each in found if each.low_risk_numbers_enabled}

    def texts_to(self) -> set[str] | None:
        """The countries that may be texted, by their ISO codes."""
        found = self._if_allowed(lambda client: client.accounts.v1.messaging_geopermissions.fetch())
        if found is None or not isinstance(found.permissions, list):
            return None
        return {str(each.get("country_code")) for each in found.permissions if each.get("enabled")}

    def analyses_calls(self) -> bool | None:
        """Whether Voice Insights looks into our calls, and keeps what it finds."""
        found = self._if_allowed(lambda client: client.insights.v1.settings().fetch())
        return None if found is None else bool(found.advanced_features or found.voice_trace)

    def region_of(self, number: str) -> str | None:
        """Where calls to the number are taken in: `us1`, `ie1` or `au1`."""
        found = self._if_allowed(lambda client: client.routes.v2.phone_numbers(number).fetch())
        return found.voice_region if found else None

    def service_of(self, number: str) -> Service | None:
        """The Messaging Service the number belongs to; None also where that cannot be read."""
        for each in self._if_allowed(lambda client: client.messaging.v1.services.list()) or ():
            if number in self._numbers_in(str(each.sid)):
                elsewhere = "" if each.use_inbound_webhook_on_number else each.inbound_request_url or ""
                return Service(str(each.sid), elsewhere)
        return None

    def document_at(self, url: str) -> str | None:
        """A document that Twilio keeps for us, asked for as Twilio asks; None where it is not given to us.

        https://www.twilio.com/docs/serverless/twiml-bins/testing/programmatic
        """
        form = {"AccountSid": self._account_sid}
        for token in self._auth_tokens:
            signature = signature_of(token.encode(), url, form.items()).decode()
            with suppress(requests.RequestException):
                headers = {"X-Twilio-Signature": signature}
                answer = requests.post(url, data=form, headers=headers, timeout=_PATIENCE, allow_redirects=False)
                if answer.ok:
                    return answer.text
        return None

    def _numbers_in(self, service: str) -> set[str]:
        found = self._if_allowed(lambda client: client.messaging.v1.services(service).phone_numbers.list())
        return {str(each.phone_number) for each in found or ()}

    def _if_allowed(self, ask: Callable[[Client], Answer]) -> Answer | None:
        try:
            return self._wire.ask(ask)
        except CarrierError:
            return None


def _line(each: Any) -> Line:
    return Line(
        number=each.phone_number or "",
        voice_url=each.voice_url or "",
        voice_method=each.voice_method or "",
        voice_fallback_url=each.voice_fallback_url or "",
        sms_url=each.sms_url or "",
        sms_method=each.sms_method or "",
        sms_fallback_url=each.sms_fallback_url or "",
        status_url=each.status_callback or "",
        status_method=each.status_callback_method or "",
        takes=str(each.voice_receive_mode or "voice"),
        voice_application=each.voice_application_sid or "",
        sms_application=each.sms_application_sid or "",
        trunk=each.trunk_sid or "",
        looks_up_callers=bool(each.voice_caller_id_lookup),
    )
