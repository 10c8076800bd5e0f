"""What the house knows of a telephone company: it can text and call, and it can fail in three ways."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from app.errors import DygnetError


class Trouble(StrEnum):
    """What to do about an error."""

    PERMANENT = "permanent"
    """This number cannot be reached this way: stop, try another channel, tell a human."""

    TRANSIENT = "transient"
    """Try again later, a few times."""

    CONFIGURATION = "configuration"
    """Nothing will work until an operator mends a setting or the account: alarm by another way at once."""


class CarrierError(DygnetError):
    """The carrier refused or did not answer. The message names the error code and never a number."""

    status = 502

    def __init__(self, trouble: Trouble, *, code: int | None = None, maybe_done: bool = False) -> None:
        """`maybe_done`: the carrier may have sent the text or rung the phone all the same; look before retrying."""
        self.trouble = trouble
        self.code = code
        self.maybe_done = maybe_done
        super().__init__(f"the carrier failed ({trouble}, {'no code' if code is None else f'code {code}'})")

    @property
    def is_unheard_of(self) -> bool:
        """A code that stands in no table: tried twice, then a human has to look at it."""
        return is_unheard_of(self.code)

    @property
    def concerns_everything(self) -> bool:
        """The account itself is refused: no other channel and no other person would fare better."""
        return self.trouble is Trouble.CONFIGURATION and (self.code is None or self.code in THE_ACCOUNT)


class Carrier(Protocol):
    """A telephone company. Numbers are E.164; every method may raise CarrierError."""

    def text(self, *, to: str, body: str, status_url: str, valid_for: timedelta) -> str:
        """Send an SMS that is dropped when it is still undelivered after `valid_for`. The carrier's reference."""

    def call(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """Ring a phone; when it is answered, `answer_url` says what is heard. The carrier's reference."""


class Switch(Carrier, Protocol):
    """A carrier whose calls can be changed while they go on: what a bridge needs."""

    def call_warily(self, *, to: str, answer_url: str, status_url: str, ring_for: timedelta) -> str:
        """`call`, but the carrier first listens who answered: `answer_url` is told, `human` or something else."""

    def lead(self, reference: str, *, to_url: str) -> None:
        """Take an answered call away from what it is doing, to another document."""

    def hang_up(self, reference: str) -> None:
        """End a call, ringing or answered. One that is over already stays so."""


def classify(code: int | None, http_status: int | None) -> Trouble:
    """What an error means, by the carrier's code or else by the HTTP status. Unknown means transient."""
    if code in TROUBLE_BY_CODE:
        return TROUBLE_BY_CODE[code]
    return Trouble.CONFIGURATION if http_status in _REFUSED_AT_THE_GATE else Trouble.TRANSIENT


def is_unheard_of(code: int | None) -> bool:
    """Whether this is a code of Twilio's (five digits) that the table lacks. HTTP's own have three."""
    return code is not None and code >= _FIRST_CODE and code not in TROUBLE_BY_CODE


def _all(trouble: Trouble, codes: Iterable[int]) -> dict[int, Trouble]:
    return dict.fromkeys(codes, trouble)


_REFUSED_AT_THE_GATE: Final = (401, 403)
_FIRST_CODE: Final = 10_000

AUTHENTICATION_FAILED: Final = 20003
NOT_FINISHED: Final = 20009
NOT_FOUND: Final = 20404
OPTED_OUT: Final = 21610

THE_ACCOUNT: Final = frozenset({AUTHENTICATION_FAILED, 20005, NOT_FOUND, 30002, 401, 402, 403})
"""Configuration errors that are about the account and not about one channel; the three-digit ones are HTTP's."""

# Twilio's error dictionary, https://www.twilio.com/docs/api/errors. A code Twilio uses for more than one thing
# stands under the milder one: a retry too many is cheaper than a person wrongly given up on.
TROUBLE_BY_CODE: Final[dict[int, Trouble]] = {
    **_all(
        Trouble.PERMANENT,
        [
            13223,  # dialled number in an invalid format
            21220,  # the call is over: it can be led nowhere
            21211,  # invalid `To`
            21214,  # `To` cannot be reached
            21217,  # not a telephone number
            21610,  # the recipient opted out (STOP)
            21612,  # no route from this sender to this number
            21614,  # not a mobile number
            21635,  # a landline
            30004,  # the recipient blocks this sender
            30005,  # unknown handset
            30006,  # a landline, or a carrier that cannot be reached
        ],
    ),
    **_all(
        Trouble.TRANSIENT,
        [
            13224,  # number unreachable, or an outage on the way
            17008,  # the call could not be completed just now
            20009,  # not finished yet: it cannot be deleted
            20429,  # too many requests
            20500,  # the carrier's own error
            21611,  # the sender's queue is full
            30001,  # the queue overflowed
            30003,  # handset off or out of reach
            30008,  # unknown error on the way
            30036,  # not delivered within the validity period
        ],
    ),
    **_all(
        Trouble.CONFIGURATION,
        [
            11200,  # our address could not be fetched
            11205,  # our address did not answer
            11217,  # our address answered with an error
            11751,  # media at our address could not be used
            12100,  # our TwiML could not be parsed
            12200,  # our TwiML does not follow the schema
            13214,  # caller id refused
            13227,  # no permission to call this country
            20003,  # authentication failed
            20005,  # the account is not active
            20404,  # no such account or resource
            21210,  # sender not verified
            21212,  # invalid sender
            21215,  # no permission to call this country
            21216,  # calls to this number are blocked for the account
            21408,  # no permission to text this country
            21606,  # the sender cannot text
            21663,  # sender and API in different regions
            23005,  # redaction and fallback sender exclude each other
            23006,  # redaction and GET webhooks exclude each other
            30002,  # account suspended
            30007,  # filtered as spam
            30029,  # redaction not enabled for the account
            57012,  # our address refused a signature
        ],
    ),
}
