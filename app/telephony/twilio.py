"""Twilio: texts and calls go out under the line's own number, and addresses with their overrides.

The address of the API is a setting, so that a simulator or a compatible carrier can stand in; the SDK itself can only
be told regions of twilio.com.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from twilio.rest import Client  # type: ignore[import-untyped]

from app.errors import Misconfigured
from app.settings import Settings
from app.telephony.carrier import CarrierError, Trouble
from app.telephony.overrides import with_overrides
from app.telephony.twilio_records import TwilioRecords
from app.telephony.twilio_setup import TwilioSetup
from app.telephony.twilio_wire import TWILIO, Wire
from app.telephony.wire import insist_on_dialable

_LONGEST_VALIDITY = timedelta(hours=10)
_LONGEST_RING = timedelta(minutes=10)
_LISTENS_FOR: Final = 6
"""Seconds in which Twilio finds out who answered; whoever it cannot tell by then is `unknown`. Somebody waits."""
SILENCE: Final = "/carrier/silence"
"""The path of that document."""

_CALL_EVENTS: Final = ["initiated", "ringing", "answered", "completed"]


@dataclass(kw_only=True)
class TwilioCarrier:
    """A `Switch` that is Twilio, or speaks like it.

    `sender` is our own number, E.164, shown on texts and calls; or what says which it is at the moment of sending.
    `auth_tokens`: two while one replaces the other. `api_key` and `api_secret` replace them for REST calls where given.
    `region` counts only at Twilio's own address; so does the first of `edges`, all of which may carry their webhooks
    to us. `fallback_url`: asked for what a telephone that we rang shall hear when a document of ours cannot be had.
    `patience`: seconds to wait for a connection, and again for the answer.
    """

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    sender: str | Callable[[], str] = field(repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    api_url: str = TWILIO
    region: str = ""
    edges: tuple[str, ...] = ()
    fallback_url: str = ""
    patience: float = 10.0
    wire: Wire = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for setting, given in (("ACCOUNT_SID", self.account_sid), ("AUTH_TOKEN", any(self.auth_tokens))):
            if not given:
                raise Misconfigured(f"TWILIO_{setting} is missing: nothing can be sent or called.")
        tokens = tuple((self.account_sid, token) for token in self.auth_tokens)
        self.wire = Wire(
            account_sid=self.account_sid,
            credentials=((self.api_key, self.api_secret),) if self.api_key else tokens,
            api_url=self.api_url,
            region=self.region,
            edge=self.edges[0] if self.edges else "",
            patience=self.patience,
        )

    @property
    def records(self) -> TwilioRecords:
        """What Twilio keeps of our calls and texts."""
        return TwilioRecords(self.wire)

    @property
    def setup(self) -> TwilioSetup:
        """What is set at Twilio."""
        return TwilioSetup(self.wire, account_sid=self.account_sid, auth_tokens=self.auth_tokens)

    def text(self, *, to: str, body: str, status_url: str, valid_for: timedelta) -> str:
        """Send an SMS; Twilio drops it when it is still queued after `valid_for` (1 s to 10 h)."""
        insist_on_dialable(to)
        shown = self._shown
        return self._created(
            lambda client: client.messages.create(
                to=to,
                from_=shown,
                body=body,
                status_callback=self._address(status_url),
                validity_period=_seconds(valid_for, at_most=_LONGEST_VALIDITY),
            )
        )

    def call(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """Ring a phone for `ring_for` (1 s to 10 min; Twilio may add 5 s) and play `answer_url` when answered."""
        return self._call(to, answer_url, status_url, ring_for)

    def call_warily(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """The same, but Twilio listens for some seconds first and says in `AnsweredBy` who, or what, answered."""
        listening: dict[str, str | int] = {"machine_detection": "Enable", "machine_detection_timeout": _LISTENS_FOR}
        return self._call(to, answer_url, status_url, ring_for, **listening)

    def lead(self, reference: str, *, to_url: str) -> None:
        """Take an answered call away from what it is doing, to another document. 21220 when it is over."""
        self.wire.ask(lambda client: client.calls(reference).update(url=self._address(to_url), method="POST"))

    def hang_up(self, reference: str) -> None:
        """End a call, ringing or answered. One that is over already stays so."""
        self.wire.ask(lambda client: client.calls(reference).update(status="completed"))

    def _call(self, to: str, answer_url: str, status_url: str, ring_for: timedelta, **besides: str | int) -> str:
        insist_on_dialable(to)
        shown = self._shown
        return self._created(
            lambda client: client.calls.create(
                to=to,
                from_=shown,
                url=self._address(answer_url),
                method="POST",
                status_callback=self._address(status_url),
                status_callback_method="POST",
                status_callback_event=_CALL_EVENTS,
                timeout=_seconds(ring_for, at_most=_LONGEST_RING),
                **besides,
                **self._in_trouble,
            )
        )

    @property
    def _in_trouble(self) -> dict[str, str]:
        if not self.fallback_url:
            return {}
        return {"fallback_url": self._address(self.fallback_url), "fallback_method": "POST"}

    @property
    def _shown(self) -> str:
        return self.sender if isinstance(self.sender, str) else self.sender()

    def _address(self, url: str) -> str:
        return with_overrides(url, self.edges)

    def _created(self, create: Callable[[Client], Any]) -> str:
        """The reference of what was created. An answer without one leaves open whether it was."""
        created = self.wire.ask(create)
        if not created.sid:
            raise CarrierError(Trouble.TRANSIENT, maybe_done=True)
        return str(created.sid)


def carrier_for(settings: Settings, *, sender: str | Callable[[], str]) -> TwilioCarrier:
    """The carrier as the settings describe it. Misconfigured when its account is not among them."""
    settings.require("twilio_account_sid", "twilio_auth_token")
    return TwilioCarrier(
        account_sid=settings.twilio_account_sid or "",
        auth_tokens=tuple(token.get_secret_value() for token in settings.twilio_auth_token),
        api_key=settings.twilio_api_key or "",
        api_secret=settings.twilio_api_secret.get_secret_value() if settings.twilio_api_secret else "",
        api_url=settings.twilio_api_url,
        region=settings.twilio_region or "",
        edges=settings.twilio_edge,
        sender=sender,
        fallback_url=f"{settings.public_url}{SILENCE}",
    )


def _seconds(duration: timedelta, *, at_most: timedelta) -> int:
    return max(1, int(min(duration, at_most).total_seconds()))
