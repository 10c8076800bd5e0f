"""What the exchange refuses to do over REST: the carrier's codes, with the HTTP status each wears."""

from __future__ import annotations

from typing import Final

_REFUSALS: Final = {
    20001: (400, "A parameter has a value it cannot have"),
    20003: (401, "Authenticate"),
    20009: (409, "The resource is not finished and cannot be deleted yet"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests"),
    20500: (500, "Internal server error"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url is not a valid URL"),
    21210: (400, "The source phone number provided is not a number of this account"),
    21211: (400, "The 'To' number is not a valid phone number"),
    21220: (400, "The call is not in progress; it cannot be redirected"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21606: (400, "The 'From' number is not a message-capable number of this account"),
    21610: (400, "Attempt to send to an unsubscribed recipient"),
    21614: (400, "The 'To' number is not a mobile number"),
    21617: (400, "The message body is longer than 1600 characters"),
    30029: (400, "This account has no message redaction"),
}


class Refused(Exception):
    """Not done, with the carrier's reason."""

    def __init__(self, code: int, *, status: int | None = None) -> None:
        usual, text = _REFUSALS.get(code, (400, "Refused"))
        super().__init__(text)
        self.code = code
        self.status = status or usual
        self.text = text
