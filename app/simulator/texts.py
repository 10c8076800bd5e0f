"""One text, as the carrier's records and webhooks have it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.simulator.numbers import segments
from app.simulator.telling import API_VERSION, place

FINAL: Final = frozenset({"delivered", "undelivered", "failed", "received"})
A_LONG_TIME: Final = 36_000.0
"""Seconds a text may wait in the queue unless the customer asks for less."""
UNSEEN_DIGITS: Final = 4


@dataclass(frozen=True)
class Picture:
    """What somebody sends along with a text."""

    content_type: str
    content: bytes


@dataclass
class Media:
    """A picture that came with a text, as the carrier keeps it."""

    sid: str
    content_type: str
    content: bytes
    created_at: datetime
    deleted: bool = False


@dataclass
class Message:
    """One text, as the carrier's records have it."""

    sid: str
    direction: str
    sender: str
    to: str
    body: str
    status: str
    created_at: datetime
    updated_at: datetime
    status_url: str = ""
    valid_for: float = A_LONG_TIME
    sent_at: datetime | None = None
    error_code: int | None = None
    media: list[Media] = field(default_factory=list)
    forgets_body: bool = False
    """`ContentRetention=discard`: the words are not kept once it is over."""
    hides_numbers: bool = False
    """`AddressRetention=obfuscate`: the last digits are not kept once it is over."""
    deleted: bool = False

    def __repr__(self) -> str:
        return f"<Message {self.direction} {self.status}>"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL

    def forget(self) -> None:
        """Deleted: no words and no pictures are left."""
        self.deleted, self.body = True, ""
        for each in self.media:
            each.deleted, each.content = True, b""

    def retain(self) -> None:
        """Keep of a finished text only what the customer wants kept."""
        if self.forgets_body:
            self.body = ""
        if self.hides_numbers:
            self.to = self.to[:-UNSEEN_DIGITS] + "X" * UNSEEN_DIGITS

    def arrival(self, account: str, rest_url: str = "") -> dict[str, str]:
        """What the customer's SMS webhook is told, the blank values included."""
        told = {
            "AccountSid": account,
            "ApiVersion": API_VERSION,
            "Body": self.body,
            "MessageSid": self.sid,
            "NumMedia": str(len(self.media)),
            "NumSegments": str(segments(self.body)),
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": "received",
        }
        told |= place("From", self.sender) | place("To", self.to)
        folder = f"{rest_url}/{API_VERSION}/Accounts/{account}/Messages/{self.sid}/Media"
        for nth, each in enumerate(self.media):
            told |= {f"MediaContentType{nth}": each.content_type, f"MediaUrl{nth}": f"{folder}/{each.sid}"}
        return told

    def receipt(self, account: str) -> dict[str, str]:
        """What a status callback tells."""
        told = {
            "AccountSid": account,
            "ApiVersion": API_VERSION,
            "From": self.sender,
            "MessageSid": self.sid,
            "MessageStatus": self.status,
            "SmsSid": self.sid,
            "SmsStatus": self.status,
            "To": self.to,
        }
        if self.error_code is not None:
            told["ErrorCode"] = str(self.error_code)
        if self.status == "delivered":
            told["RawDlrDoneDate"] = self.updated_at.strftime("%y%m%d%H%M")
        return told
