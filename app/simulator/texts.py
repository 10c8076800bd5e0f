"""One text, as the carrier's records and webhooks have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.simulator.legs import API_VERSION
from app.simulator.numbers import country, segments

FINAL: Final = frozenset({"delivered", "undelivered", "failed", "received"})
A_LONG_TIME: Final = 36_000.0
"""Seconds a text may wait in the queue unless the customer asks for less."""


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

    def __repr__(self) -> str:
        return f"<Message {self.direction} {self.status}>"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL

    def arrival(self, account: str) -> dict[str, str]:
        """What the customer's SMS webhook is told, the blank values included."""
        told = {
            "AccountSid": account,
            "ApiVersion": API_VERSION,
            "Body": self.body,
            "MessageSid": self.sid,
            "NumMedia": "0",
            "NumSegments": str(segments(self.body)),
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": "received",
        }
        for name, number in (("From", self.sender), ("To", self.to)):
            told |= {name: number, f"{name}City": "", f"{name}State": "", f"{name}Zip": ""}
            told[f"{name}Country"] = country(number)
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
