"""What the customer has: an account, and lines with their settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.simulator.numbers import new_sid


@dataclass(frozen=True)
class Service:
    """A Messaging Service: numbers that are texted from together, and where texts to them are announced."""

    sid: str
    numbers: tuple[str, ...]
    leaves_it_to_the_number: bool = True
    """Whether a text to one of the numbers is announced where that number says, not at `inbound_url`."""
    inbound_url: str = ""


@dataclass(frozen=True)
class Account:
    """The customer. `auth_token` signs webhooks and opens REST; an API key with its secret opens REST too."""

    sid: str
    auth_token: str = field(repr=False)
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    friendly_name: str = "Simulated account"
    status: str = "active"
    balance: str = "100.00"
    advanced_opt_out: bool = True
    """Whether the customer has taken opt-out words over. If not, the carrier itself answers STOP, in English."""
    message_redaction: bool = False
    """Whether texts may be sent with `ContentRetention` and `AddressRetention`."""
    media_auth: bool = True
    """Whether pictures can be fetched only by whoever opens REST; if not, by everybody who knows the address."""
    records_calls: bool = False
    """Whether somebody has set the whole account to record every answered call."""
    voice_insights: bool = False
    """Whether the carrier analyses the account's calls and keeps what it finds."""
    calls_to: tuple[str, ...] = ("SE",)
    """Countries that may be called and, below, texted. Only shown over REST."""
    texts_to: tuple[str, ...] = ("SE",)
    services: tuple[Service, ...] = ()


@dataclass(frozen=True)
class Line:
    """A number sold to the customer, and where its calls and texts are announced."""

    number: str
    voice_url: str
    sms_url: str
    voice_fallback_url: str = ""
    sms_fallback_url: str = ""
    status_url: str = ""
    """Told when a call to the line is over."""
    voice_method: str = "POST"
    """The methods, like all that follows, are only shown over REST: this exchange always posts."""
    voice_fallback_method: str = "POST"
    sms_method: str = "POST"
    sms_fallback_method: str = "POST"
    status_method: str = "POST"
    voice_receive_mode: str = "voice"
    voice_caller_id_lookup: bool = False
    voice_application_sid: str = ""
    sms_application_sid: str = ""
    trunk_sid: str = ""
    region: str = "us1"
    sid: str = field(default_factory=lambda: new_sid("PN"))
